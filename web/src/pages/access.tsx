import { useQuery } from '@tanstack/react-query';
import { AccountsPanel } from '../parts/accounts-panel.tsx';
import { AskPanel } from '../parts/ask-panel.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { RequestsPanel } from '../parts/requests-panel.tsx';
import { sessionQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { NoPermissionPage } from './no-permission.tsx';

/** Who may do what, and changing it: one asks, another decides. */
export function AccessPage() {
  const { t } = useWords();
  usePageTitle(t('access.title'));
  const { data: session } = useQuery(sessionQuery);
  const roles = session?.account.roles ?? [];
  const keepsAccounts = roles.some((role) => role === 'engineer' || role === 'approver');
  if (!keepsAccounts && !roles.includes('case_officer')) return <NoPermissionPage />;
  return (
    <div className="story">
      <div className="page-head">
        <h1>{t('access.title')}</h1>
        <p className="panel-note">{t('access.note')}</p>
      </div>
      <RequestsPanel />
      {keepsAccounts && (
        <>
          <AskPanel />
          <AccountsPanel own={session?.account.name ?? ''} />
        </>
      )}
    </div>
  );
}
