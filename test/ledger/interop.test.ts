/** Reading and writing the same logs as Go's golang.org/x/mod/sumdb/tlog and note, both ways. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCheckpoint } from '../../src/ledger/checkpoint.ts';
import { NO_POLICY, openLedger, record, verifyLedger } from '../../src/ledger/ledger.ts';
import { Log } from '../../src/ledger/log.ts';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../src/ledger/merkle.ts';
import { parseNote, parseSignerKey } from '../../src/ledger/note.ts';
import { Tiles } from '../../src/ledger/tiles.ts';
import { ROOT } from '../files.ts';

/** Debian's golang-golang-x-mod-dev. */
const GOPATH = '/usr/share/gocode';
const hasGo = spawnSync('go', ['version']).status === 0 && existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog'));
const root = mkdtempSync(join(tmpdir(), 'countersign-interop-'));
const program = join(root, 'interop');
afterAll(() => rmSync(root, { recursive: true }));

interface Proofs {
  inclusion: { index: number; hashes: string[] }[] | null;
  consistency: { index: number; hashes: string[] }[] | null;
}

const encoded = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'));
const decoded = (hashes: readonly string[] | null) => (hashes ?? []).map((text) => Buffer.from(text, 'base64'));

function go(...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', input: '', maxBuffer: 1e8 });
}

/** Gives Go our proofs, which it checks, and checks Go's. Gives how many went each way. */
async function exchange(folder: string, indexes: readonly number[], sizes: readonly number[]): Promise<number> {
  const { size, root: hash } = parseCheckpoint(parseNote(readFileSync(join(folder, 'checkpoint'))).text);
  const tiles = new Tiles(folder, size);
  const ours: Proofs = { inclusion: [], consistency: [] };
  for (const index of indexes) {
    ours.inclusion!.push({ index, hashes: encoded(await inclusionProof(index, size, tiles.hash)) });
  }
  for (const from of sizes) {
    ours.consistency!.push({ index: from, hashes: encoded(await consistencyProof(from, size, tiles.hash)) });
  }
  const said = execFileSync(program, ['read', folder], {
    encoding: 'utf8',
    input: JSON.stringify(ours),
    maxBuffer: 1e8,
  });
  const theirs = JSON.parse(said) as Proofs;
  for (const { index, hashes } of theirs.inclusion ?? []) {
    const entry = (await tiles.entries(Math.floor(index / 256)))[index % 256]!;
    expect(verifyInclusion(decoded(hashes), { index, size, leaf: leafHash(entry), root: hash })).toBe(true);
  }
  for (const { index: from, hashes } of theirs.consistency ?? []) {
    const old = await treeRoot(from, tiles.hash);
    expect(verifyConsistency(decoded(hashes), { from, size, old, root: hash })).toBe(true);
  }
  expect([theirs.inclusion?.length ?? 0, theirs.consistency?.length ?? 0]).toEqual([indexes.length, sizes.length]);
  return indexes.length + sizes.length;
}

const upTo = (end: number, from = 0) => Array.from({ length: end - from }, (_, at) => from + at);

if (!hasGo) {
  console.warn('NOT TESTED: the same logs with Go. It is not there: apt-get install golang-go golang-golang-x-mod-dev');
}

describe.skipIf(!hasGo)('with Go', () => {
  beforeAll(() => {
    execFileSync('go', ['build', '-o', program, join(ROOT, 'test/ledger/go/interop.go')], {
      env: { ...process.env, GO111MODULE: 'off', GOPATH, GOCACHE: join(root, 'cache'), GOFLAGS: '' },
    });
  }, 120_000);

  test.for([1, 2, 7, 255, 256, 257, 700])(
    'a log of ours with %d entries is read, and all proofs are exchanged',
    async (size) => {
      const dir = join(root, `ours-${size}`);
      mkdirSync(dir);
      const ledger = await openLedger({ dir, name: 'example.org/log' });
      const acts = upTo(size).map((at) => record(ledger, { actor: 'account:A', act: 'lead.read', on: [`lead:${at}`] }));
      await Promise.all(acts);
      await ledger.close();
      expect(await exchange(join(dir, 'ledger'), upTo(size), upTo(size + 1, 1))).toBe(2 * size);
    },
  );

  test('a large log of ours, at its seams', async () => {
    const dir = join(root, 'large');
    mkdirSync(dir);
    const ledger = await openLedger({ dir });
    await ledger.log.appendAll(upTo(70_000).map((at) => Buffer.from(`entry ${at}`)));
    await ledger.close();
    const places = [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 69_887, 69_888, 69_999];
    await exchange(join(dir, 'ledger'), places, [...places.slice(1), 70_000]);
  });

  test.for([1, 2, 255, 256, 257, 1000, 66_000])(
    "Go's log of %d records verifies, and is gone on with",
    async (size) => {
      const dir = join(root, `theirs-${size}`);
      const folder = join(dir, 'ledger');
      mkdirSync(folder, { recursive: true });
      const skey = go('write', folder, String(size)).trim();
      const { problems, notes } = await verifyLedger(folder, undefined, { policy: NO_POLICY });
      expect(problems).toEqual([]);
      expect(notes).toContain(`${size} entries were not written by this program`);
      const seams = [0, Math.floor(size / 2), size - 1];
      await exchange(folder, [...new Set(seams)], [size]);
      const log = await Log.open(folder, parseSignerKey(skey));
      await log.append([Buffer.from('one of ours')]);
      expect((await verifyLedger(folder, undefined, { policy: NO_POLICY })).problems).toEqual([]);
      await exchange(folder, [0, size], [size, size + 1]);
    },
  );

  test('what Go would not read, we do not write: a changed tile and a changed note are refused by both', async () => {
    const folder = join(root, 'changed');
    go('write', folder, '300');
    const tile = join(folder, 'tile/0/000');
    const bytes = readFileSync(tile);
    writeFileSync(tile, Buffer.concat([Buffer.of(bytes[0]! ^ 1), bytes.subarray(1)]));
    await expect(exchange(folder, [3], [])).rejects.toThrow();
    expect((await verifyLedger(folder, undefined, { policy: NO_POLICY })).problems).toMatchObject([
      { place: 'tile/0/000' },
    ]);
    writeFileSync(tile, bytes);
    const note = join(folder, 'checkpoint');
    writeFileSync(note, readFileSync(note, 'utf8').replace('\n300\n', '\n299\n'));
    await expect(exchange(folder, [3], [])).rejects.toThrow();
    expect((await verifyLedger(folder, undefined, { policy: NO_POLICY })).problems.length).toBeGreaterThan(0);
  });
});
