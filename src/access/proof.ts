/** Proving with the password who is there, and changing it. */
import { Fault } from '../base/fault.ts';
import type { Identity } from '../http/route.ts';
import { change } from '../ledger/ledger.ts';
import type { Access } from './access.ts';
import { nameKey } from './grants.ts';
import { checkPassword, hashPassword, PASSWORD_COST, verifyPassword } from './password.ts';
import { renewSession } from './sessions/sessions.ts';
import { deleteSessionsOf } from './sessions/store.ts';
import * as store from './store.ts';
import { bucketOf } from './throttle.ts';

/**
 * Takes the password as a proof; gives the cookie of the session with its new token. Throws `sign-in-failed`,
 * `too-many-tries`: whoever found an open screen must not guess on it.
 */
export async function provePassword(
  access: Access,
  identity: Identity,
  password: string,
  request: Request,
): Promise<string> {
  const { account, session = '' } = identity;
  // A bucket of the session's own: guessing here does not keep its owner from signing in elsewhere.
  const bucket = bucketOf(nameKey(account.name), `session ${session}`);
  if (!(await store.countTry(access.db, bucket, access.clock()))) {
    throw new Fault('too-many-tries', 'There were too many wrong passwords.');
  }
  const found = await store.findAccount(access.db, nameKey(account.name));
  if (found?.id !== account.id || !(await verifyPassword(password, found.password_hash))) {
    throw new Fault('sign-in-failed', 'The password is not that of this account.');
  }
  await store.forgetTry(access.db, bucket);
  return await renewSession(access, request, 'password');
}

/** Gives one's own account another password and ends its other sessions. Throws `invalid-input`. */
export async function changeOwnPassword(access: Access, identity: Identity, password: string): Promise<void> {
  const { id, name } = identity.account;
  checkPassword(password, name);
  const password_hash = await hashPassword(password, access.passwordCost ?? PASSWORD_COST);
  const act = { actor: `account:${id}`, act: 'account.change-password' };
  await change(access.ledger, access.db, act, async (tx, touch) => {
    await store.lockAccount(tx, id);
    await store.updateAccount(tx, id, { password_hash });
    touch('accounts', id);
    await deleteSessionsOf(tx, id, identity.session);
  });
}
