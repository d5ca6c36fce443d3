import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { handedOverLeadQuery } from '../cases.ts';
import { useKeys } from '../keys.ts';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { InnocentBox } from '../parts/innocent-box.tsx';
import { LevelBadge, ScoreBar } from '../parts/level.tsx';
import { MissingLogs } from '../parts/missing-logs.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { SignalsPanel } from '../parts/signals-panel.tsx';
import { SuspicionBox } from '../parts/suspicion-box.tsx';
import { Triage } from '../parts/triage.tsx';
import { useWords } from '../words.ts';
import { NotFoundPage } from './not-found.tsx';
import { isNotFound } from './person.tsx';

const route = getRouteApi('/inside/member/handed-over/$id');

/** A lead that was handed over: what speaks for looking closer and what against it, for whoever may open a case on it. */
export function HandedOverPage() {
  const { t, day } = useWords();
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const router = useRouter();
  const answer = useQuery(handedOverLeadQuery(id));
  usePageTitle(t('subject.name', { subject: answer.data?.subject ?? id }));
  useKeys({ u: () => (router.history.canGoBack() ? router.history.back() : void router.navigate({ to: '/cases' })) });
  if (isNotFound(answer.error)) return <NotFoundPage />;
  if (answer.isError) return <FaultView error={answer.error} retry={() => void answer.refetch()} />;
  const lead = answer.data;
  if (lead === undefined) return <Loading />;
  const change = (changes: object) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false });
  return (
    <article className="story">
      <p className="crumbs">
        <Link to="/cases">{t('nav.cases')}</Link>
      </p>
      <div className="person-title">
        <h1>{t('subject.name', { subject: lead.subject })}</h1>
        <LevelBadge level={lead.level} />
        <ScoreBar score={lead.score} level={lead.level} />
      </div>
      {lead.triage != null && (
        <p className="person-sentence">
          {t('cases.handed_because', { day: day(lead.triage.at), reason: lead.triage.reason })}{' '}
          <em>{t('person.no_verdict')}</em>
        </p>
      )}
      <Triage lead={lead} />
      <MissingLogs missing={lead.missing} />
      <div className="balance">
        <SuspicionBox lead={lead} chosen={search.detection} choose={(detection) => change({ detection })} />
        <InnocentBox lead={lead} chosen={search.detection} />
      </div>
      <SignalsPanel lead={lead} search={search} change={change} show={({ detection }) => change({ detection })} />
    </article>
  );
}
