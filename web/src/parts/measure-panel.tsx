import { useQuery } from '@tanstack/react-query';
import type { MeasureDay, Measures } from '../api.ts';
import { MeasureChart, MeasureLegend, needsRootScale } from '../charts/measure.tsx';
import { detectionsQuery, measuresQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { FaultView, Loading } from './fault-view.tsx';
import { type StoryProps, useSpan } from './person-story.tsx';
import { SelectField } from './select.tsx';
import { type Column, Table } from './table.tsx';

/** Compares one measure with the person's own past and with the peers. */
export function MeasurePanel({ person, lead, search, change }: StoryProps) {
  const { t, pick } = useWords();
  const detections = useQuery(detectionsQuery);
  const { from, to } = useSpan(person, search.span);
  // What stands out comes first in the picker, everything else after it.
  const titles = new Map((lead?.contributions ?? []).map(({ detection, title }) => [detection, pick(title)]));
  for (const { id, title } of detections.data?.detections ?? []) if (!titles.has(id)) titles.set(id, pick(title));
  const options = [...titles].map(([value, text]) => ({ value, text }));
  const chosen = search.detection ?? options[0]?.value ?? '';
  const answer = useQuery({ ...measuresQuery(person.subject, chosen, from, to), enabled: chosen !== '' });
  const measures = answer.data;
  return (
    <section className="panel" aria-labelledby="measure-title">
      <div className="panel-head">
        <div>
          <h2 id="measure-title">{t('measure.title')}</h2>
          <p className="panel-note">
            {measures !== undefined && t('measure.unit', { unit: pick(measures.unit) })}
            {measures !== undefined && needsRootScale(measures.days) && ` ${t('measure.root_scale')}`}
          </p>
        </div>
        {options.length > 0 && (
          <SelectField
            className="measure-picker"
            label={t('measure.pick')}
            options={options}
            chosen={chosen}
            choose={(detection) => change({ detection, day: undefined })}
          />
        )}
      </div>
      {answer.isLoading && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {measures?.days.length === 0 && <p className="quiet">{t('measure.empty')}</p>}
      {measures !== undefined &&
        measures.days.length > 0 &&
        (search.view === 'table' ? (
          <MeasureTable measures={measures} />
        ) : (
          <>
            <MeasureChart measures={measures} from={from} to={to} />
            <MeasureLegend />
          </>
        ))}
    </section>
  );
}

function MeasureTable({ measures }: { measures: Measures }) {
  const { t, day, decimal } = useWords();
  const range = (low: number, median: number, high: number) =>
    t('measure.range', { low: decimal(low), median: decimal(median), high: decimal(high) });
  const columns: Column<MeasureDay>[] = [
    { key: 'day', label: t('timeline.day'), cell: (row) => <span className="nowrap">{day(row.day)}</span> },
    { key: 'value', label: t('measure.value'), number: true, cell: (row) => decimal(row.value) },
    { key: 'own', label: t('measure.own'), cell: (row) => range(row.own_low, row.own_median, row.own_high) },
    { key: 'peers', label: t('measure.peers'), cell: (row) => range(row.peer_low, row.peer_median, row.peer_high) },
    { key: 'signal', label: t('measure.signal'), cell: (row) => (row.signal ? t('measure.yes') : '–') },
  ];
  const rows = [...measures.days].reverse();
  return <Table label={t('measure.title')} columns={columns} rows={rows} rowKey={(row) => row.day} />;
}
