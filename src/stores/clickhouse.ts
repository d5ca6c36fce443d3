/**
 * The event store: @clickhouse/client over the embedded engine (chDB in a child process that speaks ClickHouse's HTTP
 * protocol, see engine.ts), so that a ClickHouse server or cluster can take its place with the same client and SQL.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { Fault } from '../base/fault.ts';

export type Parameters = Record<string, unknown>;

/** What rooms use of the event store. Values go in as parameters `{name:Type}`, never as text inside the SQL. */
export interface Events {
  /** Runs a SELECT and returns its rows; the SQL carries its own LIMIT. */
  rows<T>(sql: string, parameters?: Parameters): Promise<T[]>;
  /** Runs a statement without a result: DDL, INSERT ... SELECT, KILL. */
  run(sql: string, parameters?: Parameters): Promise<void>;
  /** The folder for files that a statement reads with `file({path:String}, ...)`; a server is sent them. */
  readonly spool: string | undefined;
  /** Whether it is on servers, which other programs may use at the same time. */
  readonly remote?: boolean;
  /** The servers over which it is spread, when there are several. */
  readonly shards?: Shards | undefined;
  close(): Promise<void>;
}

/** Each with its own tables, which are made and changed one by one. */
export interface Shards {
  readonly nodes: readonly Events[];
  /** Makes the tables that stand over all of them. */
  join(): Promise<void>;
}

export interface EngineOptions {
  /** Upper bound of the engine's own memory in bytes; large groupings spill to disk at a quarter of it. */
  memoryBytes?: number;
}

const MEMORY_BYTES = 1_100_000_000;
const START_TRIES = 40;
const DAY_MS = 86_400_000;
/** The client's own log would print queries with their values; errors reach the caller as faults anyway. */
const QUIET = { log: { level: ClickHouseLogLevel.OFF } };

/** Opens the embedded engine on `dir` (created when missing). Errors: engine-stopped. */
export async function openEmbedded(dir: string, options: EngineOptions = {}): Promise<Events> {
  const store = join(dir, 'events');
  const spool = join(dir, 'spool');
  await mkdir(store, { recursive: true, mode: 0o700 });
  await mkdir(spool, { recursive: true, mode: 0o700 });
  const socket = await socketPath(dir);
  const child = await startEngine(store, socket, options.memoryBytes ?? MEMORY_BYTES);
  await chmod(socket, 0o600);
  const agent = new Agent({ keepAlive: true, maxSockets: 8, socketPath: socket } as ConstructorParameters<
    typeof Agent
  >[0]);
  const client = createClient({ url: 'http://engine', http_agent: agent, request_timeout: DAY_MS, ...QUIET });
  // A question that is under way when the engine ends would otherwise wait for ever.
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => {
      agent.destroy();
      reject(new Fault('engine-stopped', `the event engine ended (${signal ?? `exit ${code}`})`, { place: store }));
    });
  });
  ended.catch(() => {}); // an end that nobody is waiting for is no error
  return events(client, ended, spool, async () => {
    await endEngine(child);
    await rm(socket, { force: true });
  });
}

function events(
  client: ClickHouseClient,
  ended: Promise<never>,
  spool: string | undefined,
  afterClose: () => Promise<void>,
): Events {
  return {
    spool,
    async rows<T>(sql: string, parameters?: Parameters) {
      try {
        const query = client.query({ query: sql, format: 'JSONEachRow', ...bound(parameters) });
        return await Promise.race([query.then((result) => result.json<T>()), ended]);
      } catch (error) {
        throw queryFault(error);
      }
    },
    async run(sql, parameters) {
      try {
        await Promise.race([client.command({ query: sql, ...bound(parameters) }), ended]);
      } catch (error) {
        throw queryFault(error);
      }
    },
    async close() {
      await client.close();
      await afterClose();
    },
  };
}

function bound(parameters: Parameters | undefined): { query_params?: Parameters } {
  return parameters && Object.keys(parameters).length > 0 ? { query_params: parameters } : {};
}

function queryFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof ClickHouseError) {
    const slow = error.code === '159'; // TIMEOUT_EXCEEDED
    const full = error.code === '243' || /No space left/i.test(error.message); // NOT_ENOUGH_SPACE
    const code = full ? 'disk-full' : slow ? 'query-too-slow' : 'query-failed';
    // The engine's own message quotes the query and may quote values: it stays in the cause.
    return new Fault(code, `the event engine refused a query (${error.type ?? error.code})`, { cause: error });
  }
  return new Fault('engine-stopped', 'the event engine stopped answering', { cause: error });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 400);
}

/** A socket's path may hold about 100 bytes; a data directory that lies deeper gets its socket in the temporary folder. */
async function socketPath(dir: string): Promise<string> {
  const near = join(dir, 'engine.sock');
  if (Buffer.byteLength(near) < 100) return near;
  return join(await mkdtemp(join(tmpdir(), 'countersign-')), 'engine.sock');
}

/** chDB refuses a directory that another process holds; an engine whose parent was killed needs a moment to end. */
async function startEngine(store: string, socket: string, memoryBytes: number): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    await rm(socket, { force: true });
    const started = await tryEngine(store, socket, memoryBytes);
    if (typeof started !== 'string') return started;
    const locked = /lock|another (server|process)|CANNOT_OPEN_FILE/i.test(started);
    if (!locked || attempt === START_TRIES)
      throw new Fault('engine-stopped', `the event engine did not start: ${firstLine(started)}`, { place: store });
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function tryEngine(store: string, socket: string, memoryBytes: number): Promise<ChildProcess | string> {
  const program = fileURLToPath(new URL('./engine.ts', import.meta.url));
  const child = fork(program, [store, socket, String(memoryBytes)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '8' },
  });
  let complaint = '';
  // The engine prints a stack trace about cgroups on machines without them. It goes nowhere unless the start fails.
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-8000);
  });
  return new Promise((resolve) => {
    child.once('message', () => resolve(child));
    child.once('exit', () => resolve(reason(complaint)));
    child.once('error', (error) => resolve(error.message));
  });
}

/** The line of the engine's complaint that says something, for a person who has to act on it. */
function reason(complaint: string): string {
  const lines = complaint.split('\n').filter((line) => /Error|Exception|lock/i.test(line) && !/cgroup/i.test(line));
  return lines[0]?.trim() ?? 'it ended without a word';
}

function endEngine(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.send('close');
  });
}
