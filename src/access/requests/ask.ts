/** Writing down that somebody asks, within a transaction. */
import { randomId } from '../../base/id.ts';
import type { Touch } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import type { Access } from '../access.ts';
import { accountById } from '../store.ts';
import { REQUEST_SECONDS } from './request.ts';
import * as store from './store.ts';

/** Asks, within the transaction that made it wait, for a second person to confirm a passkey. */
export async function askForPasskey(
  access: Access,
  tx: CaseworkDb,
  touch: Touch,
  { id, account_id }: { id: string; account_id: string },
): Promise<void> {
  const owner = await accountById(tx, account_id);
  await insert(access, tx, touch, {
    ...{ kind: 'passkey', account_id, name: null, role: null, person: null, passkey_id: id, reason: '' },
    ...{ requested_by: account_id, requested_person: owner?.person ?? '' },
  });
}

type Asked = Omit<store.RequestsTable, 'id' | 'requested_at' | 'expires_at' | 'outcome' | 'decided_by' | 'decided_at'>;

/** Gives the request's id. */
export async function insert(access: Access, tx: CaseworkDb, touch: Touch, asked: Asked): Promise<string> {
  const now = access.clock();
  const id = randomId();
  const expires_at = new Date(now.getTime() + REQUEST_SECONDS * 1000);
  const open = { outcome: null, decided_by: null, decided_at: null };
  await store.insertRequest(tx, { ...asked, ...open, id, requested_at: now, expires_at });
  touch('grant_requests', id);
  return id;
}
