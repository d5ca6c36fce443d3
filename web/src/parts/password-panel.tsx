import type { FormEvent } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import { ask } from '../api.ts';
import { useWords } from '../words.ts';
import { ActFault, useAct } from './act.tsx';

/** Another password; the other sessions end. */
export function PasswordPanel() {
  const { t } = useWords();
  const change = useAct('own-sessions', (password: string) =>
    ask<void>('/api/session/password', { method: 'POST', body: { password } }),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    change.mutate(String(new FormData(form).get('password')), { onSuccess: () => form.reset() });
  };
  return (
    <section className="panel" aria-labelledby="password-title">
      <div className="panel-head">
        <div>
          <h2 id="password-title">{t('own.password')}</h2>
          <p className="panel-note">{t('own.password_note')}</p>
        </div>
      </div>
      <ActFault error={change.error} />
      {change.isSuccess && <p role="status">{t('own.password_changed')}</p>}
      <Form className="line-form" onSubmit={submit}>
        <TextField className="field" name="password" type="password" isRequired autoComplete="new-password">
          <Label>{t('own.new_password')}</Label>
          <Input />
        </TextField>
        <Button className="button" type="submit">
          {t('own.change')}
        </Button>
      </Form>
    </section>
  );
}
