import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { copyFile, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { readConfig } from '../base/config.ts';
import { FAULTS, Fault } from '../base/fault.ts';
import { acquireLock } from '../base/lock.ts';
import { command } from './command.ts';
import { dataOption, operand, text } from './option.ts';
import { formatCount, type StartProgress } from './progress.ts';

const MANIFEST = 'backup.json';
const FORMAT = 'countersign-backup@v1';
/** What opens things: kept apart from what it opens. */
const isKey = (path: string): boolean => path.startsWith('keys/') || /(^|\/)[^/]*\.key$/.test(path);
/** Of the running program, and nothing to keep. */
const PASSING = /^(?:lock\.(?:db|json)|lock\.db-.*|lock\.json\.tmp|engine\.sock|casework\.new(?:\/.*)?)$/;

interface Manifest {
  readonly format: typeof FORMAT;
  readonly made_at: string;
  /** Also the empty ones, without which the stores do not open. */
  readonly folders: readonly string[];
  /** Path with '/' between -> bytes and SHA-256. */
  readonly files: Readonly<Record<string, { bytes: number; sha256: string }>>;
}

interface Work {
  readonly signal: AbortSignal;
  readonly progress: StartProgress;
}

export const backup = command({
  name: 'backup',
  summary: 'copy both stores, the spool and the ledger',
  description: [
    'Copies a data directory into a new one: events, casework, what waits in the spool, the ledger,',
    'the portal and the settings, with the SHA-256 of each file. The console must be stopped,',
    'so that all parts are of one moment. Keys are left out: whoever finds the backup can',
    'resolve no pseudonym and sign no ledger. --keys copies them to another place, for a safe.',
    'Stores on servers are backed up with the servers’ own means: docs/scaling.md.',
  ].join('\n'),
  operands: { target: operand('DIR', 'Where the backup is made; must not be there yet.') },
  options: { data: dataOption, keys: text('DIR', 'Copy the keys to this folder too, which must not be there yet.') },
  example: 'countersign backup backups/monday --data data',
  exits: [3, 4, 6],
  async run({ operands, options, signal, progress, out }) {
    const from = resolve(options.data);
    if (!existsSync(from)) throw new Fault('data-missing', 'There is no such data directory.', { place: from });
    refuseServers(from);
    const to = freeFolder(operands.target, from);
    const lock = await acquireLock(from, 'countersign backup');
    try {
      const paths = (await namesIn(from, 'files')).filter((path) => !PASSING.test(path));
      const files = await copyFiles(
        from,
        to,
        paths.filter((path) => !isKey(path)),
        { signal, progress },
      );
      const folders = (await namesIn(from, 'folders')).filter((path) => !PASSING.test(path));
      makeFolders(to, folders);
      await seal(to, { format: FORMAT, made_at: new Date().toISOString(), folders, files });
      if (options.keys !== undefined) {
        const keys = freeFolder(options.keys, from);
        await copyFiles(from, keys, paths.filter(isKey), { signal, progress });
        renameSync(`${keys}.unfinished`, keys);
      }
      out(
        `${formatCount(Object.keys(files).length)} files in ${to}${options.keys === undefined ? ', without keys' : ''}.`,
      );
      return 0;
    } finally {
      await lock.release();
    }
  },
});

export const restore = command({
  name: 'restore',
  summary: 'make a data directory from a backup',
  description: [
    'Checks every file of a backup against its SHA-256 and makes a new data directory of them.',
    'An existing one is never written into. Without its keys the new one cannot be opened: name',
    'the folder that `backup --keys` made, or put the key files back by hand. Then run',
    '`countersign verify DIR`.',
  ].join('\n'),
  operands: { source: operand('DIR', 'The backup.') },
  options: { data: dataOption, keys: text('DIR', 'The folder with the keys.') },
  example: 'countersign restore backups/monday --data restored --keys safe/keys',
  exits: [3, 4, 6, FAULTS['ledger-refuted'].exit],
  async run({ operands, options, signal, progress, out }) {
    const from = resolve(operands.source);
    const { files, folders } = readManifest(from);
    const to = freeFolder(options.data, from);
    const copied = await copyFiles(from, to, Object.keys(files), { signal, progress }, files);
    if (options.keys !== undefined) {
      const keys = resolve(options.keys);
      if (!existsSync(keys)) throw new Fault('not-found', 'There is no such folder of keys.', { place: keys });
      await copyFiles(keys, to, (await namesIn(keys, 'files')).filter(isKey), { signal, progress });
    }
    makeFolders(to, folders);
    renameSync(`${to}.unfinished`, to);
    out(`${formatCount(Object.keys(copied).length)} files in ${to}, each as it was backed up.`);
    return 0;
  },
});

function refuseServers(from: string): void {
  const { postgres_url, clickhouse_url } = readConfig({ data: from, environment: process.env });
  if (postgres_url === undefined && clickhouse_url === undefined) return;
  const message = 'The stores are on servers: back them up there, and this directory by a copy; see docs/scaling.md.';
  throw new Fault('usage', message, { place: from });
}

/** The folder by its whole path. Errors: usage when it is there, or inside of what is copied. */
function freeFolder(folder: string, from: string): string {
  const to = resolve(folder);
  if (existsSync(to)) throw new Fault('usage', 'It is there already, and nothing is overwritten.', { place: to });
  if (!relative(from, to).startsWith('..')) throw new Fault('usage', 'It lies inside what is copied.', { place: to });
  return to;
}

/** Without links: those in `events` are the engine's own, which makes them anew when it opens. */
async function namesIn(folder: string, kind: 'files' | 'folders'): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => (kind === 'files' ? entry.isFile() : entry.isDirectory()))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function makeFolders(to: string, folders: readonly string[]): void {
  for (const folder of folders) mkdirSync(join(`${to}.unfinished`, folder), { recursive: true, mode: 0o700 });
}

/**
 * Copies into `to`.unfinished, each file on the disk before the next, and checks against what is `expected`. A copy that was
 * interrupted begins anew: half of it may be of another moment.
 */
async function copyFiles(
  from: string,
  to: string,
  paths: readonly string[],
  { signal, progress }: Work,
  expected?: Manifest['files'],
): Promise<Record<string, { bytes: number; sha256: string }>> {
  const unfinished = `${to}.unfinished`;
  // The keys of a restore go into the folder that is being made; every other copy begins with an empty one.
  if (expected !== undefined || !existsSync(join(unfinished, 'ledger')))
    await rm(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const total = (await Promise.all(paths.map((path) => sizeOf(join(from, path))))).reduce((sum, size) => sum + size, 0);
  const line = progress({ label: 'Copying', unit: 'bytes', total });
  const copied: Record<string, { bytes: number; sha256: string }> = {};
  let done = 0;
  for (const path of paths) {
    if (signal.aborted) throw new Fault('interrupted', 'copying stopped', { place: path });
    const target = join(unfinished, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    const sha256 = await copyDurably(join(from, path), target);
    const bytes = statSync(target).size;
    const known = expected?.[path];
    if (expected !== undefined && (known?.sha256 !== sha256 || known.bytes !== bytes))
      throw new Fault('ledger-refuted', 'A file of the backup is not as it was made.', { place: path });
    copied[path] = { bytes, sha256 };
    done += bytes;
    line.update(done);
  }
  line.done(`${formatCount(paths.length)} files`);
  return copied;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new Fault('not-found', 'A file of the backup is missing.', { place: path, cause });
  }
}

async function copyDurably(from: string, to: string): Promise<string> {
  try {
    await copyFile(from, to);
    const file = await open(to, 'r+');
    await file.sync();
    await file.close();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
    throw new Fault('disk-full', 'There is no space left for the copy.', { place: dirname(to), cause });
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(to)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** The backup appears under its name only when all of it is there. */
async function seal(to: string, manifest: Manifest): Promise<void> {
  const file = await open(join(`${to}.unfinished`, MANIFEST), 'wx', 0o600);
  await file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
  await file.sync();
  await file.close();
  renameSync(`${to}.unfinished`, to);
}

function readManifest(from: string): Manifest {
  const place = join(from, MANIFEST);
  if (!existsSync(place))
    throw new Fault('not-found', 'There is no backup here: it has no backup.json.', { place: from });
  try {
    const manifest = JSON.parse(readFileSync(place, 'utf8')) as Manifest;
    const paths = [...Object.keys(manifest.files), ...manifest.folders];
    const leavesFolder = (path: string) => path.startsWith('/') || path.split(/[\\/]/).includes('..');
    if (manifest.format === FORMAT && !paths.some(leavesFolder)) return manifest;
  } catch {
    // Told below.
  }
  throw new Fault('invalid-content', 'This is no list of files that `countersign backup` made.', { place });
}
