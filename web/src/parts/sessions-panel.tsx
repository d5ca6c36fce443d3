import { useQuery } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import { ask, type OwnSession } from '../api.ts';
import { ownSessionsQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { ActFault, useAct } from './act.tsx';
import { FaultView, Loading } from './fault-view.tsx';
import { type Column, Table } from './table.tsx';

/** Where one is signed in. A session one does not know is ended here. */
export function SessionsPanel() {
  const { t, name, time } = useWords();
  const answer = useQuery(ownSessionsQuery);
  const end = useAct('own-sessions', (id: string) =>
    ask<void>(id === '' ? '/api/sessions' : `/api/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  );
  const sessions = answer.data?.sessions ?? [];
  const columns: Column<OwnSession>[] = [
    { key: 'created', label: t('own.opened'), cell: ({ created_at }) => time(created_at) },
    { key: 'with', label: t('own.opened_with'), cell: ({ opened_with }) => name('opened_with', opened_with) },
    { key: 'seen', label: t('own.last_seen'), cell: ({ last_seen_at }) => time(last_seen_at) },
    { key: 'until', label: t('own.until'), cell: ({ expires_at }) => time(expires_at) },
    {
      key: 'end',
      label: t('own.end'),
      cell: ({ id, current, created_at }) =>
        current ? (
          <span className="quiet">{t('own.this_session')}</span>
        ) : (
          <Button
            className="button"
            aria-label={t('own.end_one', { time: time(created_at) })}
            onPress={() => end.mutate(id)}
          >
            {t('own.end')}
          </Button>
        ),
    },
  ];
  return (
    <section className="panel" aria-labelledby="sessions-title">
      <div className="panel-head">
        <div>
          <h2 id="sessions-title">{t('own.sessions')}</h2>
          <p className="panel-note">{t('own.sessions_note')}</p>
        </div>
        {sessions.length > 1 && (
          <Button className="button" onPress={() => end.mutate('')}>
            {t('own.end_others')}
          </Button>
        )}
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      <ActFault error={end.error} />
      {sessions.length > 0 && (
        <Table label={t('own.sessions')} columns={columns} rows={sessions} rowKey={({ id }) => id} />
      )}
    </section>
  );
}
