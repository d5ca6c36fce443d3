/** Signing in as somebody for whom the organisation's provider vouches. It opens accounts; it makes none. */
import { Fault } from '../../base/fault.ts';
import { randomId } from '../../base/id.ts';
import { type Act, change } from '../../ledger/ledger.ts';
import type { Access } from '../access.ts';
import { openSession } from '../sessions/sessions.ts';
import { type SignedIn, signedIn } from '../sign-in.ts';
import { findAccount, lockAccount } from '../store.ts';
import type { Vouched } from './provider.ts';
import * as store from './store.ts';

/** The account's name as it is compared comes from the caller, who has it anyway. */
export async function linkProvider(
  access: Access,
  act: Act,
  input: { nameKey: string; issuer: string; expected: string },
): Promise<void> {
  await change(access.ledger, access.db, act, async (tx, touch) => {
    const account = await findAccount(tx, input.nameKey);
    if (account === undefined) throw new Fault('not-found', 'There is no account of that name.', { place: 'name' });
    for (const id of await store.deleteLinksOf(tx, account.id)) touch('account_links', id);
    const link = {
      ...{ id: randomId(), account_id: account.id, issuer: input.issuer, expected: input.expected },
      ...{ subject: null, created_at: access.clock(), bound_at: null },
    };
    if (!(await store.insertLink(tx, link))) {
      throw new Fault('invalid-input', 'That name of the provider belongs to another account.', { place: 'expected' });
    }
    touch('account_links', link.id);
  });
}

/**
 * Opens a session of the account that is linked to whom the provider vouches for. Throws `sign-in-failed` if there is
 * none: whoever the provider knows is not therefore known here.
 */
export async function providerSignIn(access: Access, vouched: Vouched, request: Request): Promise<SignedIn> {
  const { issuer, subject, person } = vouched;
  const act = { actor: 'system:provider', act: 'account.bind-provider' };
  const { accountId, opened } = await change(access.ledger, access.db, act, async (tx, touch) => {
    let link = await store.findBySubject(tx, { issuer, subject });
    if (link === undefined && person !== null) {
      link = await store.bindLink(tx, { issuer, expected: person }, { subject, bound_at: access.clock() });
      if (link !== undefined) touch('account_links', link.id);
    }
    const account = link && (await lockAccount(tx, link.account_id));
    if (account === undefined || account.disabled_at !== null) {
      throw new Fault('sign-in-failed', 'No account here is linked to whoever signed in there.');
    }
    const opening = { accountId: account.id, with: 'provider', isProof: false, request } as const;
    return { accountId: account.id, opened: await openSession(access, tx, opening) };
  });
  return await signedIn(access, accountId, opened);
}
