import { Link, useRouter } from '@tanstack/react-router';
import type { LeadStory, Person, Signal } from '../api.ts';
import { useKeys } from '../keys.ts';
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

export interface StoryProps {
  person: Person;
  lead: LeadStory | undefined;
  search: StorySearch;
  /** Changes the address: what is chosen on this page can be sent to a colleague as a link. */
  change: (changes: StorySearch) => void;
}

/** The days a page shows: the last 28 or 90 of the person, or all. */
export function spanOf(person: Person, span: StorySearch['span']): { from: string; to: string } {
  const to = person.last_day;
  if (span === 'all') return { from: person.first_day, to };
  const start = new Date(`${to}T00:00:00Z`);
  start.setUTCDate(start.getUTCDate() - Number(span ?? '90') + 1);
  const from = start.toISOString().slice(0, 10);
  return { from: [from, person.first_day].sort()[1] ?? from, to };
}

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
  const day = search.day ?? (search.detection === undefined ? (newest?.day ?? person.last_day) : undefined);
  const detection = search.detection ?? (search.day === undefined ? newest?.detection : undefined);
  return (
    <article className="story">
      <p className="crumbs">
        <Link to="/leads">{t('nav.leads')}</Link>
      </p>
      <PersonHead person={person} lead={lead} />
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
