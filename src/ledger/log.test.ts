import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { parseCheckpoint } from './checkpoint.ts';
import { openKey, placesIn } from './keys.ts';
import { Log, tileFiles } from './log.ts';
import { Frontier, inclusionProof, leafHash, verifyInclusion } from './merkle.ts';
import { parseNote } from './note.ts';
import { NO_POLICY } from './policy.ts';
import { verifyLedger } from './verify.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-ledger-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
let dir = root;
beforeEach(() => {
  dir = join(root, String(count++));
});

async function open(): Promise<Log> {
  mkdirSync(dir, { recursive: true });
  const places = placesIn(dir);
  return await Log.open(places.folder, await openKey(places, 'example.org/log'));
}

const entry = (at: number) => Buffer.from(`entry ${at}`);
const problems = async () => (await verifyLedger(join(dir, 'ledger'), dir, { policy: NO_POLICY })).problems;

test('the first start makes a key that only its owner can read, and an empty log', async () => {
  const log = await open();
  expect(log.size).toBe(0);
  expect(statSync(join(dir, 'ledger.key')).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir).sort()).toEqual(['ledger', 'ledger.key']);
  expect(readdirSync(join(dir, 'ledger')).sort()).toEqual(['checkpoint', 'vkey']);
  expect(await problems()).toEqual([]);
  expect((await open()).checkpoint).toBe(log.checkpoint);
});

test.for([1, 2, 255, 256, 257, 1000, 70_000])(
  'a log of %d entries has the files and the root it must have',
  async (size) => {
    const log = await open();
    const tree = new Frontier();
    const all = Array.from({ length: size }, (_, at) => entry(at));
    for (const bytes of all) tree.push(leafHash(bytes));
    for (let at = 0; at < size; at += 997) await log.append(all.slice(at, at + 997));
    expect(parseCheckpoint(parseNote(Buffer.from(log.checkpoint)).text)).toEqual({
      origin: 'example.org/log',
      size,
      root: tree.root(),
    });
    const again = await open();
    expect([again.size, again.checkpoint]).toEqual([size, log.checkpoint]);
    expect(await problems()).toEqual([]);
    const index = Math.floor(size / 2);
    const proof = await inclusionProof(index, size, again.tiles().hash);
    expect(verifyInclusion(proof, { index, size, leaf: leafHash(entry(index)), root: tree.root() })).toBe(true);
    if (size === 70_000) {
      // The example of C2SP tlog-tiles.
      const names = await tileFiles(join(dir, 'ledger'));
      expect(names.filter((name) => /^tile\/0\/\d{3}$/.test(name))).toHaveLength(273);
      expect(names).toEqual(
        expect.arrayContaining(['tile/0/273.p/112', 'tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1']),
      );
    }
  },
);

test('many appends at once share their writes and keep their order', async () => {
  const log = await open();
  const given = await Promise.all(Array.from({ length: 600 }, (_, at) => log.append([entry(at)])));
  expect(given).toEqual(Array.from({ length: 600 }, (_, at) => at));
  expect((await tileFiles(join(dir, 'ledger'))).filter((name) => name.includes('.p/')).length).toBeLessThan(8);
  expect((await (await open()).tiles().entries(1))[3]).toEqual(entry(259));
});

describe('a log that is not as it was left is not gone on with', () => {
  test.for<[what: string, spoil: () => void]>([
    ['the checkpoint is missing', () => rmSync(join(dir, 'ledger/checkpoint'))],
    ['the folder is missing', () => rmSync(join(dir, 'ledger'), { recursive: true })],
    ['the key is missing', () => rmSync(join(dir, 'ledger.key'))],
    ['a tile is missing', () => rmSync(join(dir, 'ledger/tile/0/000.p/3'))],
    ['a tile is cut', () => writeFileSync(join(dir, 'ledger/tile/0/000.p/3'), Buffer.alloc(64))],
    ['a tile is changed', () => writeFileSync(join(dir, 'ledger/tile/0/000.p/3'), Buffer.alloc(96))],
    ['a bundle is missing', () => rmSync(join(dir, 'ledger/tile/entries/000.p/3'))],
    ['a bundle is changed', () => change('ledger/tile/entries/000.p/3', 5)],
    ['the checkpoint is changed', () => change('ledger/checkpoint', 20)],
    ['the key is changed', () => change('ledger.key', 60)],
  ])('%s', async ([, spoil]) => {
    const log = await open();
    await log.append([entry(0), entry(1), entry(2)]);
    spoil();
    await expect(open()).rejects.toMatchObject({ code: 'ledger-damaged' });
  });
});

function change(path: string, at: number): void {
  const bytes = readFileSync(join(dir, path));
  bytes[at]! ^= 1;
  writeFileSync(join(dir, path), bytes);
}

test('what an interrupted write left behind is removed, and what many left is not', async () => {
  const log = await open();
  await log.append([entry(0)]);
  const before = readFileSync(join(dir, 'ledger/checkpoint'));
  for (let at = 1; at < 4; at++) await log.append([entry(at)]);
  writeFileSync(join(dir, 'ledger/checkpoint'), before);
  expect((await problems())[0]).toMatchObject({ message: expect.stringContaining('lies beyond') });
  const again = await open();
  expect(again.size).toBe(1);
  expect(existsSync(join(dir, 'ledger/tile/0/000.p/4'))).toBe(false);
  expect(await problems()).toEqual([]);
  for (let at = 1; at < 4000; at += 500) await again.append(Array.from({ length: 500 }, () => entry(at)));
  writeFileSync(join(dir, 'ledger/checkpoint'), before);
  await expect(open()).rejects.toMatchObject({
    code: 'ledger-damaged',
    message: expect.stringContaining('many entries'),
  });
});
