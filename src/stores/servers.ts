/**
 * The event store on ClickHouse servers: one, or several that each keep a part of the people. The same client and the same
 * SQL as with the embedded engine; what that one is told when it starts goes with each statement here.
 *
 * With several, every table stands twice: in the database `<name>_shard` of each server with the rows of its people, and in
 * `<name>` as a Distributed table over all of them. Statements that concern a server's own files (tables, deletions,
 * merges) go to each server by itself; all others go to the first that answers.
 */
import { text } from 'node:stream/consumers';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { Fault } from '../base/fault.ts';
import type { Events, Parameters, Shards } from './clickhouse.ts';
import { questionOf } from './question.ts';
import { distributedTables } from './shards.ts';

export interface EventServers {
  /** Addresses of HTTP interfaces with commas between, such as https://user:password@host:8443/countersign. */
  readonly url: string;
  /** The name under which the servers know themselves as a cluster (remote_servers). Without it there is one server. */
  readonly cluster?: string | undefined;
  /** Where files wait on our side. */
  readonly spool: string;
}

const QUIET = { log: { level: ClickHouseLogLevel.OFF } };
const DAY_MS = 86_400_000;

/** What the embedded engine is started with, for a server that serves others too: see engine.ts for the reasons. */
const SETTINGS = {
  log_queries: 0,
  join_algorithm: 'hash',
  compile_expressions: 0,
  compile_aggregate_expressions: 0,
  compile_sort_description: 0,
  output_format_json_quote_64bit_integers: 0,
  date_time_output_format: 'simple',
  session_timezone: 'UTC',
  max_query_size: String(64 << 20),
  // An error that comes late must not look like the end of an answer.
  wait_end_of_query: 1,
} as const;

/** A part of the people that cannot be asked is an error, never a smaller answer. */
const CLUSTER_SETTINGS = {
  skip_unavailable_shards: 0,
  distributed_product_mode: 'global',
  prefer_global_in_and_join: 1,
  // Rows are with the server that keeps them when a statement ends: what waited somewhere else would be stored twice.
  distributed_foreground_insert: 1,
  // The engine would compute sums over all people on each server by itself.
  parallel_distributed_insert_select: '0',
  connect_timeout_with_failover_ms: 2000,
} as const;

/** Statements about a server's own files. */
const ON_EACH = /^\s*(?:ALTER|TRUNCATE|SYSTEM|OPTIMIZE|CREATE|DROP)\b/i;
const DELETION = /^\s*ALTER\s+TABLE\s+(\w+)\s+DELETE\b/i;

interface Server {
  readonly host: string;
  readonly client: ClickHouseClient;
}

/** Opens the event store on servers; makes its databases when they are missing. Errors: engine-stopped, query-failed. */
export async function openServers({ url, cluster, spool }: EventServers): Promise<Events> {
  const addresses = url.split(',').map((one) => new URL(one.trim()));
  if (addresses.length > 1 && cluster === undefined)
    throw new Fault('usage', 'Several addresses of ClickHouse need clickhouse_cluster.', { place: 'clickhouse_url' });
  const database = databaseOf(addresses);
  const shard = `${database}_shard`;
  const shared = { ...SETTINGS, ...(cluster ? CLUSTER_SETTINGS : {}) };
  const server = (address: URL, name: string): Server => ({
    host: address.host,
    client: createClient({ url: at(address, name), request_timeout: DAY_MS, clickhouse_settings: shared, ...QUIET }),
  });
  const makers = addresses.map((address) => server(address, 'default'));
  for (const maker of makers)
    for (const name of cluster ? [shard, database] : [database])
      await ask([maker], `CREATE DATABASE IF NOT EXISTS \`${name}\``, {});
  await Promise.all(makers.map(({ client }) => client.close()));
  const fronts = addresses.map((address) => server(address, database));
  const own = cluster ? addresses.map((address) => server(address, shard)) : fronts;
  const nodes = own.map((one) => eventsOf([one], undefined, spool));
  const shards: Shards | undefined = cluster
    ? {
        nodes,
        join: () =>
          distributedTables(
            nodes,
            fronts.map((one) => eventsOf([one], undefined, spool)),
            { cluster, shard },
          ),
      }
    : undefined;
  const all = eventsOf(fronts, shards, spool);
  return {
    ...all,
    async close() {
      await Promise.all([...new Set([...fronts, ...own])].map(({ client }) => client.close()));
    },
  };
}

/** The same database everywhere: two addresses that name different ones would split the store in two. */
function databaseOf(addresses: readonly URL[]): string {
  const names = new Set(addresses.map(({ pathname }) => pathname.slice(1) || 'countersign'));
  const [name] = names;
  if (names.size === 1 && /^[a-z][a-z0-9_]{0,50}$/.test(name!)) return name!;
  throw new Fault('usage', 'The addresses of ClickHouse must end in the same database, such as /countersign.', {
    place: 'clickhouse_url',
  });
}

function at(address: URL, database: string): URL {
  const url = new URL(address);
  url.pathname = `/${database}`;
  return url;
}

function eventsOf(servers: readonly Server[], shards: Shards | undefined, spool: string): Events {
  const run = async (sql: string, parameters: Parameters = {}) => {
    if (shards === undefined || !ON_EACH.test(sql)) return void (await ask(servers, sql, parameters));
    // All are asked, also when one refuses: the others need not be asked again.
    const done = await Promise.allSettled(shards.nodes.map((node) => node.run(sql, parameters)));
    for (const result of done) if (result.status === 'rejected') throw result.reason;
    if (DELETION.test(sql)) await Promise.all(shards.nodes.map(deleted));
  };
  return {
    spool,
    remote: true,
    shards,
    run,
    async rows<T>(sql: string, parameters: Parameters = {}) {
      const answer = await ask(servers, sql, parameters);
      return answer
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as T);
    },
    close: async () => {},
  };
}

/** Deletions go on behind their statement; here nobody could ask all servers whether they are done. */
async function deleted(node: Events): Promise<void> {
  for (;;) {
    const [row] = await node.rows<{ pending: number; failed: string }>(
      `SELECT count() AS pending, max(latest_fail_reason) AS failed
       FROM system.mutations
       WHERE database = currentDatabase() AND NOT is_done`,
    );
    if (row!.failed !== '')
      throw new Fault('query-failed', 'the event engine could not delete rows', { cause: row!.failed });
    if (row!.pending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Asks the first server that can be reached. A statement that may have begun is never given to a second one. */
async function ask(servers: readonly Server[], sql: string, parameters: Parameters): Promise<string> {
  let unreachable: unknown;
  for (const server of servers) {
    const question = questionOf(sql, parameters);
    try {
      const { stream } = await server.client.exec({
        query: '',
        values: question.body,
        clickhouse_settings: { ...question.tables, default_format: 'JSONEachRow' } as Record<string, string>,
        http_headers: { 'Content-Type': question.contentType },
      });
      return await text(stream);
    } catch (error) {
      question.body.destroy();
      if (!/^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ENOTFOUND)$/.test((error as NodeJS.ErrnoException).code ?? ''))
        throw serverFault(error, server.host);
      unreachable = error;
    }
  }
  const place = servers.map(({ host }) => host).join(', ');
  throw new Fault('engine-stopped', `The event store does not answer (${place}).`, { place, cause: unreachable });
}

/** NETWORK_ERROR, SOCKET_TIMEOUT, ALL_CONNECTION_TRIES_FAILED, NO_AVAILABLE..., ATTEMPT_TO_READ_AFTER_EOF, of another server. */
const AWAY = new Set(['32', '101', '209', '210', '279', '519']);

function serverFault(error: unknown, host: string): Fault {
  if (error instanceof Fault) return error;
  if (!(error instanceof ClickHouseError))
    return new Fault('engine-stopped', `The event store on ${host} stopped answering.`, { place: host, cause: error });
  const options = { cause: error };
  if (AWAY.has(error.code)) {
    // The engine's text holds no values here, only addresses: `... Connection refused (host:port)`.
    const named = /\(([\w.:-]+:\d+)(?:,|\))/.exec(error.message)?.[1] ?? 'one of its servers';
    return new Fault('part-missing', `A part of the event store is away: ${named}.`, { ...options, place: named });
  }
  const code = error.code === '243' ? 'disk-full' : error.code === '159' ? 'query-too-slow' : 'query-failed';
  return new Fault(code, `the event engine refused a query (${error.type ?? error.code})`, options);
}
