/**
 * How the index of a large register behaves: its size, how long it takes to open, and how long one and the same trove
 * takes against it. Real papers are registered once; the register is then filled up with made-up texts, whose
 * fingerprints are numbers by lot, 400 each, written by the engine itself.
 *
 *   node bench/register.ts [--sizes 10000,100000] [--trove N] [--papers N] FOLDER...
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { assess, importDocuments } from '../src/documents/documents.ts';
import { openData } from '../src/stores/data.ts';
import { lot, papers, rewritten } from './corpus.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sizes: { type: 'string', default: '10000,100000' },
    trove: { type: 'string', default: '5500' },
    papers: { type: 'string', default: '3000' },
  },
});
const GRAMS = 400;
const draw = lot(7);
const root = mkdtempSync(join(tmpdir(), 'countersign-register-'));
const folders = positionals.length > 0 ? positionals : ['/usr/share/doc', '/usr/share/man'];
const registered = papers(folders, Number(values.papers), draw);
for (const folder of ['register', 'trove']) mkdirSync(join(root, folder));
for (const [at, { text }] of registered.entries()) writeFileSync(join(root, 'register', `${at}.txt`), text);
for (let at = 0; at < Number(values.trove); at++) {
  const paper = registered[draw(registered.length)]!;
  const text = at % 2 === 0 ? `${paper.text}\n${at}` : rewritten(paper, draw, registered);
  writeFileSync(join(root, 'trove', `${at}.txt`), text);
}

/** Bytes of the index itself; parts that wait to be removed are not counted. */
async function indexBytes(): Promise<number> {
  const [row] = await data.events.rows<{ bytes: number }>(
    "SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table IN ('fingerprints', 'document_files')",
  );
  return row!.bytes;
}
const residentMb = (pid: string): number => {
  try {
    const own = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return children.reduce((sum, child) => sum + residentMb(child), own);
  } catch {
    return 0; // it has ended
  }
};
const seconds = (from: number) => ((performance.now() - from) / 1000).toFixed(1);

console.log(`${registered.length} real papers registered, ${values.trove} files in the trove`);
console.log('   texts   index MB   filled in s   opened in s   trove read in s   compared in s   memory MB');
let data = await openData(join(root, 'data'), { create: true });
await importDocuments(data.events, join(root, 'register'));
let texts = registered.length;
for (const size of values.sizes.split(',').map(Number)) {
  let began = performance.now();
  // A few million rows at a time, as an import of many files would.
  for (; texts < size; texts = Math.min(size, texts + 10_000)) {
    const until = Math.min(size, texts + 10_000);
    const rows = (until - texts) * GRAMS;
    await data.events.run(
      `INSERT INTO fingerprints SELECT sipHash64(number + {from:UInt64}), toUInt32({from:UInt64} / ${GRAMS}) + intDiv(number, ${GRAMS}) + 1, (number % ${GRAMS}) * 12
       FROM numbers({rows:UInt64})`,
      { from: texts * GRAMS, rows },
    );
    await data.events.run(
      `INSERT INTO document_files (file, relative, size, kind, text_sha256, text, length, grams, read_at)
       SELECT concat('/made/', toString(number)), concat(toString(number), '.txt'), 1, 'text', hex(sipHash128(number)), number + 1, 5000, ${GRAMS}, now64(6)
       FROM numbers({texts:UInt64}, {count:UInt64})`,
      { texts, count: until - texts },
    );
  }
  const filled = seconds(began);
  await data.close();
  began = performance.now();
  data = await openData(join(root, 'data'), {});
  await data.events.rows('SELECT count() AS n FROM fingerprints');
  const opened = seconds(began);
  let memory = 0;
  const timer = setInterval(() => {
    memory = Math.max(memory, residentMb(String(process.pid)));
  }, 200);
  began = performance.now();
  let read = '';
  await assess(data.events, join(root, 'trove'), {
    onProgress: (stage) => {
      if (stage !== 'comparing' || read !== '') return;
      read = seconds(began);
      began = performance.now();
    },
  });
  clearInterval(timer);
  const cells = [
    size,
    Math.round((await indexBytes()) / 1048576),
    filled,
    opened,
    read,
    seconds(began),
    Math.round(memory),
  ];
  console.log(cells.map((cell, at) => String(cell).padStart([8, 11, 14, 14, 18, 16, 12][at]!)).join(''));
}
await data.close();
rmSync(root, { recursive: true, force: true });
