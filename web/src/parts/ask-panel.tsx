import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import { accountsQuery } from '../access-api.ts';
import { ask, ROLES, type Role } from '../api.ts';
import { useWords } from '../words.ts';
import { ActFault, useAct } from './act.tsx';
import { SelectField } from './select.tsx';

const WISHES = ['account', 'grant', 'revoke', 'link', 'disable'] as const;
type Wish = (typeof WISHES)[number];

/** Asking for a change of accounts. Nothing happens before another person has decided. */
export function AskPanel() {
  const { t, name } = useWords();
  const [kind, setKind] = useState<Wish>('grant');
  const [role, setRole] = useState<Role>('analyst');
  const [account, setAccount] = useState('');
  const { data } = useQuery(accountsQuery);
  const open = (data?.accounts ?? []).filter(({ disabled_at }) => disabled_at === null);
  const chosen = open.some(({ id }) => id === account) ? account : (open[0]?.id ?? '');
  const send = useAct('access', (body: Record<string, string>) => ask('/api/requests', { method: 'POST', body }));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, String(value).trim()]));
    const body = {
      ...{ kind, ...given },
      ...(kind === 'account' ? {} : { account: chosen }),
      ...(asksRole(kind) ? { role } : {}),
    };
    send.mutate(body, { onSuccess: () => form.reset() });
  };
  return (
    <section className="panel" aria-labelledby="ask-title">
      <div className="panel-head">
        <div>
          <h2 id="ask-title">{t('access.ask')}</h2>
          <p className="panel-note">{t('access.ask_note')}</p>
        </div>
      </div>
      <ActFault error={send.error} />
      {send.isSuccess && <p role="status">{t('access.asked')}</p>}
      <Form className="line-form" onSubmit={submit}>
        <SelectField
          label={t('access.what')}
          options={WISHES.map((value) => ({ value, text: name('wish_kind', value) }))}
          chosen={kind}
          choose={setKind}
        />
        {kind === 'account' ? (
          <Field name="name" label={t('access.new_name')} />
        ) : (
          <SelectField
            label={t('access.account')}
            options={open.map(({ id, name: text }) => ({ value: id, text }))}
            chosen={chosen}
            choose={setAccount}
          />
        )}
        {asksRole(kind) && (
          <SelectField
            label={t('access.role')}
            options={ROLES.map((value) => ({ value, text: name('role', value) }))}
            chosen={role}
            choose={setRole}
          />
        )}
        {(kind === 'account' || kind === 'link') && <Field name="person" label={t('access.person')} />}
        <Field name="reason" label={t('access.reason')} />
        <Button className="button" type="submit">
          {t('access.send')}
        </Button>
      </Form>
    </section>
  );
}

const asksRole = (kind: Wish) => kind === 'account' || kind === 'grant' || kind === 'revoke';

function Field({ name, label }: { name: string; label: string }) {
  return (
    <TextField className="field" name={name} isRequired autoComplete="off">
      <Label>{label}</Label>
      <Input />
    </TextField>
  );
}
