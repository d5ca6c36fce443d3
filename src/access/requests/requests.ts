/** Asking for a change of accounts, and deciding on it. */
import { Fault } from '../../base/fault.ts';
import { randomToken } from '../../base/id.ts';
import type { Account } from '../../http/route.ts';
import { change, type Touch } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import type { Access } from '../access.ts';
import * as grants from '../grants.ts';
import { confirmPasskey } from '../passkeys/store.ts';
import { hashPassword, PASSWORD_COST } from '../password.ts';
import type { Role } from '../roles.ts';
import { accountById } from '../store.ts';
import { insert } from './ask.ts';
import { objection, type Parties } from './request.ts';
import * as store from './store.ts';

const MOST_LISTED = 200;

/** What may be asked for. `account` is an account's id. */
export type Wish =
  | { kind: 'account'; name: string; role: Role; person: string }
  | { kind: 'grant' | 'revoke'; account: string; role: Role }
  | { kind: 'link'; account: string; person: string }
  | { kind: 'disable'; account: string };

export interface RequestEntry extends Omit<store.RequestsTable, 'outcome'> {
  readonly about: string;
  readonly asker: string;
  readonly decider: string | null;
  readonly label: string | null;
  readonly state: 'open' | 'expired' | store.Outcome;
  /** Whether the reader may decide on it. */
  readonly isForReader: boolean;
}

/** Asks for a change; gives the request's id. Throws `forbidden` for somebody of whom it is not known who he is. */
export async function askFor(access: Access, by: Account, wish: Wish, reason: string): Promise<string> {
  if (by.person === null) {
    throw new Fault('forbidden', 'Nobody has said whose account this is: who asks must be somebody.');
  }
  const person = by.person;
  const act = { actor: `account:${by.id}`, act: `request.${wish.kind}` };
  return await change(access.ledger, access.db, act, async (tx, touch) => {
    const about = 'account' in wish ? await accountById(tx, wish.account) : undefined;
    if ('account' in wish && about === undefined) throw new Fault('not-found', 'There is no such account.');
    if (wish.kind === 'account') grants.accountName(wish.name);
    return await insert(access, tx, touch, {
      ...{ kind: wish.kind, account_id: about?.id ?? null, name: 'name' in wish ? wish.name : null },
      ...{ role: 'role' in wish ? wish.role : null, person: 'person' in wish ? wish.person : null },
      ...{ passkey_id: null, reason, requested_by: by.id, requested_person: person },
    });
  });
}

/** Requests, the open ones first. */
export async function listRequests(access: Access, reader: Account): Promise<RequestEntry[]> {
  const now = access.clock();
  return (await store.selectRequests(access.db, MOST_LISTED)).map((row) => {
    const { outcome, about_name, about_person, asker_name, asker_person, decider_name, label, ...rest } = row;
    const parties = partiesOf(row, asker_person, about_person);
    const state = outcome ?? (now < row.expires_at ? 'open' : 'expired');
    return {
      ...{ ...rest, about: about_name ?? row.name ?? '', asker: asker_name, decider: decider_name, label, state },
      isForReader: state === 'open' && objection(parties, reader) === null,
    };
  });
}

/**
 * Does what was asked for; a new account's password is given, once. Throws `forbidden` for whoever asked, is concerned or
 * must not decide, and if roles would meet that are kept apart; `not-found` for what is decided or expired already.
 */
export async function approve(access: Access, by: Account, id: string): Promise<{ password: string | null }> {
  const password = randomToken(15);
  const password_hash = await hashPassword(password, access.passwordCost ?? PASSWORD_COST);
  const act = { actor: `account:${by.id}`, act: 'request.approve' };
  return await change(access.ledger, access.db, act, async (tx, touch) => {
    const request = await lockOpen(access, tx, id);
    await refuseParty(tx, request, by);
    await decide(access, tx, touch, request, by, 'approved');
    await carryOut(access, tx, touch, request, { by, password_hash });
    return { password: request.kind === 'account' ? password : null };
  });
}

/** Refuses what was asked for; whoever asked takes it back so. Throws as `approve`. */
export async function refuse(access: Access, by: Account, id: string): Promise<void> {
  const act = { actor: `account:${by.id}`, act: 'request.refuse' };
  await change(access.ledger, access.db, act, async (tx, touch) => {
    const request = await lockOpen(access, tx, id);
    const isOwn = request.requested_by === by.id;
    if (!isOwn) await refuseParty(tx, request, by);
    await decide(access, tx, touch, request, by, isOwn ? 'withdrawn' : 'refused');
  });
}

async function lockOpen(access: Access, tx: CaseworkDb, id: string): Promise<store.RequestsTable> {
  const found = await store.lockRequest(tx, id);
  if (found !== undefined && found.outcome === null && access.clock() < found.expires_at) return found;
  throw new Fault('not-found', 'There is no such open request.', { place: 'id' });
}

async function refuseParty(tx: CaseworkDb, request: store.RequestsTable, by: Account): Promise<void> {
  const asker = await accountById(tx, request.requested_by);
  const about = request.account_id === null ? undefined : await accountById(tx, request.account_id);
  const reason = objection(partiesOf(request, asker?.person ?? null, about?.person ?? null), by);
  if (reason !== null) throw new Fault('forbidden', `You cannot decide on this: ${reason}.`);
}

function partiesOf(request: store.RequestsTable, asker: string | null, about: string | null): Parties {
  const { kind, requested_by, requested_person, account_id, person } = request;
  // Empty: nobody had said whose account it was.
  const then = requested_person === '' ? (asker ?? '') : requested_person;
  return { kind, askers: [requested_by, then, asker], concerned: [account_id, about, person] };
}

async function decide(
  access: Access,
  tx: CaseworkDb,
  touch: Touch,
  { id }: store.RequestsTable,
  by: Account,
  outcome: store.Outcome,
): Promise<void> {
  await store.decideRequest(tx, id, { outcome, decided_by: by.id, decided_at: access.clock() });
  touch('grant_requests', id);
}

async function carryOut(
  access: Access,
  tx: CaseworkDb,
  touch: Touch,
  { kind, account_id, name, role, person, passkey_id }: store.RequestsTable,
  { by, password_hash }: { by: Account; password_hash: string },
): Promise<void> {
  const part = { access, tx, touch };
  if (kind === 'account' && name !== null && role !== null) {
    await grants.create(part, { name, role, password_hash, person });
  } else if (kind === 'passkey' && passkey_id !== null) {
    const isDone = await confirmPasskey(tx, passkey_id, `account:${by.id}`, access.clock());
    if (!isDone) throw new Fault('not-found', 'There is no such passkey that waits.', { place: 'passkey' });
    touch('passkeys', passkey_id);
  } else {
    const account = await grants.lock(tx, account_id ?? '');
    if (kind === 'grant' && role !== null) await grants.grant(part, account, role);
    if (kind === 'revoke' && role !== null) await grants.revoke(part, account, role);
    if (kind === 'link' && person !== null) await grants.link(part, account, person);
    if (kind === 'disable') await grants.disable(part, account);
    await grants.endSessions(tx, account.id);
  }
}
