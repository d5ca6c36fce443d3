/**
 * Many files that somebody has tampered with, read as a trove is read: counts crashes, hangs and files that appear where
 * none may. Exit code 1 when there is any.
 *
 *   node bench/fuzz.ts [CASES] [SEED]
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFiles } from '../src/documents/extract/pool.ts';
import { mutated, seeds } from '../test/mutations.ts';
import { lot } from './corpus.ts';

const cases = Number(process.argv[2] ?? 20_000);
const draw = lot(Number(process.argv[3] ?? 1));
const folder = mkdtempSync(join(tmpdir(), 'countersign-fuzz-'));
const trove = join(folder, 'trove');
mkdirSync(trove);
const all = await seeds();
const SECONDS = 10;

function* files() {
  for (let at = 0; at < cases; at++) {
    const { name, bytes } = mutated(all[at % all.length]!, draw);
    const path = join(trove, `${at}-${name}`);
    writeFileSync(path, bytes);
    yield { path, tag: at };
  }
}

const began = performance.now();
const reasons = new Map<string, number>();
const broken: string[] = [];
let read = 0;
for await (const { asked, parts } of readFiles(files(), { seconds: SECONDS })) {
  read += 1;
  for (const { why } of parts) {
    const reason = (why ?? 'read').replace(/\d+/g, 'N').slice(0, 60);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (/stopped after|its reader ended|memory|failed on it/.test(why ?? '')) broken.push(`${asked.path}: ${why}`);
  }
  if (!broken.some((line) => line.startsWith(`${asked.path}:`))) rmSync(asked.path);
  if (read % 1000 === 0) console.error(`${read} of ${cases}`);
}
const stray = readdirSync(folder).filter((name) => name !== 'trove');
for (const [reason, count] of [...reasons].sort((one, other) => other[1] - one[1]))
  console.log(`${String(count).padStart(7)}  ${reason}`);
console.log(
  `${read} files in ${((performance.now() - began) / 1000).toFixed(0)} s; crashes, hangs over ${SECONDS} s and too much memory: ${broken.length}; files written outside: ${stray.length}`,
);
for (const line of broken) console.log(line);
if (broken.length + stray.length > 0) process.exitCode = 1;
else rmSync(folder, { recursive: true });
