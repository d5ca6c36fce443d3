/**
 * Passkeys (WebAuthn Level 3): enrolling one, signing in and proving oneself with one. A passkey belongs to a host
 * name, which the browser and not the page tells; the authenticator asks its owner for a finger or a number.
 */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { Fault } from '../../base/fault.ts';
import { randomId } from '../../base/id.ts';
import { ownOrigin } from '../../http/guard.ts';
import type { Account, Identity } from '../../http/route.ts';
import { change } from '../../ledger/ledger.ts';
import type { Access } from '../access.ts';
import { askForPasskey } from '../requests/ask.ts';
import { beginCeremony, browserOf, CEREMONY_SECONDS, newBrowser, takeCeremony } from '../sessions/ceremony.ts';
import { type Opened, openSession, renewSession } from '../sessions/sessions.ts';
import { type SignedIn, signedIn } from '../sign-in.ts';
import { accountWithRoles, lockAccount } from '../store.ts';
import * as store from './store.ts';

const MOST_PASSKEYS = 10;
const ENROL = 'passkey.enrol';
const SIGN_IN = 'passkey.sign-in';
const PROVE = 'passkey.prove';
/** COSE: EdDSA, ES256 and RS256. What else the engine can do by now is experimental in it, and warns. */
const ALGORITHMS = [-8, -7, -257];
const MILLISECONDS = CEREMONY_SECONDS * 1000;

export interface PasskeyEntry {
  readonly id: string;
  readonly label: string;
  /** The host name it works under. */
  readonly host: string;
  readonly isSynced: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** `waiting`: for a second person. `suspended`: somebody has a copy of it. */
  readonly state: 'usable' | 'waiting' | 'suspended';
}

/** The account's passkeys, the oldest first. */
export async function listPasskeys(access: Access, accountId: string): Promise<PasskeyEntry[]> {
  return (await store.selectPasskeysOf(access.db, accountId)).map((row) => ({
    ...{ id: row.id, label: row.label, host: row.rp_id, isSynced: row.is_synced },
    ...{ createdAt: row.created_at, lastUsedAt: row.last_used_at, state: stateOf(row) },
  }));
}

function stateOf({ confirmed_at, suspended_at }: store.PasskeysTable): PasskeyEntry['state'] {
  if (suspended_at !== null) return 'suspended';
  return confirmed_at === null ? 'waiting' : 'usable';
}

/** What the browser needs to make a passkey. Throws `no-passkeys-here` under an address that is a number. */
export async function beginEnrolment(
  access: Access,
  identity: Identity,
  request: Request,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { id: rpID } = partyOf(access, request);
  const known = await store.selectPasskeysOf(access.db, identity.account.id);
  if (known.length >= MOST_PASSKEYS) {
    throw new Fault('invalid-input', `An account has at most ${MOST_PASSKEYS} passkeys. Remove one first.`);
  }
  const options = await generateRegistrationOptions({
    ...{ rpName: 'Countersign', rpID, userName: identity.account.name, timeout: MILLISECONDS },
    // Opaque, and the same for all of an account's passkeys: it comes back at the sign-in.
    userID: new TextEncoder().encode(identity.account.id),
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.filter(({ rp_id }) => rp_id === rpID).map(({ credential_id }) => ({ id: credential_id })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await beginCeremony(access, { session: sessionOf(identity) }, ENROL, { challenge: options.challenge });
  return options;
}

/**
 * Keeps the passkey that the browser made. An approver's waits for a second person. Throws `passkey-refused` if it was
 * not made for this challenge, session, host and origin, or belongs to an account already.
 */
export async function finishEnrolment(
  access: Access,
  identity: Identity,
  request: Request,
  { response, label }: { response: RegistrationResponseJSON; label: string },
): Promise<PasskeyEntry['state']> {
  const party = partyOf(access, request);
  const begun = await takeCeremony(access, { session: sessionOf(identity) }, ENROL);
  if (begun?.challenge === undefined) throw refused();
  const made = await checked(() =>
    verifyRegistrationResponse({
      ...{ response, expectedChallenge: begun.challenge ?? '', expectedOrigin: party.origin, expectedRPID: party.id },
      ...{ requireUserVerification: true, supportedAlgorithmIDs: ALGORITHMS },
    }),
  );
  if (!made.verified) throw refused();
  const { credential, credentialDeviceType } = made.registrationInfo;
  const now = access.clock();
  const actor = `account:${identity.account.id}`;
  return await change(access.ledger, access.db, { actor, act: 'passkey.enrol' }, async (tx, touch) => {
    await lockAccount(tx, identity.account.id);
    const { roles } = await accountWithRoles(tx, identity.account.id);
    const waits = roles.includes('approver');
    const row: store.PasskeysTable = {
      ...{ id: randomId(), credential_id: credential.id, account_id: identity.account.id, rp_id: party.id },
      ...{ public_key: Buffer.from(credential.publicKey).toString('base64url'), counter: credential.counter },
      ...{ is_synced: credentialDeviceType === 'multiDevice', label, created_at: now, last_used_at: null },
      ...{ confirmed_at: waits ? null : now, confirmed_by: waits ? null : actor, suspended_at: null },
    };
    if (!(await store.insertPasskey(tx, row))) throw refused();
    touch('passkeys', row.id);
    if (waits) await askForPasskey(access, tx, touch, row);
    return stateOf(row);
  });
}

/** What the browser needs to sign in without a name, and the cookie that ties the answer to it. */
export async function beginPasskeySignIn(
  access: Access,
  request: Request,
): Promise<{ options: PublicKeyCredentialRequestOptionsJSON; cookie: string }> {
  const { id: rpID } = partyOf(access, request);
  const options = await generateAuthenticationOptions({ rpID, userVerification: 'required', timeout: MILLISECONDS });
  const { holder, cookie } = newBrowser(access);
  await beginCeremony(access, holder, SIGN_IN, { challenge: options.challenge });
  return { options, cookie };
}

/** Opens a session for whoever the passkey belongs to. Throws `passkey-refused`, without saying why. */
export async function passkeySignIn(
  access: Access,
  response: AuthenticationResponseJSON,
  request: Request,
): Promise<SignedIn> {
  const party = partyOf(access, request);
  const holder = browserOf(request);
  const begun = holder && (await takeCeremony(access, holder, SIGN_IN));
  if (begun?.challenge === undefined) throw refused();
  const verified = await verify(access, party, begun.challenge, response);
  const act = { actor: `account:${verified.account_id}`, act: 'passkey.use' };
  const opened = await change(access.ledger, access.db, act, async (tx): Promise<Opened> => {
    const account = await lockAccount(tx, verified.account_id);
    if (account === undefined || account.disabled_at !== null) throw refused();
    await use(access, tx, verified);
    return await openSession(access, tx, { accountId: account.id, with: 'passkey', isProof: true, request });
  });
  return await signedIn(access, verified.account_id, opened);
}

/** What the browser needs to prove with one of the account's own passkeys who is there. */
export async function beginPasskeyProof(
  access: Access,
  identity: Identity,
  request: Request,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { id: rpID } = partyOf(access, request);
  const own = await store.selectPasskeysOf(access.db, identity.account.id);
  const usable = own.filter((row) => row.rp_id === rpID && stateOf(row) === 'usable');
  if (usable.length === 0) throw new Fault('not-found', 'You have no passkey that can be used here.');
  const options = await generateAuthenticationOptions({
    ...{ rpID, userVerification: 'required', timeout: MILLISECONDS },
    allowCredentials: usable.map(({ credential_id }) => ({ id: credential_id })),
  });
  await beginCeremony(access, { session: sessionOf(identity) }, PROVE, { challenge: options.challenge });
  return options;
}

/** Takes the proof; gives the cookie of the session with its new token. Throws `passkey-refused`. */
export async function provePasskey(
  access: Access,
  identity: Identity,
  response: AuthenticationResponseJSON,
  request: Request,
): Promise<string> {
  const party = partyOf(access, request);
  const begun = await takeCeremony(access, { session: sessionOf(identity) }, PROVE);
  if (begun?.challenge === undefined) throw refused();
  const verified = await verify(access, party, begun.challenge, response);
  // A colleague's passkey is a good one, and proves that somebody else sits here.
  if (verified.account_id !== identity.account.id) throw refused();
  await use(access, access.db, verified);
  return await renewSession(access, request, 'passkey');
}

/** Throws `not-found`. */
export async function removePasskey(access: Access, account: Account, id: string): Promise<void> {
  const act = { actor: `account:${account.id}`, act: 'passkey.remove' };
  await change(access.ledger, access.db, act, async (tx, touch) => {
    const isGone = await store.deletePasskey(tx, id, account.id);
    if (!isGone) throw new Fault('not-found', 'You have no such passkey.', { place: 'id' });
    touch('passkeys', id);
  });
}

type Verified = store.PasskeysTable & { readonly newCounter: number };

async function verify(
  access: Access,
  party: Party,
  challenge: string,
  response: AuthenticationResponseJSON,
): Promise<Verified> {
  const found = await store.findUsable(access.db, { credentialId: response.id, rpId: party.id });
  if (found === undefined) throw refused();
  // Whose passkey it is stands in the authenticator too; the two must not differ (WebAuthn 7.2, step 6).
  const handle = response.response.userHandle;
  if (handle !== undefined && Buffer.from(handle, 'base64url').toString() !== found.account_id) throw refused();
  const { verified, authenticationInfo } = await checked(() =>
    verifyAuthenticationResponse({
      ...{ response, expectedChallenge: challenge, expectedOrigin: party.origin, expectedRPID: party.id },
      requireUserVerification: true,
      // The counter is looked at below, once the signature is known to be good: anybody could send a low one.
      credential: { id: found.credential_id, publicKey: Buffer.from(found.public_key, 'base64url'), counter: 0 },
    }),
  );
  if (!verified) throw refused();
  const { newCounter } = authenticationInfo;
  if ((found.counter > 0 || newCounter > 0) && newCounter <= found.counter) {
    await suspend(access, found);
    throw refused();
  }
  return { ...found, newCounter };
}

/** Two hold the same key. Which of them is its owner cannot be told, so it opens nothing from now on. */
async function suspend(access: Access, { id, account_id }: store.PasskeysTable): Promise<void> {
  const act = { actor: 'system:access', act: 'passkey.cloned', on: [`passkeys:${id}`, `account:${account_id}`] };
  await change(access.ledger, access.db, act, async (tx, touch) => {
    await store.suspendPasskey(tx, id, access.clock());
    touch('passkeys', id);
  });
}

async function use(access: Access, db: Access['db'], passkey: Verified): Promise<void> {
  const isDone = await store.noteUse(db, passkey, { counter: passkey.newCounter, last_used_at: access.clock() });
  if (!isDone) throw refused();
}

interface Party {
  /** The host name (WebAuthn's relying party id). */
  readonly id: string;
  readonly origin: string;
}

/** The name and origin under which the request may reach us, as the guard has it; never what a page says. */
function partyOf(access: Access, request: Request): Party {
  const origin = ownOrigin(request.url, access.reach ?? { host: '127.0.0.1' });
  const { hostname } = new URL(origin);
  if (!/^\d+(\.\d+){3}$|^\[/.test(hostname)) return { id: hostname, origin };
  throw new Fault('no-passkeys-here', 'Under an address that is a number, browsers make and use no passkeys.');
}

/** The library throws for every kind of wrong answer, and its messages quote them. */
async function checked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Fault('passkey-refused', 'The passkey was not accepted.', { cause });
  }
}

function refused(): Fault {
  return new Fault('passkey-refused', 'The passkey was not accepted.');
}

function sessionOf({ session }: Identity): string {
  if (session === undefined) throw new Fault('defect', 'The session has no id.');
  return session;
}
