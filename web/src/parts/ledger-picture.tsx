import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ActorStrip, type DayCounts, StripAxis } from '../charts/actor-strip.tsx';
import { type ActivityCount, type LedgerFilter, ledgerActivityQuery, nextDay } from '../ledger.ts';
import { useWords } from '../words.ts';
import { FaultView, Loading } from './fault-view.tsx';
import { useLedgerWords } from './ledger-words.ts';
import { Table } from './table.tsx';
import { Toggle } from './toggle.tsx';

const MOST_ACTORS = 8;
const NONE: DayCounts = { record: 0, intent: 0, stopped: 0 };
const USUAL_DAYS = 28;
const LEAST_DAYS = 7;

export const today = () => new Date().toISOString().slice(0, 10);
const daysBefore = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);

/** The days of the picture: those of the filter, at least a week; without one the last four weeks. */
export function pictureDays({ from, to }: LedgerFilter): { from: string; to: string } {
  const last = to ?? today();
  const usual = daysBefore(last, (from ? LEAST_DAYS : USUAL_DAYS) - 1);
  return { from: from !== undefined && from < usual ? from : usual, to: last };
}

interface Actor {
  actor: string;
  days: Map<string, DayCounts>;
  sums: DayCounts;
}

const total = ({ record, intent }: DayCounts) => record + intent;

function actorsOf(counts: ActivityCount[]): Actor[] {
  const actors = new Map<string, Actor>();
  for (const { actor, day, kind, count } of counts) {
    const found = actors.get(actor) ?? { actor, days: new Map(), sums: { ...NONE } };
    const onDay = found.days.get(day) ?? { ...NONE };
    onDay[kind] += count;
    found.sums[kind] += count;
    actors.set(actor, found);
    found.days.set(day, onDay);
  }
  return [...actors.values()].sort((a, b) => total(b.sums) - total(a.sums));
}

/** Who was how busy on which day. An unusual day of somebody who watches others is seen before a single entry is read. */
export function LedgerPicture(props: {
  filter: LedgerFilter;
  view: 'table' | undefined;
  change: (changes: LedgerFilter & { view?: 'table' | undefined }) => void;
}) {
  const words = useWords();
  const { t, day: dayWords, number } = words;
  const { who } = useLedgerWords();
  const { filter, change } = props;
  const { from, to } = pictureDays(filter);
  const answer = useQuery(ledgerActivityQuery(from, nextDay(to)));
  const actors = useMemo(
    () =>
      actorsOf(
        (answer.data?.counts ?? []).filter(({ actor, act }) => {
          return (filter.actor ?? actor) === actor && (filter.act ?? act) === act;
        }),
      ),
    [answer.data, filter.actor, filter.act],
  );
  const highest = Math.max(1, ...actors.flatMap(({ days }) => [...days.values()].map(total)));
  const choose = (actor: string, day: string) => change({ actor, from: day, to: day });
  return (
    <section className="panel" aria-labelledby="picture-title">
      <div className="panel-head">
        <h2 id="picture-title">{t('ledger.picture')}</h2>
        <div className="panel-tools">
          <Toggle
            label={t('view.label')}
            options={[
              { value: 'chart', text: t('view.chart') },
              { value: 'table', text: t('view.table') },
            ]}
            chosen={props.view ?? 'chart'}
            choose={(view) => change({ view: view === 'table' ? 'table' : undefined })}
          />
        </div>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && actors.length === 0 && <p className="quiet">{t('ledger.quiet_days')}</p>}
      {actors.length > 0 && props.view !== 'table' && (
        <>
          <ul className="actors">
            {actors.slice(0, MOST_ACTORS).map(({ actor, days, sums }) => (
              <li key={actor} className="actor">
                <div className="actor-name">
                  <button
                    type="button"
                    className="link"
                    aria-pressed={filter.actor === actor}
                    onClick={() => change({ actor: filter.actor === actor ? undefined : actor })}
                  >
                    {who(actor)}
                  </button>
                  <span className="quiet">
                    {(['record', 'intent', 'stopped'] as const)
                      .filter((kind) => sums[kind] > 0)
                      .map((kind) => t(`ledger_sum.${kind}`, { count: sums[kind] }))
                      .join(' · ')}
                  </span>
                </div>
                <ActorStrip
                  days={days}
                  from={from}
                  to={to}
                  highest={highest}
                  label={t('ledger.strip', { who: who(actor), range: words.dayRange(from, to), days: days.size })}
                  chooseDay={(day) => choose(actor, day)}
                />
              </li>
            ))}
            <li className="actor axis" aria-hidden="true">
              <span />
              <StripAxis from={from} to={to} text={words.shortDay} />
            </li>
          </ul>
          <ul className="legend">
            <LegendItem kind="record" text={t('ledger.kind_record')} path="M3 3h10v13h-10Z" />
            <LegendItem kind="intent" text={t('ledger.kind_intent')} path="M3 8h10v8h-10Z" />
            <LegendItem kind="stopped" text={t('ledger.kind_stopped')} path="M8 12l-5 -8h10Z" />
            {actors.length > MOST_ACTORS && <li>{t('ledger.more_actors', { count: actors.length - MOST_ACTORS })}</li>}
          </ul>
        </>
      )}
      {actors.length > 0 && props.view === 'table' && (
        <Table
          label={t('ledger.picture')}
          rows={rowsOf(actors)}
          rowKey={({ actor, day }) => `${actor} ${day}`}
          columns={[
            { key: 'day', label: t('ledger.day'), cell: ({ day }) => dayWords(day) },
            { key: 'who', label: t('ledger.who'), wide: true, cell: ({ actor }) => who(actor) },
            {
              key: 'record',
              label: t('ledger.kind_record'),
              number: true,
              cell: ({ counts }) => number(counts.record),
            },
            {
              key: 'intent',
              label: t('ledger.kind_intent'),
              number: true,
              cell: ({ counts }) => number(counts.intent),
            },
            {
              key: 'stopped',
              label: t('ledger.kind_stopped'),
              number: true,
              cell: ({ counts }) => number(counts.stopped),
            },
            {
              key: 'show',
              label: t('ledger.entries'),
              cell: ({ actor, day }) => (
                <button
                  type="button"
                  className="link nowrap"
                  aria-label={t('ledger.show_of', { who: who(actor), day: dayWords(day) })}
                  onClick={() => choose(actor, day)}
                >
                  {t('ledger.show')}
                </button>
              ),
            },
          ]}
        />
      )}
      {answer.isSuccess && answer.data.since > 0 && (
        <p className="panel-note">{t('ledger.since', { index: answer.data.since })}</p>
      )}
    </section>
  );
}

/** By day, the latest first. */
function rowsOf(actors: Actor[]) {
  return actors
    .flatMap(({ actor, days }) => [...days].map(([day, counts]) => ({ actor, day, counts })))
    .sort((a, b) => (a.day === b.day ? total(b.counts) - total(a.counts) : a.day < b.day ? 1 : -1));
}

function LegendItem({ kind, text, path }: { kind: string; text: string; path: string }) {
  return (
    <li>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path className={`kind-${kind}`} d={path} />
      </svg>
      {text}
    </li>
  );
}
