/** What migrations of casework cannot do in SQL alone, because it needs the key. */
import { type Kysely, sql } from 'kysely';
import type { CaseworkDb } from './postgres.ts';
import type { KeyMark, Sealing } from './sealing.ts';

interface SealedTables {
  aliases: { scope: string; alias: string; person_mark: string; sealed: string };
  sealing_key: { mark: string };
}

/** The pseudonyms of the queue of leads. */
export const QUEUE = 'queue';
const BATCH = 1000;

/** What stands for an account within a scope, for whoever has no key. */
export const aliasMark = ({ sealing }: { readonly sealing: Sealing }, scope: string, userUid: string): string =>
  sealing.mark(userUid, 'alias', scope);

/** How an account stands in `aliases`: see the room of identities. */
export function sealedAlias(sealing: Sealing, scope: string, alias: string, userUid: string): SealedTables['aliases'] {
  return {
    ...{ scope, alias },
    person_mark: aliasMark({ sealing }, scope, userUid),
    sealed: sealing.seal(userUid, 'alias', scope, alias),
  };
}

export function keyMark(casework: CaseworkDb): KeyMark {
  const db = casework as unknown as Kysely<SealedTables>;
  return {
    async read() {
      return (await db.selectFrom('sealing_key').select('mark').executeTakeFirst())?.mark;
    },
    async write(mark) {
      await db.insertInto('sealing_key').values({ mark }).execute();
    },
  };
}

/** Versions before 0.2 kept pairs of account and pseudonym in the clear: they are sealed, and their table is dropped. */
export async function sealSubjects(casework: CaseworkDb, sealing: Sealing): Promise<void> {
  const { rows: tables } = await sql<{ name: string | null }>`select to_regclass('subjects') as name`.execute(casework);
  if (tables[0]?.name == null) return;
  const sealed = await (casework as unknown as Kysely<SealedTables>).transaction().execute(async (tx) => {
    const { rows } = await sql<{ user_uid: string; alias: string }>`select user_uid, alias from subjects`.execute(tx);
    for (let at = 0; at < rows.length; at += BATCH) {
      const part = rows
        .slice(at, at + BATCH)
        .map(({ alias, user_uid }) => sealedAlias(sealing, QUEUE, alias, user_uid));
      await tx.insertInto('aliases').values(part).execute();
    }
    await sql`drop table subjects`.execute(tx);
    return rows.length;
  });
  if (sealed > 0) await overwriteOld(casework);
}

/**
 * A dropped column or table stays in the engine's files for a while: leads are written anew, and the write-ahead log that
 * still has the old rows is thrown away. On a server this may need more rights than ours; then it is its administrator's.
 */
async function overwriteOld(casework: CaseworkDb): Promise<void> {
  await sql`vacuum full leads`.execute(casework);
  try {
    await casework.connection().execute(async (db) => {
      await sql`set wal_recycle = off`.execute(db);
      for (let round = 0; round < 2; round++) {
        await sql`select pg_switch_wal()`.execute(db);
        await sql`checkpoint`.execute(db);
      }
      await sql`reset wal_recycle`.execute(db);
    });
  } catch {
    // Refused by a server: docs/pseudonyms.md says what to do there.
  }
}
