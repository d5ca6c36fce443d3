import { useQuery } from '@tanstack/react-query';
import { type ActivityPoint, DOCUMENT_LEVELS } from '../api.ts';
import { DocumentLegend } from '../charts/legend.tsx';
import { Timeline } from '../charts/timeline.tsx';
import { activityQuery } from '../queries.ts';
import { SPANS, type StorySearch } from '../search.ts';
import { useWords } from '../words.ts';
import { FaultView, Loading } from './fault-view.tsx';
import { DocumentLevelTag } from './level.tsx';
import { type StoryProps, useSpan } from './person-story.tsx';
import { type Column, Table } from './table.tsx';
import { Toggle } from './toggle.tsx';

export function TimelinePanel(props: StoryProps & { showDay: (day: string) => void }) {
  const { t } = useWords();
  const { person, lead, search, change, showDay } = props;
  const { from, to } = useSpan(person, search.span);
  const answer = useQuery(activityQuery(person.subject, from, to));
  return (
    <section className="panel" aria-labelledby="timeline-title">
      <div className="panel-head">
        <h2 id="timeline-title">{t('timeline.title')}</h2>
        <div className="panel-tools">
          <SpanToggle search={search} change={change} />
          <Toggle
            label={t('view.label')}
            options={[
              { value: 'chart', text: t('view.chart') },
              { value: 'table', text: t('view.table') },
            ]}
            chosen={search.view ?? 'chart'}
            choose={(view) => change({ view: view === 'table' ? 'table' : undefined })}
          />
        </div>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.data?.truncated && (
        <p className="notice">{t('timeline.truncated', { count: answer.data.points.length })}</p>
      )}
      {answer.data?.points.length === 0 && <p className="quiet">{t('timeline.empty')}</p>}
      {answer.data !== undefined &&
        answer.data.points.length > 0 &&
        (search.view === 'table' ? (
          <DayTable points={answer.data.points} showDay={showDay} />
        ) : (
          <>
            <Timeline
              person={person}
              points={answer.data.points}
              missing={lead?.missing ?? []}
              from={from}
              to={to}
              showDay={showDay}
            />
            <DocumentLegend />
          </>
        ))}
    </section>
  );
}

export function SpanToggle({ search, change }: { search: StorySearch; change: (changes: StorySearch) => void }) {
  const { t } = useWords();
  return (
    <Toggle
      label={t('span.label')}
      options={SPANS.map((value) => ({ value, text: t(`span.${value}`) }))}
      chosen={search.span ?? '90'}
      choose={(span) => change({ span: span === '90' ? undefined : span })}
    />
  );
}

interface DayRow {
  day: string;
  count: number;
  signals: number;
  first: string;
  last: string;
  highest: number;
}

/** The scatter in words: one row per day. */
function DayTable({ points, showDay }: { points: ActivityPoint[]; showDay: (day: string) => void }) {
  const { t, day, number } = useWords();
  const days = new Map<string, DayRow>();
  for (const point of points) {
    const date = point.time.slice(0, 10);
    const clock = point.time.slice(11, 16);
    const row = days.get(date) ?? { day: date, count: 0, signals: 0, first: clock, last: clock, highest: 0 };
    row.count++;
    if (point.signal) row.signals++;
    if (clock < row.first) row.first = clock;
    if (clock > row.last) row.last = clock;
    row.highest = Math.max(row.highest, DOCUMENT_LEVELS.indexOf(point.document_level));
    days.set(date, row);
  }
  const rows = [...days.values()].sort((a, b) => (a.day < b.day ? 1 : -1));
  const columns: Column<DayRow>[] = [
    { key: 'day', label: t('timeline.day'), cell: (row) => <span className="nowrap">{day(row.day)}</span> },
    { key: 'count', label: t('timeline.activities'), number: true, cell: (row) => number(row.count) },
    { key: 'signals', label: t('timeline.ringed'), number: true, cell: (row) => number(row.signals) },
    { key: 'first', label: t('timeline.earliest'), cell: (row) => row.first },
    { key: 'last', label: t('timeline.latest'), cell: (row) => row.last },
    {
      key: 'highest',
      label: t('timeline.highest'),
      wide: true,
      cell: (row) => <DocumentLevelTag level={DOCUMENT_LEVELS[row.highest] ?? 'unknown'} />,
    },
    {
      key: 'show',
      label: t('signals.evidence'),
      cell: (row) => (
        <button
          type="button"
          className="link nowrap"
          aria-label={t('timeline.show_day', { day: day(row.day) })}
          onClick={() => showDay(row.day)}
        >
          {t('timeline.show')}
        </button>
      ),
    },
  ];
  return <Table label={t('timeline.title')} columns={columns} rows={rows} rowKey={(row) => row.day} />;
}
