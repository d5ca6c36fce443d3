/** Real servers for tests, on loopback and in a temporary folder: PostgreSQL of the system, ClickHouse of our own library. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./clickhouse-node.py', import.meta.url));

/** Where this system keeps PostgreSQL's programs; undefined without one. */
export function postgresPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  const version = readdirSync(root).sort((a, b) => Number(b) - Number(a))[0];
  return version === undefined ? undefined : join(root, version, 'bin');
}

/** The library that ClickHouse's servers are run from, with python3 to call it; undefined when either is missing. */
export function clickhouseLibrary(): string | undefined {
  try {
    execFileSync('python3', ['-c', 'import ctypes'], { stdio: 'ignore' });
    const { platform, arch } = process;
    const name = `@chdb/lib-${platform}-${arch}${platform === 'linux' ? '-gnu' : ''}`;
    const library = fileURLToPath(new URL(`../../node_modules/${name}/libchdb.so`, import.meta.url));
    return existsSync(library) ? library : undefined;
  } catch {
    return undefined;
  }
}

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** A PostgreSQL server of one's own. As root it runs as an unprivileged user, because it refuses to run as root. */
export async function startPostgres(programs: string): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = isRoot ? ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'nobody']))) : [];
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  const as = uid === undefined ? {} : { uid, gid: gid! };
  const data = join(folder, 'data');
  const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
  execFileSync(join(programs, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'tester', '-E', 'UTF8', '--no-sync'], {
    ...{ ...as, env, stdio: 'ignore', cwd: folder },
  });
  const port = await freePort();
  const options = ['-D', data, '-p', String(port), '-k', folder, '-h', '127.0.0.1', '-c', 'max_connections=200'];
  const child = spawn(join(programs, 'postgres'), options, { ...as, env, stdio: 'ignore', cwd: folder });
  const url = `postgres://tester@127.0.0.1:${port}`;
  await until(() => {
    try {
      execFileSync(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
  return { url, stop: () => ended(child, 'SIGINT', folder) };
}

export interface Node {
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface ClickHouse {
  /** Of all nodes, without a database. */
  readonly urls: readonly string[];
  /** Name of the cluster; undefined for one node. */
  readonly cluster: string | undefined;
  readonly nodes: readonly Node[];
  stop(): Promise<void>;
}

/** `count` ClickHouse servers that know each other as the cluster `tested`. */
export async function startClickHouse(library: string, count: number): Promise<ClickHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-clickhouse-'));
  const ports = [];
  for (let n = 0; n < count; n++) ports.push({ tcp: await freePort(), http: await freePort() });
  const config = join(folder, 'config.xml');
  const shard = ({ tcp }: { tcp: number }) =>
    `<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>${tcp}</port></replica></shard>`;
  writeFileSync(
    config,
    `<clickhouse><max_server_memory_usage>1500000000</max_server_memory_usage><remote_servers><tested>${ports.map(shard).join('')}</tested></remote_servers></clickhouse>`,
  );
  const nodes = ports.map(({ tcp, http }, index) => node(library, join(folder, String(index)), { tcp, http, config }));
  await Promise.all(nodes.map((one) => one.start()));
  return {
    urls: nodes.map(({ url }) => url),
    cluster: count > 1 ? 'tested' : undefined,
    nodes,
    async stop() {
      await Promise.all(nodes.map((one) => one.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function node(library: string, directory: string, ports: { tcp: number; http: number; config: string }): Node {
  let child: ChildProcess | undefined;
  const url = `http://127.0.0.1:${ports.http}`;
  mkdirSync(directory, { recursive: true });
  return {
    url,
    async start() {
      const log = openSync(`${directory}.log`, 'a');
      const options = [PROGRAM, library, directory, String(ports.tcp), String(ports.http), ports.config];
      const own = spawn('python3', options, { stdio: ['ignore', log, log], detached: true });
      child = own;
      await until(async () => {
        if (own.exitCode !== null) throw new Error(`the ClickHouse server in ${directory} ended`);
        return await fetch(`${url}/ping`).then(
          ({ ok }) => ok,
          () => false,
        );
      });
    },
    async kill() {
      if (child) await ended(child, 'SIGKILL');
      child = undefined;
    },
  };
}

function ended(child: ChildProcess, signal: NodeJS.Signals, folder?: string): Promise<void> {
  return new Promise((resolve) => {
    const gone = () => {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      resolve();
    };
    if (child.exitCode !== null || child.signalCode !== null) return gone();
    child.once('exit', gone);
    child.kill(signal);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function until(isThere: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await isThere()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server did not start within two minutes');
}
