import { existsSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AccountEntry, listAccounts } from '../access/access.ts';
import { systemClock } from '../base/clock.ts';
import { asFault, type FaultCode } from '../base/fault.ts';
import { type LogTotals, logTotals } from '../events/events.ts';
import type { Events } from '../stores/clickhouse.ts';
import { openData } from '../stores/data.ts';
import { engineStates } from '../stores/state.ts';
import { formatCount } from './progress.ts';

/** One line of `countersign doctor`. `todo` says what to do, where something is to be done. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  readonly todo?: string;
}

const GIGABYTE = 1e9;
const WEB = fileURLToPath(new URL('../../web/dist/index.html', import.meta.url));

/** Everything the program needs to run, in the order in which it needs it. `dir` is the data directory, made or not. */
export async function runChecks(
  dir: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Check[]> {
  const place = resolve(dir);
  return [
    checkNode(process.versions.node),
    await checkDisk(place),
    ...(await checkData(place)),
    checkConsole(),
    checkChromium(environment.PATH ?? ''),
  ];
}

export function checkNode(version: string): Check {
  const found = `Node ${version}`;
  if (Number.parseInt(version, 10) >= 24) return { name: 'node', state: 'ok', found };
  return { name: 'node', state: 'fail', found, todo: 'Install Node 24 or newer.' };
}

/** Free space where the data directory is or will be. Engines stop badly on a full disk, so warn early. */
async function checkDisk(place: string): Promise<Check> {
  let folder = place;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  return judgeDisk(bavail * bsize);
}

export function judgeDisk(free: number): Check {
  const check = { name: 'disk', found: `${bytes(free)} free` };
  if (free >= 5 * GIGABYTE) return { ...check, state: 'ok' };
  const todo = 'Free some space: a million events take about 0.1 GB, loading them for a moment twice that.';
  return { ...check, state: free >= GIGABYTE ? 'warn' : 'fail', todo };
}

/**
 * The data directory and the engines on it; where there is no data yet, or another process has it, the engines are
 * tried on a temporary directory instead. Opening brings the tables up to date, as every command does.
 */
async function checkData(place: string): Promise<Check[]> {
  if (!existsSync(join(place, 'events'))) {
    const todo = 'Run `countersign demo`, or `countersign ingest DIR --data DIR`.';
    const missing: Check = { name: 'data', state: 'warn', found: `no data in ${place} yet`, todo };
    return [missing, ...(await checkEngines(undefined))];
  }
  const sizes: Check = { name: 'data', state: 'ok', found: `${place}: ${await partSizes(place)}` };
  return [sizes, ...(await checkEngines(place))];
}

async function checkEngines(place: string | undefined): Promise<Check[]> {
  try {
    const data = await openData(place, { purpose: 'countersign doctor' });
    try {
      const { events, casework } = await engineStates(data);
      return [
        ...(place === undefined
          ? []
          : [
              FREE,
              judgeRows(await logTotals(data.events)),
              judgeAccounts(await listAccounts({ db: data.casework, clock: systemClock })),
            ]),
        {
          name: 'event engine',
          state: 'ok',
          found: `${engineName(data.events)} ${events.version}${data.events.remote ? '' : ')'}, tables ${events.migration}`,
        },
        {
          name: 'casework',
          state: 'ok',
          found: `PGlite (PostgreSQL ${casework.version}), tables ${casework.migration}`,
        },
      ];
    } finally {
      await data.close();
    }
  } catch (error) {
    const fault = asFault(error);
    if (fault.code === 'data-in-use') {
      const held: Check = { name: 'lock', state: 'ok', found: fault.message.replace(/\.$/, '') };
      return [held, ...(await checkEngines(undefined))];
    }
    return [{ name: FAILED[fault.code] ?? 'engines', state: 'fail', found: fault.message, todo: fault.hint }];
  }
}

/** Without its version. */
const engineName = ({ remote, shards }: Events): string =>
  shards ? `${shards.nodes.length} ClickHouse servers` : remote ? 'ClickHouse server' : 'chDB (ClickHouse';

const FREE: Check = { name: 'lock', state: 'ok', found: 'free' };
const FAILED: Partial<Record<FaultCode, string>> = { 'migration-failed': 'tables', 'engine-stopped': 'engines' };

/** Conflict of interest can only be seen where accounts say whose they are. */
export function judgeAccounts(
  accounts: readonly Pick<AccountEntry, 'name' | 'roles' | 'person' | 'disabledAt'>[],
): Check {
  const open = accounts.filter(({ disabledAt }) => disabledAt === null);
  const nobodys = open.filter(({ roles, person }) => person === null && roles.some((role) => role !== 'employee'));
  if (nobodys.length === 0) return { name: 'accounts', state: 'ok', found: formatCount(open.length) };
  return {
    name: 'accounts',
    state: 'warn',
    found: `nobody said whose these are: ${nobodys.map(({ name }) => name).join(', ')}`,
    todo: 'Run `countersign account NAME --person ID`, so that nobody is shown what is looked into about himself.',
  };
}

type RowCounts = Pick<LogTotals, 'log_name' | 'rows' | 'bad' | 'events'>;

/** How much arrived, and how much of it could not be read. From a tenth on the logs are not to be trusted as they are. */
export function judgeRows(totals: readonly RowCounts[]): Check {
  const sum = (count: (log: RowCounts) => number): number => totals.reduce((all, log) => all + count(log), 0);
  const bad = sum((log) => log.bad);
  const arrived = `${formatCount(sum(({ events }) => events))} events`;
  if (bad === 0) return { name: 'rows', state: 'ok', found: `${arrived}, none in quarantine` };
  const logs = totals.filter((log) => log.bad > 0).map((log) => `${log.log_name} ${formatCount(log.bad)}`);
  return {
    name: 'rows',
    state: bad * 10 >= sum(({ rows }) => rows) ? 'warn' : 'ok',
    found: `${arrived}, ${formatCount(bad)} rows in quarantine (${logs.join(', ')})`,
    todo: 'The Sources page lists them with file, line and reason.',
  };
}

/** `events 1.2 GB, casework 45 MB`: the folders inside the data directory, the largest first. */
async function partSizes(place: string): Promise<string> {
  const folders = (await readdir(place, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const sizes = await Promise.all(
    folders.map(async ({ name }) => ({ name, size: await folderSize(join(place, name)) })),
  );
  sizes.sort((a, b) => b.size - a.size);
  return sizes.map(({ name, size }) => `${name} ${bytes(size)}`).join(', ');
}

/** Bytes of the files below a folder. A running engine removes files under our feet: what is gone counts nothing. */
async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let total = 0;
  for (const entry of entries) {
    if (entry.isFile())
      total += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return total;
}

export function bytes(count: number): string {
  const [value, unit] =
    count >= GIGABYTE ? [count / GIGABYTE, 'GB'] : count >= 1e6 ? [count / 1e6, 'MB'] : [count / 1e3, 'kB'];
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

function checkConsole(): Check {
  if (existsSync(WEB)) return { name: 'console', state: 'ok', found: 'built' };
  return {
    name: 'console',
    state: 'warn',
    found: 'not built',
    todo: 'Run `npm run build`; `npm run demo` does it too.',
  };
}

/** Only the browser tests need it, so its absence is no failure. */
function checkChromium(path: string): Check {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const found = path
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(existsSync);
  if (found) return { name: 'chromium', state: 'ok', found };
  const todo = 'Only `npm run e2e` needs it. On Debian: apt-get install chromium fonts-noto-cjk';
  return { name: 'chromium', state: 'warn', found: 'not found', todo };
}
