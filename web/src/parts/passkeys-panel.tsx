import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import { ask, type OwnPasskey } from '../api.ts';
import { canUsePasskeys, enrolPasskey } from '../passkeys.ts';
import { ownPasskeysQuery } from '../queries.ts';
import { useWords } from '../words.ts';
import { ActFault, useAct } from './act.tsx';
import { FaultView, Loading } from './fault-view.tsx';
import { type Column, Table } from './table.tsx';

/** One's passkeys: enrol one, see what became of it, remove it. */
export function PasskeysPanel() {
  const { t, name, time } = useWords();
  const answer = useQuery(ownPasskeysQuery);
  const enrol = useAct('own-passkeys', enrolPasskey);
  const remove = useAct('own-passkeys', (id: string) =>
    ask<void>(`/api/passkeys/${encodeURIComponent(id)}`, { method: 'DELETE' }),
  );
  const passkeys = answer.data?.passkeys ?? [];
  const columns: Column<OwnPasskey>[] = [
    { key: 'label', label: t('passkey.label'), wide: true, cell: ({ label }) => label },
    { key: 'host', label: t('passkey.host'), cell: ({ host }) => <span className="code">{host}</span> },
    { key: 'created', label: t('passkey.created'), cell: ({ created_at }) => time(created_at) },
    {
      key: 'used',
      label: t('passkey.used'),
      cell: ({ last_used_at }) => (last_used_at === null ? t('passkey.never') : time(last_used_at)),
    },
    { key: 'state', label: t('passkey.state'), cell: ({ state }) => name('passkey_state', state) },
    {
      key: 'remove',
      label: t('passkey.remove'),
      cell: ({ id, label }) => (
        <Button className="button" aria-label={t('passkey.remove_one', { label })} onPress={() => remove.mutate(id)}>
          {t('passkey.remove')}
        </Button>
      ),
    },
  ];
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const label = String(new FormData(form).get('label')).trim();
    enrol.mutate(label, { onSuccess: () => form.reset() });
  };
  return (
    <section className="panel" aria-labelledby="passkeys-title">
      <div className="panel-head">
        <div>
          <h2 id="passkeys-title">{t('passkey.title')}</h2>
          <p className="panel-note">{t('passkey.note')}</p>
        </div>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      <ActFault error={enrol.error ?? remove.error} />
      {answer.isSuccess && passkeys.length === 0 && <p className="quiet">{t('passkey.none')}</p>}
      {passkeys.length > 0 && (
        <Table label={t('passkey.title')} columns={columns} rows={passkeys} rowKey={({ id }) => id} />
      )}
      {canUsePasskeys() ? (
        <Form className="line-form" onSubmit={submit}>
          <TextField className="field" name="label" isRequired maxLength={64} autoComplete="off">
            <Label>{t('passkey.new_label')}</Label>
            <Input />
          </TextField>
          <Button className="button" type="submit">
            {t('passkey.add')}
          </Button>
        </Form>
      ) : (
        <p className="quiet">{t('fault_hint.no-passkeys-here')}</p>
      )}
    </section>
  );
}
