/** The intake room's only SQL. */
import type { LedgeredTable } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';

export interface SourcesTable {
  name: string;
  reader: string;
  origin: string;
  declared_at: Date;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    sources: SourcesTable;
  }
}

export const LEDGERED: LedgeredTable = {
  table: 'sources',
  key: ['name'],
  columns: ['name', 'reader', 'origin', 'declared_at'],
  times: ['declared_at'],
};

export async function selectSources(db: CaseworkDb): Promise<SourcesTable[]> {
  return await db.selectFrom('sources').selectAll().orderBy('name').execute();
}

/** Inserts a source or gives it another reader and origin. */
export async function putSource(db: CaseworkDb, row: SourcesTable): Promise<void> {
  const { reader, origin } = row;
  await db
    .insertInto('sources')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ reader, origin }))
    .execute();
}

/** False if there is none of that name. */
export async function deleteSource(db: CaseworkDb, name: string): Promise<boolean> {
  const result = await db.deleteFrom('sources').where('name', '=', name).executeTakeFirst();
  return result.numDeletedRows > 0n;
}
