import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useSyncExternalStore } from 'react';
import { Button, Dialog, Form, Heading, Input, Label, Modal, ModalOverlay, TextField } from 'react-aria-components';
import { ask } from '../api.ts';
import { canUsePasskeys, proveWithPasskey } from '../passkeys.ts';
import { useWords } from '../words.ts';
import { faultWords } from './fault-view.tsx';

/** Who waits for the proof; several acts that need one at the same moment share a dialog. */
let waiting: ((proved: boolean) => void)[] = [];
const listeners = new Set<() => void>();

/** Asks whoever sits here to prove it. False if they would rather not. */
export function askForProof(): Promise<boolean> {
  return new Promise((resolve) => change([...waiting, resolve]));
}

function change(next: typeof waiting): void {
  waiting = next;
  for (const listener of listeners) listener();
}

function answer(proved: boolean): void {
  const all = waiting;
  change([]);
  for (const resolve of all) resolve(proved);
}

function useWaiting(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting.length > 0,
  );
}

/** Stands around every page: it opens when an act needs a fresh proof, and lets the act go on after it. */
export function StepUpDialog() {
  const open = useWaiting();
  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={(isOpen) => !isOpen && answer(false)} isDismissable>
      <Modal>
        <Dialog className="dialog">
          <Proof />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Proof() {
  const words = useWords();
  const { t } = words;
  const prove = useMutation({
    mutationFn: (password: string | null) =>
      password === null ? proveWithPasskey() : ask<void>('/api/session/proof', { method: 'POST', body: { password } }),
    onSuccess: () => answer(true),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (prove.isPending) return;
    prove.mutate(String(new FormData(event.currentTarget).get('password')));
  };
  const fault = prove.isError ? faultWords(words, prove.error) : undefined;
  return (
    <>
      <Heading slot="title">{t('step_up.title')}</Heading>
      <p>{t('step_up.text')}</p>
      {fault !== undefined && (
        <div className="form-error" role="alert">
          <strong>{fault.title}</strong>
          <p>{fault.hint}</p>
        </div>
      )}
      <Form className="form" onSubmit={submit}>
        <TextField
          className="field"
          name="password"
          type="password"
          isRequired
          autoFocus
          autoComplete="current-password"
        >
          <Label>{t('sign_in.password')}</Label>
          <Input />
        </TextField>
        <div className="dialog-foot">
          <Button className="button" onPress={() => answer(false)}>
            {t('step_up.cancel')}
          </Button>
          {canUsePasskeys() && (
            <Button className="button" onPress={() => prove.mutate(null)}>
              {t('passkey.use')}
            </Button>
          )}
          <Button className="button primary" type="submit">
            {t('step_up.submit')}
          </Button>
        </div>
      </Form>
    </>
  );
}
