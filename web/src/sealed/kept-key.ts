/**
 * A recipient's key that this browser keeps: never the key itself, only an age file that opens with a passphrase (the key
 * file as it is) or with a passkey's PRF, which the authenticator computes and the server never sees. It lies in this
 * browser's IndexedDB, apart for each account; with it lies the portal's root key, so that another one is noticed.
 */
import { armor, Decrypter, Encrypter, webauthn } from 'age-encryption';
import { type Keys, keyFileContent, keysIn } from '../../../src/reports/protocol/protocol.ts';
import { Problem } from '../api.ts';

export interface KeptKey {
  readonly way: 'passphrase' | 'passkey';
  /** An armored age file. */
  readonly sealed: string;
  /** Which passkey opens it: an id, no secret. */
  readonly credential?: string;
  /** The portal's root key when it was kept, 64 hexadecimal digits. */
  readonly root: string;
}

const [DATABASE, STORE] = ['countersign-reports', 'keys'];

/** Whether passkeys can be had under this address: they belong to host names, not to numbers. */
export const canUsePasskey = (): boolean =>
  'PublicKeyCredential' in globalThis && !/^[\d.]+$|^\[/.test(location.hostname);

export const readKept = (account: string): Promise<KeptKey | undefined> =>
  inStore('readonly', (store) => store.get(account) as IDBRequest<KeptKey | undefined>);

export async function forgetKept(account: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(account));
}

/** Keeps the key file as it is: its passphrase is asked for each time. */
export async function keepFile(account: string, file: string, root: string): Promise<void> {
  await keep(account, { way: 'passphrase', sealed: file, root });
}

/** Makes a passkey for this and keeps the key sealed to it. Refusal `passphrase`; Problem `sealed-passkey`. */
export async function keepWithPasskey(
  account: string,
  { file, passphrase, root, name }: { file: string; passphrase: string; root: string; name: string },
): Promise<void> {
  const content = await keyFileContent(file, passphrase);
  const [credential, sealed] = await byPasskey(async () => {
    const made = await webauthn.createCredential({ keyName: name });
    const encrypter = new Encrypter();
    encrypter.addRecipient(new webauthn.WebAuthnRecipient({ identity: made }));
    return [made, armor.encode(await encrypter.encrypt(content))] as const;
  });
  await keep(account, { way: 'passkey', sealed, credential, root });
}

/** The keys, opened with the passphrase or, where it is a passkey's, by asking for that. */
export async function openKept({ way, sealed, credential = '' }: KeptKey, passphrase: string): Promise<Keys> {
  if (way === 'passphrase') return await keysIn(await keyFileContent(sealed, passphrase), 'recipient');
  const content = await byPasskey(async () => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(new webauthn.WebAuthnIdentity({ identity: credential }));
    return await decrypter.decrypt(armor.decode(sealed), 'text');
  });
  return await keysIn(content, 'recipient');
}

/** The browser does not say why nothing came of it: refused, timed out, none there, or one that has no PRF. */
async function byPasskey<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    throw new Problem(0, 'sealed-passkey', 'The browser gave no passkey that can keep a key.', '');
  }
}

const keep = (account: string, kept: KeptKey): Promise<unknown> =>
  inStore('readwrite', (store) => store.put(kept, account));

async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answerOf(opening);
  try {
    return await answerOf(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser refused its storage'));
  });
