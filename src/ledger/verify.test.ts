import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { EMPTY_EDGE, edgeRoot, extend } from './edge.ts';
import { type Ledger, openLedger, record } from './ledger.ts';
import { cosign, formatVerifierKey, generateKey, parseNote, parseSignerKey, signNote } from './note.ts';
import { NO_POLICY, type Policy, parsePolicy } from './policy.ts';
import { frameEntry, splitEntries } from './tile.ts';
import { type Problem, verifyLedger } from './verify.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-verify-test-'));
afterAll(() => rmSync(root, { recursive: true }));

const original = join(root, 'original');
const clock = manualClock('2026-03-02T08:00:00Z');
const witnesses = [generateKey('witness.example/a', 'cosignature'), generateKey('witness.example/b', 'cosignature')];
let policy: Policy;
let count = 0;

async function add(ledger: Ledger, entries: number) {
  for (let at = 0; at < entries; at++) {
    clock.advance(1);
    await record(ledger, { actor: 'account:A', act: 'lead.read', on: [`lead:${ledger.log.size}`] });
  }
}

/** The checkpoint as it is when `size` entries are there, cosigned by the two witnesses. */
function cosigned(checkpoint: string): string {
  const { text } = parseNote(Buffer.from(checkpoint));
  return checkpoint + witnesses.map((key) => cosign(text, key, 1_770_000_000)).join('');
}

beforeAll(async () => {
  mkdirSync(original);
  const ledger = await openLedger({ dir: original, clock, name: 'example.org/log' });
  await add(ledger, 2);
  writeFileSync(join(original, 'ledger/witnesses'), witnesses.map((key) => `${formatVerifierKey(key)}\n`).join(''));
  writeFileSync(join(original, 'ledger/cosigned'), cosigned(ledger.log.checkpoint));
  await add(ledger, 2);
  await ledger.close();
  const vkey = readFileSync(join(original, 'ledger/vkey'), 'utf8').trim();
  policy = parsePolicy(
    [
      `log ${vkey}`,
      ...witnesses.map((key, at) => `witness W${at} ${formatVerifierKey(key)}`),
      'group both all W0 W1',
      'quorum both',
    ].join('\n'),
  );
});

function copy(): string {
  const dir = join(root, String(count++));
  cpSync(original, dir, { recursive: true });
  return dir;
}

async function problems(dir: string, with_: Policy = policy, kept: { name: string; note: Buffer }[] = []) {
  return (await verifyLedger(join(dir, 'ledger'), dir, { policy: with_, kept })).problems;
}

function filesOf(dir: string): string[] {
  const found = readdirSync(dir, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(dir.length + 1))
    .sort();
}

/** Whether the problem is said of the file: of a partial tile also under the name it has grown to. */
function names(problem: Problem, file: string): boolean {
  const plain = file.replace(/^ledger\//, '');
  return problem.place === plain || problem.place.replace(/\.p\/\d+$/, '') === plain.replace(/\.p\/\d+$/, '');
}

test('a log that nobody touched has no problems, with and without a policy', async () => {
  expect(await problems(original)).toEqual([]);
  expect(await problems(original, NO_POLICY)).toEqual([]);
  const { notes, size } = await verifyLedger(join(original, 'ledger'), original, { policy });
  expect(size).toBe(4);
  expect(notes).toEqual([expect.stringMatching(/^2 entries were cosigned by witness.example\/a, .*; 2 came since$/)]);
});

/** The lowest bit, the bit between small and capital letters, and all of them. */
const FLIPS = [0x01, 0x20, 0xff];

test('every change of a single byte is refused, and the file is named; an entry by its index', async () => {
  const dir = copy();
  const files = filesOf(dir);
  expect(files).toEqual(expect.arrayContaining(['ledger.key', 'ledger/checkpoint', 'ledger/tile/entries/000.p/4']));
  let tried = 0;
  const accepted: string[] = [];
  for (const file of files) {
    const bytes = readFileSync(join(dir, file));
    const current = file.endsWith('entries/000.p/4');
    const isInUse = /checkpoint$|\.p\/4$/.test(file);
    for (let at = 0; at < bytes.length; at++) {
      // What is in use three ways, what older checkpoints needed and keys one way, another at each byte.
      for (const flip of isInUse ? FLIPS : [FLIPS[at % 3]!]) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= flip;
        writeFileSync(join(dir, file), changed);
        tried += 1;
        const found = await problems(dir);
        const isNamed = found.some((problem) => names(problem, file) && (!current || problem.index !== undefined));
        if (!isNamed) accepted.push(`${file} byte ${at} ^ ${flip}: ${JSON.stringify(found)}`);
      }
    }
    writeFileSync(join(dir, file), bytes);
  }
  expect(accepted).toEqual([]);
  expect(tried).toBeGreaterThan(3000);
  console.log(`${tried} changes of one byte in ${files.length} files: all refused`);
}, 300_000);

test('without a policy too, every changed byte of the log itself is refused', async () => {
  const dir = copy();
  const accepted: string[] = [];
  for (const file of ['checkpoint', 'vkey', 'tile/0/000.p/4', 'tile/entries/000.p/4'].map((name) => `ledger/${name}`)) {
    const bytes = readFileSync(join(dir, file));
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x01;
      writeFileSync(join(dir, file), changed);
      if ((await problems(dir, NO_POLICY)).length === 0) accepted.push(`${file} byte ${at}`);
    }
    writeFileSync(join(dir, file), bytes);
  }
  expect(accepted).toEqual([]);
}, 120_000);

test('every truncation, every file removed and every file added is refused', async () => {
  const dir = copy();
  const accepted: string[] = [];
  for (const file of filesOf(dir)) {
    const bytes = readFileSync(join(dir, file));
    for (let length = bytes.length - 1; length >= 0; length -= 5) {
      writeFileSync(join(dir, file), bytes.subarray(0, length));
      if ((await problems(dir)).length === 0) accepted.push(`${file} cut to ${length}`);
    }
    writeFileSync(join(dir, file), Buffer.concat([bytes, Buffer.from('\n')]));
    if ((await problems(dir)).length === 0) accepted.push(`${file} with a line more`);
    rmSync(join(dir, file));
    // What an older checkpoint needed may be gone, and the list of witnesses that the policy has too; the key is no part of it.
    const isNeeded = /checkpoint|vkey|cosigned|\.p\/4$/.test(file);
    if (isNeeded && (await problems(dir)).length === 0) accepted.push(`${file} removed`);
    writeFileSync(join(dir, file), bytes);
  }
  writeFileSync(join(dir, 'ledger/tile/entries/001'), '');
  expect(await problems(dir)).toMatchObject([
    { place: 'tile/entries/001', message: expect.stringContaining('beyond') },
  ]);
  expect(accepted).toEqual([]);
}, 120_000);

/** The bundle in use, with its entries rearranged. */
function rearrange(dir: string, how: (entries: Buffer[]) => Buffer[]): void {
  const path = join(dir, 'ledger/tile/entries/000.p/4');
  writeFileSync(path, Buffer.concat(how(splitEntries(readFileSync(path)).entries).map(frameEntry)));
}

describe('entries', () => {
  test('that changed places are named with both', async () => {
    const dir = copy();
    rearrange(dir, (entries) => entries.with(1, entries[3]!).with(3, entries[1]!));
    const found = await problems(dir);
    expect(found).toContainEqual(
      expect.objectContaining({ index: 1, message: expect.stringContaining('stands as entry 3') }),
    );
    expect(found).toContainEqual(
      expect.objectContaining({ index: 3, message: expect.stringContaining('stands as entry 1') }),
    );
  });

  test('that was removed is named, wherever it stood', async () => {
    for (let gone = 0; gone < 4; gone++) {
      const dir = copy();
      rearrange(dir, (entries) => entries.toSpliced(gone, 1));
      const found = await problems(dir);
      expect(found.some(({ index, message }) => index === gone && !message.includes('stands as'))).toBe(true);
    }
  });

  test('that was put in is noticed', async () => {
    const dir = copy();
    rearrange(dir, (entries) => entries.toSpliced(2, 0, entries[0]!));
    expect((await problems(dir)).length).toBeGreaterThan(0);
  });
});

/** A log of the first entries, changed as the holder of the key can: with all hashes and a new signature. */
function forge(dir: string, how: (entries: Buffer[]) => Buffer[]): void {
  const bundle = readFileSync(join(dir, 'ledger/tile/entries/000.p/4'));
  const { edge, files } = extend(EMPTY_EDGE, how(splitEntries(bundle).entries));
  rmSync(join(dir, 'ledger/tile'), { recursive: true });
  for (const { path, bytes } of files) {
    mkdirSync(join(dir, 'ledger', path, '..'), { recursive: true });
    writeFileSync(join(dir, 'ledger', path), bytes);
  }
  const key = parseSignerKey(readFileSync(join(dir, 'ledger.key'), 'utf8').trim());
  const text = formatCheckpoint({ origin: key.name, size: edge.size, root: edgeRoot(edge) });
  writeFileSync(join(dir, 'ledger/checkpoint'), signNote(text, key));
}

describe('whoever holds the key and rewrites everything', () => {
  test('is found out by what was cosigned', async () => {
    const dir = copy();
    forge(dir, (entries) => entries.with(0, entries[2]!));
    expect(await problems(dir)).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('does not continue cosigned') }),
    );
  });

  test('is found out by a rollback behind it', async () => {
    const dir = copy();
    forge(dir, (entries) => entries.slice(0, 1));
    expect(await problems(dir)).toContainEqual(
      expect.objectContaining({
        index: 1,
        message: expect.stringMatching(/rolled back: cosigned knows 2 entries; entries 1 to 1/),
      }),
    );
  });

  test('is found out by a checkpoint that was kept elsewhere, when the cosigned one is rolled back too', async () => {
    const dir = copy();
    const note = readFileSync(join(dir, 'ledger/checkpoint'));
    forge(dir, (entries) => entries.slice(0, 3));
    expect(await problems(dir)).toEqual([]);
    expect(await problems(dir, policy, [{ name: 'kept.txt', note }])).toMatchObject([
      { index: 3, message: expect.stringContaining('kept.txt knows 4 entries') },
    ]);
    const { size, root } = parseCheckpoint(parseNote(note).text);
    const known = { ...policy, known: [{ size, root }] };
    expect(await problems(dir, known)).toMatchObject([
      { message: expect.stringContaining('the policy knows 4 entries') },
    ]);
    expect(await problems(original, known)).toEqual([]);
  });

  test('and puts another key in its place is found out by the policy', async () => {
    const dir = copy();
    const other = generateKey('example.org/log', 'note');
    const { text } = parseNote(readFileSync(join(dir, 'ledger/checkpoint')));
    writeFileSync(join(dir, 'ledger/checkpoint'), signNote(text, other));
    writeFileSync(join(dir, 'ledger/vkey'), `${formatVerifierKey(other)}\n`);
    expect((await problems(dir)).map(({ place }) => place)).toEqual(expect.arrayContaining(['vkey', 'checkpoint']));
  });

  test('and drops the cosignatures is found out by the quorum', async () => {
    const dir = copy();
    rmSync(join(dir, 'ledger/cosigned'));
    expect(await problems(dir)).toMatchObject([{ place: 'cosigned', message: expect.stringContaining('both') }]);
    renameSync(join(dir, 'ledger/checkpoint'), join(dir, 'ledger/cosigned'));
    writeFileSync(join(dir, 'ledger/checkpoint'), readFileSync(join(dir, 'ledger/cosigned')));
    expect(await problems(dir)).toMatchObject([{ place: 'cosigned', message: expect.stringContaining('both') }]);
  });
});

test('a log of several tiles: the tile of hashes is told from the entries', async () => {
  const dir = join(root, 'large');
  mkdirSync(dir);
  const ledger = await openLedger({ dir, clock });
  const acts = Array.from({ length: 700 }, (_, at) =>
    record(ledger, { actor: 'account:A', act: 'lead.read', on: [`lead:${at}`] }),
  );
  await Promise.all(acts);
  await ledger.close();
  const tile = join(dir, 'ledger/tile/0/001');
  const bytes = readFileSync(tile);
  writeFileSync(tile, Buffer.concat([bytes.subarray(0, 320), Buffer.alloc(32), bytes.subarray(352)]));
  expect(await problems(dir, NO_POLICY)).toEqual([
    { place: 'tile/0/001', index: 266, message: 'was changed at hash 10' },
  ]);
  writeFileSync(tile, bytes);
  const above = join(dir, 'ledger/tile/1/000.p/2');
  writeFileSync(above, Buffer.alloc(64));
  expect(await problems(dir, NO_POLICY)).toMatchObject([{ place: 'tile/1/000.p/2', message: 'was changed at hash 0' }]);
});

test('while the program writes, verifying finds nothing wrong', async () => {
  const dir = join(root, 'live');
  mkdirSync(dir);
  const ledger = await openLedger({ dir, clock });
  let isWriting = true;
  const writing = (async () => {
    while (isWriting) await Promise.all(Array.from({ length: 9 }, () => add(ledger, 1)));
  })();
  while (ledger.log.size < 600) {
    const { problems: found } = await verifyLedger(join(dir, 'ledger'), dir, { policy: NO_POLICY, isLive: true });
    expect(found).toEqual([]);
  }
  isWriting = false;
  await writing;
});
