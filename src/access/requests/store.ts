import type { LedgeredTable } from '../../ledger/ledger.ts';
import type { CaseworkDb } from '../../stores/postgres.ts';
import type { Role } from '../roles.ts';
import type { Kind } from './request.ts';

export type Outcome = 'approved' | 'refused' | 'withdrawn';

export interface RequestsTable {
  id: string;
  kind: Kind;
  account_id: string | null;
  name: string | null;
  role: Role | null;
  person: string | null;
  passkey_id: string | null;
  reason: string;
  requested_by: string;
  requested_person: string;
  requested_at: Date;
  expires_at: Date;
  outcome: Outcome | null;
  decided_by: string | null;
  decided_at: Date | null;
}

declare module '../../stores/postgres.ts' {
  interface Casework {
    grant_requests: RequestsTable;
  }
}

export const LEDGERED: LedgeredTable = {
  table: 'grant_requests',
  key: ['id'],
  columns: [
    ...['id', 'kind', 'account_id', 'name', 'role', 'person', 'passkey_id', 'reason', 'requested_by'],
    ...['requested_person', 'requested_at', 'expires_at', 'outcome', 'decided_by', 'decided_at'],
  ],
  times: ['requested_at', 'expires_at', 'decided_at'],
};

export async function insertRequest(db: CaseworkDb, request: RequestsTable): Promise<void> {
  await db.insertInto('grant_requests').values(request).execute();
}

/** Takes the request for this transaction, so that it is decided once. */
export async function lockRequest(tx: CaseworkDb, id: string): Promise<RequestsTable | undefined> {
  return await tx.selectFrom('grant_requests').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function decideRequest(
  tx: CaseworkDb,
  id: string,
  decision: { outcome: Outcome; decided_by: string; decided_at: Date },
): Promise<void> {
  await tx.updateTable('grant_requests').set(decision).where('id', '=', id).execute();
}

/** Requests with the names of those in them, what is open first, then the latest. */
export async function selectRequests(db: CaseworkDb, limit: number) {
  return await db
    .selectFrom('grant_requests as r')
    .leftJoin('accounts as about', 'about.id', 'r.account_id')
    .innerJoin('accounts as asker', 'asker.id', 'r.requested_by')
    .leftJoin('accounts as decider', 'decider.id', 'r.decided_by')
    .leftJoin('passkeys', 'passkeys.id', 'r.passkey_id')
    .selectAll('r')
    .select(['about.name as about_name', 'about.person as about_person', 'passkeys.label'])
    .select(['asker.name as asker_name', 'asker.person as asker_person', 'decider.name as decider_name'])
    .orderBy((order) => order.case().when('r.outcome', 'is', null).then(0).else(1).end())
    .orderBy('r.requested_at', 'desc')
    .orderBy('r.id')
    .limit(limit)
    .execute();
}
