import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { Button } from 'react-aria-components';
import { fingerprint, type Unsigned } from '../../../src/reports/protocol/protocol.ts';
import { choose, conversationsIn, type Desk, lock, refresh } from '../sealed/desk.ts';
import { arrange, daysUntil, excerpt, type Group, plain, type Row } from '../sealed/queue.ts';
import { useWords } from '../words.ts';
import { ActFault } from './act.tsx';
import { today } from './ledger-picture.tsx';

/** So many rows are shown at once; more on request. */
const PAGE = 50;

/** All that one's key opens: what is due first, junk together. */
export function SealedQueue({ desk, open }: { desk: Desk; open: NonNullable<Desk['open']> }) {
  const { t, number } = useWords();
  const [find, setFind] = useState('');
  const wanted = useDeferredValue(find);
  const { waiting, groups, answered } = arrange(conversationsIn(desk), open.keys.signer.key, wanted);
  const { progress, queue } = desk;
  const isEmpty = waiting.length + groups.length + answered.length === 0;
  return (
    <>
      <div className="reports-bar">
        <div className="field reports-find">
          <label className="label" htmlFor="find">
            {t('reports.find')}
          </label>
          <input
            className="input"
            id="find"
            type="search"
            autoComplete="off"
            spellCheck={false}
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
        </div>
        <Button className="button" isDisabled={progress !== undefined} onPress={() => void refresh()}>
          {t('reports.refresh')}
        </Button>
        <Button className="button" onPress={lock}>
          {t('reports.lock')}
        </Button>
      </div>
      <ActFault error={desk.problem} />
      <p role="status" className="panel-note">
        {progress !== undefined &&
          t('reports.progress', { done: number(progress.done), total: number(progress.total) })}
      </p>
      {isEmpty && progress === undefined && (
        <p className="quiet">{t(wanted === '' ? 'reports.none' : 'reports.not_found')}</p>
      )}
      <Rows id="waiting" title={t('reports.waiting')} rows={waiting} />
      {groups.length > 0 && (
        <section className="panel" aria-labelledby="groups-title">
          <div className="panel-head">
            <h2 id="groups-title">{t('reports.groups')}</h2>
            <p className="panel-note">{t('reports.groups_note')}</p>
          </div>
          {groups.map((group) => (
            <GroupRow key={group.key} group={group} />
          ))}
        </section>
      )}
      <Rows id="answered" title={t('reports.answered')} rows={answered} />
      {queue.unsigned.length > 0 && <UnsignedRows all={queue.unsigned} find={wanted} />}
      <section className="panel" aria-labelledby="beside-title">
        <div className="panel-head">
          <h2 id="beside-title">{t('reports.beside')}</h2>
        </div>
        <ul className="reports-points">
          <li>{t('reports.beside_sealed')}</li>
          {queue.broken > 0 && <li>{t('reports.broken', { count: queue.broken })}</li>}
          <li>{t('reports.rounds')}</li>
          <li>
            {t('reports.root')} <code className="code">{fingerprint(open.published.root)}</code>
          </li>
        </ul>
      </section>
    </>
  );
}

function Rows({ id, title, rows }: { id: string; title: string; rows: readonly Row[] }) {
  const { t } = useWords();
  if (rows.length === 0) return null;
  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <div className="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <p className="panel-note">{t('reports.count', { count: rows.length })}</p>
      </div>
      <Paged rows={rows} />
    </section>
  );
}

function Paged({ rows }: { rows: readonly Row[] }) {
  const { t } = useWords();
  const [most, setMost] = useState(PAGE);
  return (
    <>
      <ul className="report-list">
        {rows.slice(0, most).map((row) => (
          <ReportRow key={row.conversation.reporter} row={row} />
        ))}
      </ul>
      {rows.length > most && (
        <Button className="button" onPress={() => setMost(most + PAGE)}>
          {t('reports.more', { count: rows.length - most })}
        </Button>
      )}
    </>
  );
}

function ReportRow({ row }: { row: Row }) {
  const { t, day } = useWords();
  const navigate = useNavigate();
  const show = () => {
    choose(row.conversation.reporter);
    void navigate({ to: '/reports/open' });
  };
  return (
    <li className="report-row">
      <div>
        <button type="button" className="report-open" onClick={show}>
          {t(`report_door.${row.door}`)} <span className="code">{row.id}</span>
        </button>
        <span className="quiet">
          {t('reports.facts', { day: day(row.day), messages: row.messages, files: row.files })}
        </span>
      </div>
      <p className="report-text">{excerpt(row.text, 160)}</p>
      <Clock row={row} />
    </li>
  );
}

/** Which answer waits, and by when. */
export function Clock({ row: { waits, due, isOut } }: { row: Row }) {
  const { t, day } = useWords();
  if (waits === undefined) return <p className="quiet">{t(isOut ? 'reports.out' : 'reports.done')}</p>;
  const left = due === undefined ? undefined : daysUntil(due, today());
  return (
    <p className="report-clock">
      <strong>{t(`report_waits.${waits}`)}</strong>
      {due !== undefined && left !== undefined && (
        <span className={left < 0 ? 'term-late' : 'quiet'}>
          {left < 0 ? t('reports.overdue', { day: day(due) }) : t('reports.due', { day: day(due), days: left })}
        </span>
      )}
    </p>
  );
}

function GroupRow({ group: { why, day: first, text, rows } }: { group: Group }) {
  const { t, day } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="report-group" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {t(`report_group.${why}`, { count: rows.length, day: day(first) })}
        {why === 'same' && <span className="quiet report-text"> {excerpt(text, 100)}</span>}
      </summary>
      {isOpen && <Paged rows={rows} />}
    </details>
  );
}

/** Reports that were sealed with plain age: nobody signed them, and no answer reaches their writers. */
function UnsignedRows({ all, find }: { all: readonly Unsigned[]; find: string }) {
  const { t, day } = useWords();
  const [most, setMost] = useState(PAGE);
  const found = all.filter(({ text }) => text.toLowerCase().includes(find.trim().toLowerCase()));
  return (
    <section className="panel" aria-labelledby="unsigned-title">
      <details className="report-group">
        <summary id="unsigned-title">{t('reports.unsigned', { count: found.length })}</summary>
        <ul className="report-list">
          {found.slice(0, most).map((one) => (
            <li key={one.id} className="report-row">
              <span className="quiet">{day(one.day)}</span>
              <p className="report-said">{plain(one.text)}</p>
            </li>
          ))}
        </ul>
        {found.length > most && (
          <Button className="button" onPress={() => setMost(most + PAGE)}>
            {t('reports.more', { count: found.length - most })}
          </Button>
        )}
      </details>
    </section>
  );
}
