/**
 * What a found folder gives away: recall by kind of edit, false matches, time, memory and size of the index, on papers
 * found on this machine; beside MinHash, ssdeep and TLSH on the same papers (bench/peers.ts).
 *
 *   node bench/assess.ts [--papers N] [--each N] [--unrelated N] [--seed N] [--peers] [--keep DIR] FOLDER...
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AssessedFile, assess, importDocuments } from '../src/documents/documents.ts';
import { openData } from '../src/stores/data.ts';
import { EDITS, excerpt, holders, lot, type Paper, papers, sharedLetters, shuffled, unrelatedTo } from './corpus.ts';
import { peers } from './peers.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    papers: { type: 'string', default: '5000' },
    each: { type: 'string', default: '100' },
    unrelated: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    peers: { type: 'boolean', default: false },
    keep: { type: 'string' },
    misses: { type: 'boolean', default: false },
  },
});
const [limit, each, unrelated] = [Number(values.papers), Number(values.each), Number(values.unrelated)];
const draw = lot(Number(values.seed));
const folders = positionals.length > 0 ? positionals : ['/usr/share/doc', '/usr/share/man'];
const root = values.keep ?? mkdtempSync(join(tmpdir(), 'countersign-assess-'));

const all = papers(folders, 2 * (limit + unrelated), draw);
// Whole packages are strange or registered: the pieces of one may share anything.
const groups = shuffled([...new Set(all.map(({ group }) => group))].sort(), draw);
const strange = new Set(groups.slice(0, Math.ceil((groups.length * unrelated) / (limit + unrelated))));
const strangers = all.filter(({ group }) => strange.has(group)).slice(0, unrelated);
const registered = all.filter(({ group }) => !strange.has(group)).slice(0, limit);

/** What each file of the trove was made from: the names of papers, none for a stranger. */
interface Made {
  kind: string;
  from: string | undefined;
  paper: Paper;
  /** What was taken of it: all, or an excerpt. */
  taken: string;
}
const OTHERS = 'of other packages';
const made = new Map<string, Made>();
const byName = new Map<string, Paper>();
await writeFolders();

async function writeFolders(): Promise<void> {
  const levels = ['public', 'internal', 'confidential', 'secret', 'top_secret'];
  const rows = ['path,title,level,owner_team,project,registered_at'];
  for (const [at, paper] of registered.entries()) {
    const name = `${String(at % 100).padStart(2, '0')}/p${at}.txt`;
    if (at < 100) mkdirSync(join(root, 'register', name.split('/')[0]!), { recursive: true });
    writeFileSync(join(root, 'register', name), paper.text);
    rows.push(`\\\\share\\${name.replace('/', '\\')},P,${levels[at % 5]},Team,,2026-01-01`);
    byName.set(`\\\\share\\${name.replace('/', '\\')}`, paper);
  }
  writeFileSync(join(root, 'register', 'documents.csv'), `${rows.join('\n')}\n`);
  mkdirSync(join(root, 'trove'), { recursive: true });
  const names = [...byName.keys()];
  for (const [number, edit] of EDITS.entries())
    for (let at = 0; at < each; at++) {
      const from = names[draw(names.length)]!;
      const paper = byName.get(from)!;
      const name = `e${number}-${at}.${edit.ending}`;
      // An edit draws from a lot of its own, so that what an excerpt took can be drawn again.
      const seed = draw(2 ** 31);
      writeFileSync(join(root, 'trove', name), await edit.make(paper, lot(seed), registered));
      const taken = edit.name.startsWith('excerpt') ? excerpt(paper, lot(seed)) : paper.text;
      made.set(name, { kind: edit.name, from, paper, taken });
    }
  for (const [at, paper] of strangers.entries()) {
    writeFileSync(join(root, 'trove', `u${at}.txt`), paper.text);
    made.set(`u${at}.txt`, { kind: OTHERS, from: undefined, paper, taken: paper.text });
  }
}

const bytesOf = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

const megabytes = (bytes: number) => `${Math.round(bytes / 1048576)} MB`;
const seconds = (from: number) => `${((performance.now() - from) / 1000).toFixed(1)} s`;

console.log(
  `papers: ${registered.length} registered, ${made.size} in the trove, ${strangers.length} of them unrelated`,
);
const memory = watchAll();
let began = performance.now();
const data = await openData(join(root, 'data'), { create: true });
await importDocuments(data.events, join(root, 'register'));
console.log(`import ${seconds(began)}, index ${megabytes(bytesOf(join(root, 'data', 'events')))}`);
began = performance.now();
const assessed = await assess(data.events, join(root, 'trove'));
console.log(`assess ${seconds(began)}, memory of all processes together at most ${megabytes(memory.stop())}`);
await data.close();
/** Resident memory of this process and all it has started, looked at five times a second. Linux only. */
function watchAll(): { stop(): number } {
  let most = 0;
  const of = (pid: string): number => {
    try {
      const own = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
      return children.reduce((sum, child) => sum + of(child), own);
    } catch {
      return 0; // it has ended
    }
  };
  const timer = setInterval(() => {
    most = Math.max(most, of(String(process.pid)));
  }, 200);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}

judge(new Map(assessed.files.map((file) => [file.path, file])));
if (values.peers) {
  const files = [...made].map(([name, { kind, from }]) => ({ name, kind, from }));
  console.log(await peers(root, files, new Map([...byName].map(([name, { text }]) => [name, text]))));
}
if (values.keep === undefined) rmSync(root, { recursive: true, force: true });

/** The share of files for which the paper they were made from is named. */
function found(list: readonly [string, Made][], files: ReadonlyMap<string, AssessedFile>): string {
  const hits = list.filter(([name, { from, paper }]) => {
    const { match, document, matches, alternatives } = files.get(name)!;
    const hit = [...matches.map((one) => one.document), ...alternatives].includes(from!);
    if (!hit && values.misses) console.log('  ', name, match, document, paper.source, from);
    return hit;
  });
  return `${((100 * hits.length) / Math.max(1, list.length)).toFixed(2)} %`;
}

/**
 * Recall by kind, of all and of those whose words stand in five registered papers at most: what many papers say alike,
 * menus and notices, is no match by intent.
 */
function judge(files: ReadonlyMap<string, AssessedFile>): void {
  const kinds = Map.groupBy(made, ([, { kind }]) => kind);
  console.log(`${'found by name'.padEnd(30)} of all   of those with own words`);
  for (const [kind, list] of kinds) {
    const told = [...Map.groupBy(list, ([name]) => files.get(name)!.match)]
      .sort((one, other) => other[1].length - one[1].length)
      .map(([verdict, { length }]) => `${verdict} ${length}`);
    const counts = holders(
      list.map(([, { taken }]) => taken),
      registered,
    );
    const own = list.filter((_, at) => counts[at]! <= 5);
    const cells = kind === OTHERS ? ['', ''] : [found(list, files), `${found(own, files)} of ${own.length}`];
    console.log(`${kind.padEnd(30)} ${cells[0]!.padStart(7)}  ${cells[1]!.padEnd(16)}  ${told.join(', ')}`);
  }
  unrelatedFiles(files);
}

/**
 * Papers of packages that are not registered: those that have text in common with a registered paper beyond boilerplate, by
 * comparing letters, are no unrelated files; a match of the others is a false one.
 */
function unrelatedFiles(files: ReadonlyMap<string, AssessedFile>): void {
  const licences = new URL('../content/boilerplate/', import.meta.url);
  const boilerplate = readdirSync(licences).map((name) => readFileSync(new URL(name, licences), 'utf8'));
  const shared = sharedLetters(strangers, registered, boilerplate.join('\n'));
  const rows = strangers.map((paper, at) => ({ paper, letters: shared[at]!, file: files.get(`u${at}.txt`)! }));
  const matched = (list: typeof rows) => list.filter(({ file }) => file.match !== 'no match');
  const [strange, related] = [true, false].map((wanted) =>
    rows.filter(({ letters }) => unrelatedTo(letters) === wanted),
  );
  const wrong = matched(strange!);
  console.log(
    `unrelated files with a match: ${wrong.length} of ${strange!.length}; files of other packages that do share text: ${matched(related!).length} of ${related!.length}`,
  );
  for (const { file, paper, letters } of values.misses ? wrong : [])
    console.log(
      ...['   ', file.path, paper.source, byName.get(file.document!)!.source, file.match],
      ...[letters, JSON.stringify(file.coverage), file.matches[0]!.passages.length],
    );
}
