import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { LeadStory, Signal } from '../api.ts';
import type { StorySearch } from '../search.ts';
import { useWords } from '../words.ts';
import { type Column, Table } from './table.tsx';

const FIRST = 10;

/** Each signal: what was seen, and what was to be expected of this person and of the peers. */
export function SignalsPanel(props: {
  lead: LeadStory;
  search: StorySearch;
  change: (changes: StorySearch) => void;
  show: (signal: Signal) => void;
}) {
  const { t, pick, day, decimal, bits, name } = useWords();
  const { lead, search, change, show } = props;
  const [all, setAll] = useState(false);
  const signals = lead.signals.filter(
    ({ detection }) => search.detection === undefined || detection === search.detection,
  );
  const filtered = signals.length < lead.signals.length;
  const columns: Column<Signal>[] = [
    { key: 'day', label: t('signals.day'), cell: (signal) => <span className="nowrap">{day(signal.day)}</span> },
    {
      key: 'what',
      label: t('signals.what'),
      cell: (signal) => (
        <>
          {pick(signal.title)} <span className="quiet">{name('stage', signal.stage)}</span>
        </>
      ),
    },
    {
      key: 'value',
      label: t('signals.observed'),
      cell: (signal) => (
        <strong>
          {t('measured', { value: decimal(signal.value), unit: pick(signal.unit), days: signal.span ?? 1 })}
        </strong>
      ),
    },
    {
      key: 'own',
      label: t('signals.own'),
      cell: ({ expected }) =>
        expected.own_days === 0
          ? t('signals.no_past')
          : t('signals.own_value', { median: decimal(expected.own_median), days: expected.own_days }),
    },
    {
      key: 'peers',
      label: t('signals.peers'),
      cell: ({ expected }) =>
        expected.peers === 0
          ? t('signals.no_peers')
          : t('signals.peers_value', {
              median: decimal(expected.peer_median),
              p95: decimal(expected.peer_p95),
              peers: expected.peers,
            }),
    },
    {
      key: 'bits',
      label: t('signals.bits'),
      number: true,
      cell: (signal) => (signal.declared ? t('signals.declared') : bits(signal.bits)),
    },
    {
      key: 'evidence',
      label: t('signals.evidence'),
      cell: (signal) => (
        <button
          type="button"
          className="link nowrap"
          onClick={() => show(signal)}
          aria-label={t('signals.show', {
            count: signal.evidence_count,
            title: pick(signal.title),
            day: day(signal.day),
          })}
        >
          {t('signals.events', { count: signal.evidence_count })}
        </button>
      ),
    },
  ];
  return (
    <section className="panel" aria-labelledby="signals-title">
      <div className="panel-head">
        <h2 id="signals-title">{t('signals.title')}</h2>
        <p className="panel-note">
          {filtered
            ? t('signals.some', { count: signals.length, all: lead.signals.length })
            : t('signals.count', { count: signals.length })}
        </p>
        {filtered && (
          <Button className="button" onPress={() => change({ detection: undefined, day: undefined })}>
            {t('signals.all')}
          </Button>
        )}
      </div>
      {signals.length === 0 ? (
        <p className="quiet">{t('signals.none')}</p>
      ) : (
        <Table
          label={t('signals.title')}
          columns={columns}
          rows={all ? signals : signals.slice(0, FIRST)}
          rowKey={({ id }) => id}
          chosen={(signal) => signal.day === search.day && signal.detection === search.detection}
        />
      )}
      {!all && signals.length > FIRST && (
        <Button className="button more" onPress={() => setAll(true)}>
          {t('signals.more', { count: signals.length - FIRST })}
        </Button>
      )}
    </section>
  );
}
