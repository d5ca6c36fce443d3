import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { EventRow, LeadStory } from '../api.ts';
import { eventsQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { FaultView, Loading } from './fault-view.tsx';
import { DocumentLevelTag } from './level.tsx';
import { type Column, Table } from './table.tsx';

/** The events behind a signal or a day, each down to the line of the log it was read from. */
export function Evidence(props: {
  subject: string;
  day: string;
  detection: string | undefined;
  lead: LeadStory | undefined;
}) {
  const { t, pick, day: dayWords } = useWords();
  const answer = useInfiniteQuery(eventsQuery(props.subject, props.day, props.detection));
  const events = answer.data?.pages.flatMap((page) => page.events) ?? [];
  const total = answer.data?.pages[0]?.total ?? 0;
  const title = props.lead?.contributions.find(({ detection }) => detection === props.detection)?.title;
  const what = title === undefined ? (props.detection ?? t('evidence.all')) : pick(title);
  return (
    <section className="panel" aria-labelledby="evidence-title">
      <div className="panel-head">
        <h2 id="evidence-title" tabIndex={-1}>
          {t('evidence.title', { what, day: dayWords(props.day) })}
        </h2>
        <p className="panel-note" role="status">
          {answer.isSuccess && t('evidence.count', { count: total })}
        </p>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && events.length === 0 && <p className="quiet">{t('evidence.none')}</p>}
      {events.length > 0 && <EventTable events={events} />}
      {answer.hasNextPage && (
        <Button className="button more" onPress={() => void answer.fetchNextPage({ cancelRefetch: false })}>
          {t('evidence.more', { count: total - events.length })}
        </Button>
      )}
    </section>
  );
}

/** A mail has a row for each address, attachment and document in it. */
const rowKey = ({ uid, target, destination, tied_to }: EventRow) => [uid, target, destination, tied_to].join('|');

export function EventTable({ events }: { events: EventRow[] }) {
  const { t, time, name } = useWords();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const columns: Column<EventRow>[] = [
    { key: 'time', label: t('evidence.time'), cell: (event) => <span className="nowrap">{time(event.time)}</span> },
    {
      key: 'activity',
      label: t('evidence.activity'),
      cell: (event) => (
        <>
          {name('activity', event.activity)} <span className="quiet">{name('class', event.class)}</span>
        </>
      ),
    },
    { key: 'device', label: t('evidence.device'), cell: (event) => event.device || '–' },
    {
      key: 'target',
      label: t('evidence.target'),
      wide: true,
      cell: (event) => (
        <>
          <span className="path">{event.target || '–'}</span>
          {event.tied_to !== '' && (
            <span className="destination">{t('evidence.tied_to', { document: event.tied_to })}</span>
          )}
          {event.destination !== '' && (
            <span className="destination">{t('evidence.to', { destination: event.destination })}</span>
          )}
        </>
      ),
    },
    { key: 'level', label: t('evidence.level'), cell: (event) => <DocumentLevelTag level={event.document_level} /> },
    {
      key: 'line',
      label: t('evidence.line'),
      cell: (event) => (
        <button
          type="button"
          className="link code nowrap"
          aria-expanded={open.has(rowKey(event))}
          aria-label={t('evidence.raw_of', { place: `${event.log}:${event.line}` })}
          onClick={() => toggle(rowKey(event))}
        >
          {`${event.log}:${event.line}`}
        </button>
      ),
    },
  ];
  return (
    <Table
      label={t('evidence.label')}
      columns={columns}
      rows={events}
      rowKey={rowKey}
      under={(event) =>
        open.has(rowKey(event)) ? (
          <div className="raw">
            <p className="label">{t('evidence.raw')}</p>
            <pre className="code">{event.raw}</pre>
          </div>
        ) : undefined
      }
    />
  );
}
