import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { zip } from '../../../test/samples.ts';
import { type Asked, type PoolOptions, readFiles } from './pool.ts';
import type { PartReport } from './report.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'papers-'));
  // Misbehaves as it is told to by the name of the file, in the place of the real reader.
  writeFileSync(
    join(folder, 'hostile.mjs'),
    `import { writeFileSync } from 'node:fs';
     process.on('disconnect', () => process.exit(0));
     process.on('message', ({ id, path }) => {
       if (path.endsWith('hang')) for (;;);
       if (path.endsWith('die')) process.kill(process.pid, 'SIGSEGV');
       if (path.endsWith('grow')) { const kept = []; for (;;) kept.push(Buffer.alloc(1e7, 1)); }
       let why;
       if (path.endsWith('temporary')) why = process.env.TMPDIR;
       if (path.endsWith('write')) try { writeFileSync(path + '.out', 'x'); } catch (error) { why = error.code; }
       process.send({ id, parts: [{ name: '', kind: 'text', bytes: 1, sha256: path.at(-1), why }] });
     });
     process.send({ ready: true });`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function all(paths: readonly string[], options: PoolOptions = {}): Promise<Map<string, PartReport[]>> {
  const asked: Asked<string>[] = paths.map((path) => ({ path, tag: path }));
  const found = new Map<string, PartReport[]>();
  for await (const { asked: one, parts } of readFiles(asked, options)) found.set(one.tag, parts);
  return found;
}

test('a file that hangs, grows or kills its reader costs one row, and no other file', async () => {
  const program = join(folder, 'hostile.mjs');
  const paths = ['a', 'hang', 'b', 'die', 'c', 'grow', 'd'];
  const found = await all(paths, { program, readers: 2, seconds: 3, memoryBytes: 300 * 1024 * 1024 });
  expect([...found.keys()].sort()).toEqual([...paths].sort());
  for (const path of 'abcd') expect(found.get(path)).toMatchObject([{ sha256: path, why: undefined }]);
  expect(found.get('hang')![0]!.why).toBe('stopped after 3 s');
  expect(found.get('die')![0]!.why).toBe('its reader ended (SIGSEGV)');
  expect(found.get('grow')![0]!.why).toMatch(/needs more than 300 MB of memory|stopped|ended/);
});

test('a reader cannot write, whatever it is talked into', async () => {
  const path = join(folder, 'write');
  const found = await all([path], { program: join(folder, 'hostile.mjs'), readers: 1 });
  expect(found.get(path)![0]!.why).toBe('ERR_ACCESS_DENIED');
  expect(existsSync(`${path}.out`)).toBe(false);
});

test('a reader has a temporary folder of its own, for what programs leave, and it goes with it', async () => {
  const paths = ['1temporary', '2temporary'];
  const found = await all(paths, { program: join(folder, 'hostile.mjs'), readers: 2 });
  const folders = paths.map((path) => found.get(path)![0]!.why!);
  expect(new Set([...folders, tmpdir()]).size).toBe(3);
  for (const one of folders) await vi.waitFor(() => expect(existsSync(one)).toBe(false), { timeout: 20_000 });
});

test('the real reader answers with fingerprints, and writes nothing', async () => {
  const trove = join(folder, 'trove');
  mkdirSync(trove);
  const text = 'The valve holds three hundred bar for ninety minutes and leaks next to nothing. '.repeat(5);
  writeFileSync(join(trove, 'plain.txt'), text);
  writeFileSync(join(trove, 'packed.zip'), await zip({ 'plain.txt': text, 'broken.pdf': '%PDF-1.4 broken' }));
  const paths = ['plain.txt', 'packed.zip', 'missing.txt'].map((name) => join(trove, name));
  const found = await all(paths, { readers: 2 });
  const [plain] = found.get(paths[0]!)!;
  const packed = found.get(paths[1]!)!;
  expect(plain!.fingerprints!.offsets.length).toBeGreaterThan(5);
  expect(JSON.stringify(plain)).not.toContain('valve');
  expect(packed.find(({ name }) => name === 'plain.txt')!.fingerprints).toEqual(plain!.fingerprints);
  expect(packed.find(({ name }) => name === 'broken.pdf')!.why).toBe('a damaged PDF');
  expect(found.get(paths[2]!)![0]!.why).toBe('there is no such file any more');
  expect(readdirSync(trove).sort()).toEqual(['packed.zip', 'plain.txt']);
});

test('stopping ends the readers', async () => {
  const controller = new AbortController();
  const program = join(folder, 'hostile.mjs');
  setTimeout(() => controller.abort(new Error('stopped by the test')), 300);
  await expect(all(['hang', 'hang'], { program, readers: 1, signal: controller.signal })).rejects.toThrow(
    'stopped by the test',
  );
  expect(existsSync(program)).toBe(true);
});
