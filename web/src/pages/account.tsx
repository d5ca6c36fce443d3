import { usePageTitle } from '../parts/page-title.tsx';
import { PasskeysPanel } from '../parts/passkeys-panel.tsx';
import { PasswordPanel } from '../parts/password-panel.tsx';
import { SessionsPanel } from '../parts/sessions-panel.tsx';
import { useWords } from '../words.ts';

/** What is one's own: where one is signed in, and with what. */
export function AccountPage() {
  const { t } = useWords();
  usePageTitle(t('own.title'));
  return (
    <div className="story">
      <div className="page-head">
        <h1>{t('own.title')}</h1>
        <p className="panel-note">{t('own.note')}</p>
      </div>
      <SessionsPanel />
      <PasskeysPanel />
      <PasswordPanel />
    </div>
  );
}
