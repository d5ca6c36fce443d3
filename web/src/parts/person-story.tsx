import { useQuery } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import type { LeadStory, Person, Signal } from '../api.ts';
import { DAY, dayOf, timeOf } from '../charts/days.ts';
import { useKeys } from '../keys.ts';
import { overviewQuery } from '../queries.ts';
import type { StorySearch } from '../search.ts';
import { useWords } from '../words.ts';
import { Evidence } from './evidence.tsx';
import { InnocentBox } from './innocent-box.tsx';
import { MeasurePanel } from './measure-panel.tsx';
import { MissingLogs } from './missing-logs.tsx';
import { usePageTitle } from './page-title.tsx';
import { PersonHead } from './person-head.tsx';
import { SignalsPanel } from './signals-panel.tsx';
import { SuspicionBox } from './suspicion-box.tsx';
import { TimelinePanel } from './timeline-panel.tsx';
import { Triage } from './triage.tsx';

export interface StoryProps {
  person: Person;
  lead: LeadStory | undefined;
  search: StorySearch;
  /** Changes the address: what is chosen on this page can be sent to a colleague as a link. */
  change: (changes: StorySearch) => void;
}

/**
 * The days the charts show: the last 28 or 90, or all that there are logs of, not only those of the lead: what is usual
 * for a person is seen in the time before it.
 */
export function useSpan(person: Person, span: StorySearch['span']): { from: string; to: string } {
  const { data } = useQuery(overviewQuery);
  const to = person.last_day;
  const known = [data?.first_day, person.first_day, person.score_days[0]?.day].filter(
    (day) => day !== undefined && day !== '',
  );
  const start = known.sort()[0] ?? daysBefore(to, 182);
  const from = span === 'all' ? start : daysBefore(to, Number(span ?? '90') - 1);
  return { from: [from, start].sort()[1] ?? from, to };
}

const daysBefore = (day: string, days: number) => dayOf(timeOf(day) - days * DAY);

export function PersonStory(props: StoryProps) {
  const { t } = useWords();
  const { person, lead, search, change } = props;
  const router = useRouter();
  usePageTitle(t('subject.name', { subject: person.subject }));
  useKeys({ u: () => (router.history.canGoBack() ? router.history.back() : void router.navigate({ to: '/leads' })) });
  const showSignal = (signal: Signal) => {
    change({ detection: signal.detection, day: signal.day });
    showEvidence();
  };
  const showDay = (day: string) => {
    change({ day, detection: undefined });
    showEvidence();
  };
  const newest = lead?.signals[0];
  // Evidence is always of one day: the chosen one, or the newest on which the chosen detection, or any, gave a signal.
  const newestOfChosen = lead?.signals.find((signal) => signal.detection === search.detection);
  const day = search.day ?? newestOfChosen?.day ?? newest?.day ?? person.last_day;
  const detection = search.detection ?? (search.day === undefined ? newest?.detection : undefined);
  return (
    <article className="story">
      <p className="crumbs">
        <Link to="/leads">{t('nav.leads')}</Link>
      </p>
      <PersonHead person={person} lead={lead} />
      {lead !== undefined && <Triage lead={lead} />}
      {lead !== undefined && (
        <>
          <MissingLogs missing={lead.missing} />
          <div className="balance">
            <SuspicionBox
              lead={lead}
              chosen={search.detection}
              choose={(chosen) => change({ detection: chosen, day: undefined })}
            />
            <InnocentBox lead={lead} chosen={search.detection} />
          </div>
        </>
      )}
      <TimelinePanel {...props} showDay={showDay} />
      <MeasurePanel {...props} />
      {lead !== undefined && <SignalsPanel lead={lead} search={search} change={change} show={showSignal} />}
      <Evidence subject={person.subject} day={day} detection={detection} lead={lead} />
    </article>
  );
}

function showEvidence() {
  const heading = document.getElementById('evidence-title');
  heading?.focus({ preventScroll: true });
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  heading?.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' });
}
