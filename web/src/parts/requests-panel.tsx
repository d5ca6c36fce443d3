import { useQuery } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import { type GrantRequest, requestsQuery } from '../access-api.ts';
import { ask } from '../api.ts';
import { useWords, type Words } from '../words.ts';
import { ActFault, useAct } from './act.tsx';
import { FaultView, Loading } from './fault-view.tsx';
import { type Column, Table } from './table.tsx';

/** What a request asks for, as a sentence. */
function wishOf({ t, name }: Words, { kind, about, role, person, passkey }: GrantRequest): string {
  const values = { about, role: name('role', role ?? ''), person: person ?? '', label: passkey ?? '' };
  if (kind === 'account') return t('wish.account', values);
  if (kind === 'grant') return t('wish.grant', values);
  if (kind === 'revoke') return t('wish.revoke', values);
  if (kind === 'link') return t('wish.link', values);
  return kind === 'disable' ? t('wish.disable', values) : t('wish.passkey', values);
}

/** What waits for a second person, and what became of what was asked before. */
export function RequestsPanel() {
  const words = useWords();
  const { t, name, time } = words;
  const answer = useQuery(requestsQuery);
  const decide = useAct('access', ({ id, how }: { id: string; how: 'approve' | 'refuse' }) =>
    ask<{ password: string | null } | undefined>(`/api/requests/${encodeURIComponent(id)}/${how}`, { method: 'POST' }),
  );
  const requests = answer.data?.requests ?? [];
  const password = decide.data?.password;
  const made = requests.find(({ id }) => id === decide.variables?.id)?.about ?? '';
  const columns: Column<GrantRequest>[] = [
    { key: 'wish', label: t('access.wish'), wide: true, cell: (row) => wishOf(words, row) },
    { key: 'reason', label: t('access.reason'), wide: true, cell: ({ reason }) => reason },
    { key: 'asker', label: t('access.asker'), cell: ({ asker }) => asker },
    { key: 'asked', label: t('access.asked_at'), cell: ({ requested_at }) => time(requested_at) },
    {
      key: 'state',
      label: t('access.state'),
      cell: ({ state, decider }) => [name('request_state', state), decider ?? ''].filter(Boolean).join(' · '),
    },
    {
      key: 'decide',
      label: t('access.decide'),
      cell: (row) => <Decision row={row} act={(how) => decide.mutate({ id: row.id, how })} wish={wishOf(words, row)} />,
    },
  ];
  return (
    <section className="panel" aria-labelledby="requests-title">
      <div className="panel-head">
        <div>
          <h2 id="requests-title">{t('access.requests')}</h2>
          <p className="panel-note">{t('access.requests_note')}</p>
        </div>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      <ActFault error={decide.error} />
      {typeof password === 'string' && (
        <p className="notice" role="status">
          {t('access.password', { name: made })} <span className="code">{password}</span>
        </p>
      )}
      {answer.isSuccess && requests.length === 0 && <p className="quiet">{t('access.no_requests')}</p>}
      {requests.length > 0 && (
        <Table label={t('access.requests')} columns={columns} rows={requests} rowKey={({ id }) => id} />
      )}
    </section>
  );
}

function Decision(props: { row: GrantRequest; wish: string; act: (how: 'approve' | 'refuse') => void }) {
  const { t } = useWords();
  const { row, wish, act } = props;
  if (row.state !== 'open') return null;
  const refuse = row.yours ? t('access.take_back') : t('access.refuse');
  return (
    <span className="buttons">
      {row.for_you && (
        <Button
          className="button primary"
          aria-label={`${t('access.approve')}: ${wish}`}
          onPress={() => act('approve')}
        >
          {t('access.approve')}
        </Button>
      )}
      {row.for_you || row.yours ? (
        <Button className="button" aria-label={`${refuse}: ${wish}`} onPress={() => act('refuse')}>
          {refuse}
        </Button>
      ) : (
        <span className="quiet">{t('access.others_decide')}</span>
      )}
    </span>
  );
}
