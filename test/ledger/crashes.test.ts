/**
 * The program is killed, or the disk fails, at each write of a ledger's life, one after the other (`strace` does it).
 * Whatever was acknowledged must be there afterwards, in order and once, under checkpoints that continue all earlier ones.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { listEntries, NO_POLICY, openLedger, verifyLedger } from '../../src/ledger/ledger.ts';
import { ROOT } from '../files.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-crashes-'));
afterAll(() => rmSync(root, { recursive: true }));
const WRITER = join(ROOT, 'test/ledger/writer.ts');
/** Everything with which the ledger changes the disk; nothing else in the program uses them on its threads. */
const CALLS = ['pwrite64', 'fsync', 'rename', 'mkdir', 'ftruncate', 'unlink', 'rmdir'];
const ACTS = '2';
let count = 0;

const canTrace = (() => {
  const tried = spawnSync('strace', [
    '-f',
    '--seccomp-bpf',
    '-e',
    'trace=fsync',
    '-e',
    'inject=fsync:error=EIO',
    'true',
  ]);
  return tried.status === 0;
})();

/** A new data directory, or a copy of one. */
function fresh(from?: string): string {
  const dir = join(root, String(count++));
  if (from === undefined) mkdirSync(dir);
  else cpSync(from, dir, { recursive: true });
  return dir;
}

interface Ran {
  readonly taken: number[];
  readonly queued: number[];
  readonly refused: number[];
  readonly known: { size: number; root: Buffer }[];
  readonly lines: string[];
}

/** One thread for files makes the order of calls the same each time. */
function run(dir: string, inject: string | undefined, mode = 'record'): Promise<Ran> {
  // A signal is not delivered where the filter stops the call.
  const filter = inject?.includes('signal=') ? [] : ['--seccomp-bpf'];
  const traced = ['-f', ...filter, '-qq', '-o', '/dev/null', '-e', `trace=${CALLS}`];
  const command = inject === undefined ? [] : ['strace', ...traced, '-e', `inject=${inject}`];
  const [program, ...args] = [...command, process.execPath, WRITER, dir, ACTS, mode];
  const child = spawn(program!, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' },
  });
  let said = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  return new Promise((resolve) => {
    child.once('close', () => resolve(readRun(said)));
  });
}

function readRun(said: string): Ran {
  const lines = said.split('\n').slice(0, -1);
  const numbers = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.split(' ')[1]));
  const known = lines.flatMap((line) => {
    const [word, size, hash = ''] = line.split(' ');
    return word === 'checkpoint' ? [{ size: Number(size), root: Buffer.from(hash, 'base64') }] : [];
  });
  return { taken: numbers('taken'), queued: numbers('queued'), refused: numbers('refused'), known, lines };
}

/** Opens the ledger as the next start would, and gives the numbers of the acts in it. */
async function reopened(dir: string, known: Ran['known']): Promise<number[]> {
  const ledger = await openLedger({ dir });
  const { entries } = await listEntries(ledger, { act: 'lead.read' }, { limit: 500 });
  await ledger.close();
  const { problems } = await verifyLedger(join(dir, 'ledger'), dir, { policy: { ...NO_POLICY, known } });
  expect(problems).toEqual([]);
  return entries.map(({ on }) => Number(on?.[0]?.slice(4))).reverse();
}

/** How often each call is made in an undisturbed run. */
function countCalls(mode: string, from?: string): Map<string, number> {
  const dir = fresh(from);
  const file = join(root, 'calls');
  const args = [
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-o',
    file,
    '-e',
    `trace=${CALLS}`,
    process.execPath,
    WRITER,
    dir,
    ACTS,
    mode,
  ];
  execFileSync('strace', args, { env: { ...process.env, UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' }, stdio: 'ignore' });
  const log = execFileSync('cat', [file], { encoding: 'utf8' });
  return new Map(CALLS.map((call) => [call, log.split('\n').filter((line) => line.includes(` ${call}(`)).length]));
}

/** All injections of one kind, two at a time. */
async function each(
  kind: string,
  mode: string,
  check: (ran: Ran, dir: string, what: string) => Promise<void>,
  from?: string,
): Promise<number> {
  const places = [...countCalls(mode, from)].flatMap(([call, times]) =>
    Array.from({ length: times }, (_, at) => ({ call, at: at + 1 })),
  );
  const work = places.values();
  const worker = async () => {
    for (const { call, at } of work) {
      const dir = fresh(from);
      const what = `${call}:${kind.replace('@', String(at))}`;
      await check(await run(dir, what, mode), dir, what);
      rmSync(dir, { recursive: true });
    }
  };
  await Promise.all([worker(), worker()]);
  return places.length;
}

const isOrdered = (numbers: readonly number[]) => numbers.every((number, at) => at === 0 || number > numbers[at - 1]!);

if (!canTrace) {
  console.warn('NOT TESTED: faults at every write. strace is not there, or must not trace: apt-get install strace');
}

describe.skipIf(!canTrace)('at every write', () => {
  test('the program is killed', async () => {
    let killed = 0;
    const places = await each('signal=SIGKILL:when=@', 'record', async ({ taken, known, lines }, dir, what) => {
      if (!lines.includes('end')) killed += 1;
      const there = await reopened(dir, known);
      expect(isOrdered(there), what).toBe(true);
      expect(
        there.filter((number) => taken.includes(number)),
        what,
      ).toEqual(taken);
      // The one that was under way may be there, those after it cannot.
      expect(there.length, what).toBeLessThanOrEqual(taken.length + 1);
    });
    expect(killed).toBe(places);
    expect(places).toBeGreaterThan(25);
    console.log(`killed at each of ${places} writes: nothing acknowledged lost`);
  }, 600_000);

  test.for(['EIO', 'ENOSPC'] as const)('the disk fails once with %s', { timeout: 600_000 }, async (error) => {
    let refusals = 0;
    const places = await each(
      `error=${error}:when=@`,
      'record',
      async ({ taken, refused, known, lines }, dir, what) => {
        // A start that fails says so; an act that fails is refused, and the next one is taken.
        refusals += refused.length + lines.filter((line) => line.startsWith('stopped ledger-unavailable')).length;
        expect(refused.length, what).toBeLessThanOrEqual(1);
        if (!lines.some((line) => line.startsWith('stopped')))
          expect(taken.length + refused.length, what).toBe(Number(ACTS));
        const there = await reopened(dir, known);
        expect(isOrdered(there), what).toBe(true);
        expect(there, what).toEqual(expect.arrayContaining(taken));
      },
    );
    expect(refusals).toBeGreaterThan(10);
    console.log(
      `${error} at each of ${places} writes: ${refusals} refused in so many words, nothing acknowledged lost`,
    );
  });

  test('around the moment at which a tile becomes full', async () => {
    const from = fresh();
    const ledger = await openLedger({ dir: from });
    await ledger.log.append(Array.from({ length: 255 }, (_, at) => Buffer.from(`entry ${at}`)));
    await ledger.close();
    let places = 0;
    for (const kind of ['signal=SIGKILL:when=@', 'error=EIO:when=@']) {
      const check = async ({ taken, known }: Ran, dir: string, what: string) => {
        const there = await reopened(dir, known);
        expect(isOrdered(there), what).toBe(true);
        expect(there, what).toEqual(expect.arrayContaining(taken));
        if (kind.startsWith('signal')) expect(there.length, what).toBeLessThanOrEqual(taken.length + 1);
      };
      places += await each(kind, 'record', check, from);
    }
    expect(places).toBeGreaterThan(40);
    console.log(`killed or failing at ${places} writes around a full tile: nothing acknowledged lost`);
  }, 600_000);

  test('the disk stays full from there on', async () => {
    const places = await each('error=ENOSPC:when=@+', 'record', async ({ taken, known, lines }, dir, what) => {
      expect(lines.at(-1), what).toBe('end');
      const there = await reopened(dir, known);
      expect(
        there.filter((number) => taken.includes(number)),
        what,
      ).toEqual(taken);
      expect(isOrdered(there), what).toBe(true);
    });
    console.log(`full from each of ${places} writes on: nothing acknowledged lost`);
  }, 600_000);

  test('of the two exceptions the queue takes what the ledger cannot, and it comes in once', async () => {
    let queuedAtAll = 0;
    await each('error=EIO:when=@', 'queue', async ({ taken, queued, refused, known }, dir, what) => {
      queuedAtAll += queued.length;
      expect(refused, what).toEqual([]);
      const there = await reopened(dir, known);
      expect(
        there.toSorted((a, b) => a - b),
        what,
      ).toEqual([...new Set([...taken, ...queued])].sort((a, b) => a - b));
    });
    expect(queuedAtAll).toBeGreaterThan(5);
  }, 600_000);
});

test('killed at any moment and started again, without strace', async () => {
  const dir = fresh();
  const acknowledged: number[] = [];
  const known: Ran['known'] = [];
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, [WRITER, dir, '100000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), 20 + Math.random() * 150);
      said += chunk;
    });
    await new Promise((resolve) => child.once('close', resolve));
    const ran = readRun(said.slice(0, said.lastIndexOf('\n') + 1));
    acknowledged.push(ran.taken.length);
    known.push(...ran.known);
    const there = await reopened(dir, known);
    expect(there.length).toBeGreaterThanOrEqual(
      Math.min(
        500,
        acknowledged.reduce((sum, taken) => sum + taken),
      ),
    );
  }
  expect(acknowledged.reduce((sum, taken) => sum + taken)).toBeGreaterThan(10);
}, 120_000);
