import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { ask, rememberCsrfToken, type Session } from '../api.ts';
import { areasOf, mayRead } from '../areas.ts';
import { forgetAll, queryClient } from '../client.ts';
import { useKeys } from '../keys.ts';
import { overviewQuery, sessionQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { LanguageChoice, ThemeChoice } from './choice.tsx';
import { AccountIcon, KeysIcon, Mark } from './icons.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { StepUpDialog } from './step-up.tsx';
import { TriageNotices } from './triage.tsx';

/** What stands around every page behind the sign-in. */
export function Shell() {
  const { t } = useWords();
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const roles = session?.account.roles ?? [];
  const { data: overview } = useQuery({ ...overviewQuery, enabled: mayRead('sources', roles) });
  const [keysOpen, setKeysOpen] = useState(false);
  const analyst = mayRead('leads', roles);
  useKeys({
    '?': () => setKeysOpen(true),
    ...(mayRead('sources', roles) ? { 'g s': () => void navigate({ to: '/sources' }) } : {}),
    ...(mayRead('cases', roles) ? { 'g c': () => void navigate({ to: '/cases' }) } : {}),
    ...(mayRead('documents', roles) ? { 'g d': () => void navigate({ to: '/documents' }) } : {}),
    ...(analyst ? { 'g l': () => void navigate({ to: '/leads' }) } : {}),
  });
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('nav.skip')}
      </a>
      <header className="header">
        <Link to="/" className="brand">
          <Mark />
          {t('product.name')}
        </Link>
        <nav aria-label={t('nav.label')}>
          {areasOf(roles).map((area) => (
            <Link key={area} to={`/${area}`}>
              {t(`nav.${area}`)}
            </Link>
          ))}
        </nav>
        <div className="tools">
          <Button className="button plain" aria-label={t('keys.title')} onPress={() => setKeysOpen(true)}>
            <KeysIcon />
          </Button>
          <LanguageChoice />
          <ThemeChoice />
          {session != null && <Account session={session} />}
        </div>
      </header>
      {overview?.synthetic === true && (
        <aside className="synthetic" aria-label={t('banner.label')}>
          {t('banner.synthetic')}
        </aside>
      )}
      <main className="main" id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <TriageNotices />
      <StepUpDialog />
      <KeysDialog open={keysOpen} setOpen={setKeysOpen} analyst={analyst} />
    </div>
  );
}

function Account({ session }: { session: Session }) {
  const { t, name } = useWords();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => ask<void>('/api/session', { method: 'DELETE' }),
    // Whatever the server answered, this browser forgets what it was shown.
    onSettled: () => {
      rememberCsrfToken('');
      forgetAll();
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, null);
      void navigate({ to: '/sign-in', search: {} });
    },
  });
  return (
    <MenuTrigger>
      <Button className="button plain" aria-label={t('account.label', { name: session.account.name })}>
        <AccountIcon />
        <span className="button-text">{session.account.name}</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <p className="account-role">
          {t('account.as', {
            name: session.account.name,
            role: session.account.roles.map((role) => name('role', role)).join(', '),
          })}
        </p>
        <Menu
          className="options"
          aria-label={t('account.label', { name: session.account.name })}
          onAction={(key) => (key === 'own' ? void navigate({ to: '/account' }) : signOut.mutate())}
        >
          <MenuItem id="own" className="option">
            {t('own.title')}
          </MenuItem>
          <MenuItem id="sign-out" className="option">
            {t('account.sign_out')}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
