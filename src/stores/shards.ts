/** The tables that stand over all servers, made from the tables that each server has. */
import { Fault } from '../base/fault.ts';
import type { Events } from './clickhouse.ts';

/**
 * Whose rows lie together. People's rows by the person; tables that replace older rows by newer ones by the key of that;
 * all others by what they are looked up with. The columns themselves: an expression would be part of the layout for ever.
 */
export const KEYS: Readonly<Record<string, string>> = {
  events: 'actor_user_uid',
  segments: 'log_name, source, position',
  document_files: 'file, part',
  documents: 'name',
  decoys: 'path',
  fingerprints: 'hash',
  trove_fingerprints: 'hash',
  trove_hits: 'hash',
  first_seen: 'who, what',
  level_words: 'word',
  person_links: 'account',
  stairs: 'detection, role, step',
  computed_days: 'day',
};
export const PERSON = 'user_uid';

interface Column {
  table: string;
  name: string;
  type: string;
}

/** Makes or renews `table` in the common database of each server. Errors: part-missing, query-failed. */
export async function distributedTables(
  nodes: readonly Events[],
  fronts: readonly Events[],
  { cluster, shard }: { cluster: string; shard: string },
): Promise<void> {
  if (!/^[\w-]+$/.test(cluster)) throw new Fault('usage', 'A name of a cluster is letters, digits, - and _.');
  await checkCluster(fronts[0]!, cluster, nodes.length);
  for (const [index, front] of fronts.entries()) {
    const own = await columnsOf(nodes[index]!);
    const common = await columnsOf(front);
    for (const [table, columns] of own) {
      if (table === 'schema_migrations') continue;
      const names = columns.map(({ name, type }) => `${name} ${type}`).join();
      if (
        common
          .get(table)
          ?.map(({ name, type }) => `${name} ${type}`)
          .join() === names
      )
        continue;
      const key = KEYS[table] ?? (columns.some(({ name }) => name === PERSON) ? PERSON : columns[0]!.name);
      await front.run(`DROP TABLE IF EXISTS ${table} SYNC`);
      await front.run(
        `CREATE TABLE ${table} AS \`${shard}\`.${table}
         ENGINE = Distributed('${cluster}', '${shard}', '${table}', sipHash64(${key}))`,
      );
    }
    await front.run(
      `CREATE VIEW IF NOT EXISTS schema_migrations AS SELECT name, checksum FROM \`${shard}\`.schema_migrations`,
    );
  }
}

async function columnsOf(server: Events): Promise<Map<string, Column[]>> {
  const rows = await server.rows<Column>(
    `SELECT table, name, type
     FROM system.columns
     WHERE database = currentDatabase()
     ORDER BY table, position
     LIMIT 10000`,
  );
  return Map.groupBy(rows, ({ table }) => table);
}

/** A server that we do not know would get rows and never a deletion. */
async function checkCluster(front: Events, cluster: string, nodes: number): Promise<void> {
  const [row] = await front.rows<{ servers: number }>(
    'SELECT count() AS servers FROM system.clusters WHERE cluster = {cluster:String}',
    { cluster },
  );
  if (row!.servers === nodes) return;
  const found = `The cluster ${cluster} has ${row!.servers} servers, and clickhouse_url names ${nodes}.`;
  throw new Fault('usage', found, { place: 'clickhouse_url' });
}
