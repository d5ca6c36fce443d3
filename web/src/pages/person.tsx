import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Problem } from '../api.ts';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { PersonStory } from '../parts/person-story.tsx';
import { leadQuery, personQuery } from '../queries.ts';
import { NotFoundPage } from './not-found.tsx';

const route = getRouteApi('/inside/analyst/people/$subject');

export const isNotFound = (error: unknown) => error instanceof Problem && error.status === 404;

/** A person's story, with or without an open lead. */
export function PersonPage() {
  const { subject } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const person = useQuery(personQuery(subject));
  const leadId = person.data?.lead_id ?? '';
  const lead = useQuery({ ...leadQuery(leadId), enabled: leadId !== '' });
  if (isNotFound(person.error)) return <NotFoundPage />;
  const failed = person.isError ? person : lead;
  if (failed.isError) return <FaultView error={failed.error} retry={() => void failed.refetch()} />;
  if (person.data === undefined || (leadId !== '' && lead.data === undefined)) return <Loading />;
  return (
    <PersonStory
      person={person.data}
      lead={lead.data}
      search={search}
      change={(changes) =>
        void navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false })
      }
    />
  );
}
