import { useMutation } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import { ask, rememberCsrfToken, type Session } from '../api.ts';
import { queryClient } from '../client.ts';
import { LanguageChoice, ThemeChoice } from '../parts/choice.tsx';
import { faultWords } from '../parts/fault-view.tsx';
import { Mark } from '../parts/icons.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { canUsePasskeys, signInWithPasskey } from '../passkeys.ts';
import { sessionQuery } from '../queries.ts';
import { useWords } from '../words.ts';

const route = getRouteApi('/sign-in');

/** Only an address of this console may be gone to after the sign-in, never one somebody put into a link. */
const safeNext = (next: string | undefined) =>
  next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') && !next.startsWith('/sign-in') ? next : '/';

/** Also the page for a session that has ended: it says so and leads back to where one was. */
export function SignInPage() {
  const words = useWords();
  const { t } = words;
  const { next, expired } = route.useSearch();
  const router = useRouter();
  const error = useRef<HTMLDivElement>(null);
  const title = expired ? t('session_expired.title') : t('sign_in.title');
  usePageTitle(title);
  const signIn = useMutation({
    mutationFn: (body: { name: string; password: string } | 'passkey') =>
      body === 'passkey' ? signInWithPasskey() : ask<Session>('/api/session', { method: 'POST', body }),
    onSuccess: (session) => {
      queryClient.clear();
      rememberCsrfToken(session.csrf_token);
      queryClient.setQueryData(sessionQuery.queryKey, session);
      router.history.push(safeNext(next));
    },
  });
  useEffect(() => {
    if (signIn.isError) error.current?.focus();
  }, [signIn.isError]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (signIn.isPending) return;
    const form = new FormData(event.currentTarget);
    signIn.mutate({ name: String(form.get('name')).trim(), password: String(form.get('password')) });
  };
  const fault = signIn.isError ? faultWords(words, signIn.error) : undefined;
  return (
    <div className="gate">
      <header className="gate-tools">
        <LanguageChoice />
        <ThemeChoice />
      </header>
      <main className="gate-card">
        <p className="brand">
          <Mark />
          {t('product.name')}
        </p>
        <h1>{title}</h1>
        {expired && <p className="quiet">{t('session_expired.text')}</p>}
        {fault !== undefined && (
          <div className="form-error" role="alert" tabIndex={-1} ref={error}>
            <strong>{fault.title}</strong>
            <p>{fault.hint}</p>
          </div>
        )}
        <Form onSubmit={submit}>
          <TextField className="field" name="name" isRequired autoFocus autoComplete="username">
            <Label>{t('sign_in.name')}</Label>
            <Input />
          </TextField>
          <TextField className="field" name="password" type="password" isRequired autoComplete="current-password">
            <Label>{t('sign_in.password')}</Label>
            <Input />
          </TextField>
          <Button className="button primary" type="submit">
            {t('sign_in.submit')}
          </Button>
        </Form>
        {canUsePasskeys() && (
          <Button className="button" onPress={() => signIn.mutate('passkey')}>
            {t('passkey.sign_in')}
          </Button>
        )}
      </main>
      <footer className="gate-foot">{t('product.motto')}</footer>
    </div>
  );
}
