import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { PersonStory } from '../parts/person-story.tsx';
import { leadQuery, personQuery } from '../queries.ts';
import { NotFoundPage } from './not-found.tsx';
import { isNotFound } from './person.tsx';

const route = getRouteApi('/inside/analyst/leads/$id');

/** A lead on top of the story of its person. */
export function LeadPage() {
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const lead = useQuery(leadQuery(id));
  const person = useQuery({ ...personQuery(lead.data?.subject ?? ''), enabled: lead.data !== undefined });
  const failed = lead.isError ? lead : person;
  if (isNotFound(failed.error)) return <NotFoundPage />;
  if (failed.isError) return <FaultView error={failed.error} retry={() => void failed.refetch()} />;
  if (lead.data === undefined || person.data === undefined) return <Loading />;
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
