import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openLeafFile, rootsAt } from './leaves.ts';
import { checkInclusion } from './protocol/protocol.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-leaves-'));
afterAll(() => rmSync(folder, { recursive: true }));
const hash = (number: number): string => createHash('sha256').update(String(number)).digest('hex');

test('each leaf can be proved in trees of every size, also after a torn line', async () => {
  const path = join(folder, 'leaves');
  let ledger = openLeafFile(path);
  for (let size = 1; size <= 33; size += 1) {
    expect(await ledger.appendLeaf(hash(size))).toBe(size - 1);
    if (size === 20) {
      appendFileSync(path, 'abc');
      ledger = openLeafFile(path);
    }
    for (let index = 0; index < size; index += 1) {
      const proof = await ledger.proof(index);
      checkInclusion(hash(index + 1), proof);
      expect(() => checkInclusion(hash(index + 2), proof)).toThrow();
    }
  }
  const root = (await ledger.proof(0)).root;
  expect((await openLeafFile(path).proof(32)).root).toBe(root);
  expect(await ledger.head()).toEqual({ size: 33, root });
  expect(rootsAt(path, new Set([20, 33, 34])).get(33)).toBe(root);
  expect([...rootsAt(path, new Set([20, 33, 34])).keys()]).toEqual([20, 33]);
  await expect(ledger.proof(33)).rejects.toThrow('no such leaf');
});

test('appended at once, they stand in the order they were given', async () => {
  const ledger = openLeafFile(join(folder, 'many'));
  const places = await Promise.all(Array.from({ length: 20 }, (_, index) => ledger.appendLeaf(hash(index))));
  expect(places).toEqual(Array.from({ length: 20 }, (_, index) => index));
});
