/** Passkeys in the browser: it asks the authenticator, which asks its owner. */
import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { ask, Problem, type Session } from './api.ts';

/** Whether this browser can, under this address: passkeys belong to host names, not to numbers. */
export const canUsePasskeys = (): boolean =>
  'PublicKeyCredential' in globalThis && !/^[\d.]+$|^\[/.test(location.hostname);

const signed = async (path: string) => {
  const { options } = await ask<{ options: PublicKeyCredentialRequestOptionsJSON }>(`${path}/options`, {
    method: 'POST',
  });
  return await given(() => startAuthentication({ optionsJSON: options }));
};

export async function signInWithPasskey(): Promise<Session> {
  const path = '/api/session/passkey';
  return await ask<Session>(path, { method: 'POST', body: { credential: await signed(path) } });
}

export async function proveWithPasskey(): Promise<void> {
  const path = '/api/session/proof/passkey';
  await ask<void>(path, { method: 'POST', body: { credential: await signed(path) } });
}

export async function enrolPasskey(label: string): Promise<void> {
  const { options } = await ask<{ options: PublicKeyCredentialCreationOptionsJSON }>('/api/passkeys/options', {
    method: 'POST',
  });
  const credential = await given(() => startRegistration({ optionsJSON: options }));
  await ask<void>('/api/passkeys', { method: 'POST', body: { label, credential } });
}

/** The browser does not say why nothing came of it: refused, timed out, or there is no passkey. */
async function given<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch {
    throw new Problem(0, 'passkey-not-given', 'passkey-not-given', '');
  }
}
