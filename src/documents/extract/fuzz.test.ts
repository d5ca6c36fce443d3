import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutated, seeds } from '../../../test/mutations.ts';
import { normalise } from '../fingerprint.ts';
import { type Extract, extract } from './extract.ts';
import { readFiles } from './pool.ts';

/** `node bench/fuzz.ts 20000` runs as many as one likes; here enough to see that nothing obvious has broken. */
const CASES = 300;

test('a file that was tampered with costs its rows and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const trove = join(folder, 'trove');
  mkdirSync(trove);
  const all = await seeds();
  let state = 20260101;
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const paths = Array.from({ length: CASES }, (_, at) => {
    const { name, bytes } = mutated(all[at % all.length]!, draw);
    const path = join(trove, `${at}-${name}`);
    writeFileSync(path, bytes);
    return { path, tag: path };
  });
  const before = readdirSync(folder, { recursive: true });
  const troubles: string[] = [];
  let read = 0;
  for await (const { asked, parts } of readFiles(paths, { readers: 2, seconds: 10 })) {
    read += 1;
    if (parts.length === 0) troubles.push(`${asked.tag}: no row`);
    for (const { why, name } of parts) {
      if (/stopped after|its reader ended|memory|failed on it/.test(why ?? '')) troubles.push(`${asked.tag}: ${why}`);
      if (/(?:^|\/)\.\.(?:\/|$)|^\//.test(name)) troubles.push(`${asked.tag}: the name ${name}`);
    }
  }
  expect({ read, troubles }).toEqual({ read: CASES, troubles: [] });
  expect(readdirSync(folder, { recursive: true })).toEqual(before);
  rmSync(folder, { recursive: true });
});

test('any bytes under any name are read or refused, never more', async () => {
  const names = fc.constantFrom('a.txt', 'a.html', 'a.eml', 'a.rtf', 'a.zip', 'a.tar', 'a.pdf', 'a');
  const starts = fc.constantFrom(
    '',
    '{\\rtf1 ',
    '<html>',
    'From: a\nTo: b\nSubject: c\n',
    'PK\x03\x04',
    '\x1f\x8b\x08',
  );
  await fc.assert(
    fc.asyncProperty(names, starts, fc.uint8Array({ maxLength: 2000 }), async (name, start, rest) => {
      const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
      const found: Extract[] = [];
      await extract({ name, bytes }, (one) => void found.push(one));
      expect(found.length).toBeGreaterThan(0);
      for (const { text, why, kind } of found) {
        expect(text !== undefined || why !== undefined || ['zip', 'tar', 'gzip', 'empty'].includes(kind)).toBe(true);
        normalise(text ?? '');
      }
    }),
    { numRuns: 200 },
  );
});
