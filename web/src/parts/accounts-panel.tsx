import { useQuery } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import { type AccountRow, accountsQuery } from '../access-api.ts';
import { ask } from '../api.ts';
import { useWords } from '../words.ts';
import { ActFault, useAct } from './act.tsx';
import { FaultView, Loading } from './fault-view.tsx';
import { type Column, Table } from './table.tsx';

/** All accounts. Another's sessions can be ended at once; all else needs two. */
export function AccountsPanel({ own }: { own: string }) {
  const { t, name, list } = useWords();
  const answer = useQuery(accountsQuery);
  const end = useAct('access', (id: string) =>
    ask<void>(`/api/accounts/${encodeURIComponent(id)}/sessions`, { method: 'DELETE' }),
  );
  const accounts = answer.data?.accounts ?? [];
  const columns: Column<AccountRow>[] = [
    { key: 'name', label: t('access.account'), cell: (row) => row.name },
    {
      key: 'roles',
      label: t('access.roles'),
      wide: true,
      cell: ({ roles }) => (roles.length === 0 ? t('access.no_role') : list(roles.map((role) => name('role', role)))),
    },
    {
      key: 'person',
      label: t('access.person'),
      cell: ({ person }) =>
        person === null ? (
          <span className="quiet">{t('access.no_person')}</span>
        ) : (
          <span className="code">{person}</span>
        ),
    },
    {
      key: 'state',
      label: t('access.state'),
      cell: ({ disabled_at }) => (disabled_at === null ? t('access.open') : t('access.shut')),
    },
    {
      key: 'end',
      label: t('own.sessions'),
      cell: (row) =>
        row.name === own || row.disabled_at !== null ? null : (
          <Button
            className="button"
            aria-label={t('access.end_of', { name: row.name })}
            onPress={() => end.mutate(row.id)}
          >
            {t('access.end_all')}
          </Button>
        ),
    },
  ];
  return (
    <section className="panel" aria-labelledby="accounts-title">
      <div className="panel-head">
        <div>
          <h2 id="accounts-title">{t('access.accounts')}</h2>
          <p className="panel-note">{t('access.accounts_note')}</p>
        </div>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      <ActFault error={end.error} />
      {end.isSuccess && <p role="status">{t('access.ended')}</p>}
      {accounts.length > 0 && (
        <Table label={t('access.accounts')} columns={columns} rows={accounts} rowKey={({ id }) => id} />
      )}
    </section>
  );
}
