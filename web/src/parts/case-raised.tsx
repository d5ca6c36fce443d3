import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import type { Signal } from '../api.ts';
import { type CaseStory, caseEventsQuery } from '../cases.ts';
import type { StorySearch } from '../search.ts';
import { useWords } from '../words.ts';
import { EventTable } from './evidence.tsx';
import { FaultView, Loading } from './fault-view.tsx';
import { InnocentBox } from './innocent-box.tsx';
import { LevelBadge, ScoreBar } from './level.tsx';
import { MissingLogs } from './missing-logs.tsx';
import { SignalsPanel } from './signals-panel.tsx';
import { SuspicionBox } from './suspicion-box.tsx';

/** What raised it, as it stands today: the same two sides as on the lead's page, and every signal down to its rows. */
export function CaseRaised(props: { story: CaseStory; search: StorySearch; change: (changes: StorySearch) => void }) {
  const { t } = useWords();
  const { story, search, change } = props;
  const { lead } = story;
  const show = ({ detection, day }: Signal) => {
    change({ detection, day });
    requestAnimationFrame(() => document.getElementById('rows-title')?.focus());
  };
  return (
    <section className="chapter story" id="raised" aria-labelledby="raised-title">
      <div className="person-title">
        <h2 id="raised-title">{t('case.raised')}</h2>
        {lead !== null && (
          <>
            <LevelBadge level={lead.level} />
            <ScoreBar score={lead.score} level={lead.level} />
          </>
        )}
      </div>
      {lead === null ? (
        <p className="quiet">{t('case.faded')}</p>
      ) : (
        <>
          <p className="panel-note">{t('person.no_verdict')}</p>
          <MissingLogs missing={lead.missing} />
          <div className="balance">
            <SuspicionBox
              lead={lead}
              chosen={search.detection}
              choose={(detection) => change({ detection, day: undefined })}
            />
            <InnocentBox lead={lead} chosen={search.detection} />
          </div>
          <SignalsPanel lead={lead} search={search} change={change} show={show} />
          {search.day !== undefined && <Rows id={story.id} day={search.day} detection={search.detection} />}
        </>
      )}
    </section>
  );
}

function Rows({ id, day, detection }: { id: string; day: string; detection: string | undefined }) {
  const { t, day: dayWords } = useWords();
  const answer = useInfiniteQuery(caseEventsQuery(id, day, detection));
  const events = answer.data?.pages.flatMap((page) => page.events) ?? [];
  const total = answer.data?.pages[0]?.total ?? 0;
  return (
    <section className="panel" aria-labelledby="rows-title">
      <div className="panel-head">
        <h3 id="rows-title" tabIndex={-1}>
          {t('evidence.title', { what: detection ?? t('evidence.all'), day: dayWords(day) })}
        </h3>
        <p className="panel-note" role="status">
          {answer.isSuccess && t('evidence.count', { count: total })}
        </p>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {events.length > 0 && <EventTable events={events} />}
      {answer.hasNextPage && (
        <Button className="button more" onPress={() => void answer.fetchNextPage({ cancelRefetch: false })}>
          {t('evidence.more', { count: total - events.length })}
        </Button>
      )}
    </section>
  );
}
