/** The identities room's SQL. Nothing in these tables names anybody to whoever has the database alone. */
import type { CaseworkDb } from '../stores/postgres.ts';

interface AliasesTable {
  scope: string;
  alias: string;
  person_mark: string;
  sealed: string;
}

declare module '../stores/postgres.ts' {
  interface Casework {
    aliases: AliasesTable;
  }
}

export function aliasesByMark(db: CaseworkDb, scope: string, marks: readonly string[]): Promise<AliasesTable[]> {
  return db.selectFrom('aliases').selectAll().where('scope', '=', scope).where('person_mark', 'in', marks).execute();
}

export async function sealedOf(db: CaseworkDb, scope: string, alias: string): Promise<string | undefined> {
  const row = db.selectFrom('aliases').select('sealed').where('scope', '=', scope).where('alias', '=', alias);
  return (await row.executeTakeFirst())?.sealed;
}

export async function insertAliases(db: CaseworkDb, rows: AliasesTable[]): Promise<void> {
  await db
    .insertInto('aliases')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
