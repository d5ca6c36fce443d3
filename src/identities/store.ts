/** The identities room's SQL. Nothing in these tables names anybody to whoever has the database alone. */
import { sql } from 'kysely';
import type { LedgeredTable } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { OfficerClass } from './statement.ts';

interface AliasesTable {
  scope: string;
  alias: string;
  person_mark: string;
  sealed: string;
}

export interface OfficerKeysTable {
  id: string;
  account_id: string;
  class: OfficerClass;
  recipient: string;
  signing_key: string;
  proposed_at: Date;
  confirmed_by: string | null;
  confirmed_at: Date | null;
  retired_by: string | null;
  retired_at: Date | null;
  mark: string;
}

interface SealedIdentitiesTable {
  person_mark: string;
  content_mark: string;
  outer_layer: string;
  inner_digest: string;
  identity_digest: string;
}

export interface UnmaskingsTable {
  id: string;
  case_id: string;
  alias: string;
  person_mark: string;
  reason: string;
  requested_at: Date;
}

export interface UnmaskingStepsTable {
  id: string;
  unmasking_id: string;
  number: number;
  account_id: string;
  person_mark: string | null;
  at: string;
  step: string;
}

interface UnmaskingLayersTable {
  unmasking_id: string;
  outer_layer: string;
  inner_digest: string;
  identity_digest: string;
  inner_layer: string | null;
  identity: string | null;
  expires_at: Date;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    aliases: AliasesTable;
    officer_keys: OfficerKeysTable;
    sealed_identities: SealedIdentitiesTable;
    unmaskings: UnmaskingsTable;
    unmasking_steps: UnmaskingStepsTable;
    unmasking_layers: UnmaskingLayersTable;
  }
}

/** Whose keys open identities, and every step on the way to one, changes only with an entry in the ledger. */
export const LEDGERED: readonly LedgeredTable[] = [
  {
    table: 'officer_keys',
    key: ['id'],
    columns: [
      ...['id', 'account_id', 'class', 'recipient', 'signing_key', 'proposed_at'],
      ...['confirmed_by', 'confirmed_at', 'retired_by', 'retired_at', 'mark'],
    ],
    times: ['proposed_at', 'confirmed_at', 'retired_at'],
  },
  {
    table: 'unmaskings',
    key: ['id'],
    columns: ['id', 'case_id', 'alias', 'person_mark', 'reason', 'requested_at'],
    times: ['requested_at'],
  },
  {
    table: 'unmasking_steps',
    key: ['id'],
    columns: ['id', 'unmasking_id', 'number', 'account_id', 'person_mark', 'at', 'step'],
  },
];

export function aliasesByMark(db: CaseworkDb, scope: string, marks: readonly string[]): Promise<AliasesTable[]> {
  return db.selectFrom('aliases').selectAll().where('scope', '=', scope).where('person_mark', 'in', marks).execute();
}

export async function sealedOf(db: CaseworkDb, scope: string, alias: string): Promise<string | undefined> {
  const row = db.selectFrom('aliases').select('sealed').where('scope', '=', scope).where('alias', '=', alias);
  return (await row.executeTakeFirst())?.sealed;
}

export function sealedOfAll(db: CaseworkDb, scope: string, names: readonly string[]) {
  return db
    .selectFrom('aliases')
    .select(['alias', 'sealed'])
    .where('scope', '=', scope)
    .where('alias', 'in', names)
    .execute();
}

export async function insertAliases(db: CaseworkDb, rows: AliasesTable[]): Promise<void> {
  await db
    .insertInto('aliases')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export interface KeyRow extends OfficerKeysTable {
  /** Whose account it is. */
  person: string | null;
  /** Whether the account can sign in and still has the duty that the key's class is for. */
  in_office: boolean;
}

/** All keys, the oldest first, with what is true of their accounts now. */
export async function selectKeys(db: CaseworkDb): Promise<KeyRow[]> {
  return await db
    .selectFrom('officer_keys as k')
    .innerJoin('accounts as a', 'a.id', 'k.account_id')
    .selectAll('k')
    .select('a.person')
    .select(
      sql<boolean>`a.disabled_at is null and exists (
        select from grants g
        where g.account_id = k.account_id
          and g.role = case k.class when 'case' then 'case_officer' else 'approver' end
      )`.as('in_office'),
    )
    .orderBy('k.proposed_at')
    .orderBy('k.id')
    .execute();
}

export async function lockKey(tx: CaseworkDb, id: string): Promise<OfficerKeysTable | undefined> {
  return await tx.selectFrom('officer_keys').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** False when the signing key is known already. */
export async function insertKey(tx: CaseworkDb, key: OfficerKeysTable): Promise<boolean> {
  const insert = tx.insertInto('officer_keys').values(key);
  const result = await insert.onConflict((conflict) => conflict.column('signing_key').doNothing()).executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateKey(tx: CaseworkDb, id: string, values: Partial<OfficerKeysTable>): Promise<void> {
  await tx.updateTable('officer_keys').set(values).where('id', '=', id).execute();
}

/** What each sealed identity was made of, by the mark of its person. */
export async function selectContentMarks(db: CaseworkDb): Promise<Map<string, string>> {
  const rows = await db.selectFrom('sealed_identities').select(['person_mark', 'content_mark']).execute();
  return new Map(rows.map(({ person_mark, content_mark }) => [person_mark, content_mark]));
}

export async function saveIdentities(db: CaseworkDb, rows: readonly SealedIdentitiesTable[]): Promise<void> {
  await db
    .insertInto('sealed_identities')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.column('person_mark').doUpdateSet((excluded) => ({
        content_mark: excluded.ref('excluded.content_mark'),
        outer_layer: excluded.ref('excluded.outer_layer'),
        inner_digest: excluded.ref('excluded.inner_digest'),
        identity_digest: excluded.ref('excluded.identity_digest'),
      })),
    )
    .execute();
}

export async function sealedIdentityOf(db: CaseworkDb, personMark: string): Promise<SealedIdentitiesTable | undefined> {
  return await db.selectFrom('sealed_identities').selectAll().where('person_mark', '=', personMark).executeTakeFirst();
}

export async function insertUnmasking(
  tx: CaseworkDb,
  row: UnmaskingsTable,
  layers: UnmaskingLayersTable,
): Promise<void> {
  await tx.insertInto('unmaskings').values(row).execute();
  await tx.insertInto('unmasking_layers').values(layers).execute();
}

export async function insertStep(tx: CaseworkDb, row: UnmaskingStepsTable): Promise<void> {
  await tx.insertInto('unmasking_steps').values(row).execute();
}

/** Within a transaction `lock` keeps others from taking the next step at the same time. */
export async function unmaskingById(
  db: CaseworkDb,
  id: string,
  lock = false,
): Promise<{ row: UnmaskingsTable; steps: UnmaskingStepsTable[] } | undefined> {
  const query = db.selectFrom('unmaskings').selectAll().where('id', '=', id);
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst();
  return row && { row, steps: await stepsOf(db, [id]) };
}

/** Those of a person, or all of them; the latest first. */
export async function selectUnmaskings(db: CaseworkDb, personMark?: string): Promise<UnmaskingsTable[]> {
  const all = db.selectFrom('unmaskings').selectAll();
  const some = personMark === undefined ? all : all.where('person_mark', '=', personMark);
  return await some.orderBy('requested_at', 'desc').orderBy('id').limit(1000).execute();
}

export async function stepsOf(db: CaseworkDb, ids: readonly string[]): Promise<UnmaskingStepsTable[]> {
  if (ids.length === 0) return [];
  const steps = db.selectFrom('unmasking_steps').selectAll().where('unmasking_id', 'in', ids);
  return await steps.orderBy('unmasking_id').orderBy('number').execute();
}

export async function layersOf(db: CaseworkDb, id: string): Promise<UnmaskingLayersTable | undefined> {
  return await db.selectFrom('unmasking_layers').selectAll().where('unmasking_id', '=', id).executeTakeFirst();
}

export async function updateLayers(
  tx: CaseworkDb,
  id: string,
  values: Partial<Pick<UnmaskingLayersTable, 'inner_layer' | 'identity'>>,
): Promise<void> {
  await tx.updateTable('unmasking_layers').set(values).where('unmasking_id', '=', id).execute();
}

export async function deleteLayers(tx: CaseworkDb, id: string): Promise<void> {
  await tx.deleteFrom('unmasking_layers').where('unmasking_id', '=', id).execute();
}

/** Returns how many there were. */
export async function deleteExpired(db: CaseworkDb, now: Date): Promise<number> {
  const result = await db.deleteFrom('unmasking_layers').where('expires_at', '<=', now).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Deletes the pseudonyms of a scope: nobody can find out any more who appeared in it. */
export async function forgetScope(db: CaseworkDb, scope: string): Promise<void> {
  await db.deleteFrom('aliases').where('scope', '=', scope).execute();
}
