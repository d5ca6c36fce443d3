import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docx, eml, gzip, html, pdf, rtf, tar, zip } from '../../test/samples.ts';
import { type Data, openData } from '../stores/data.ts';
import { type AssessedFile, type Assessment, assess } from './assess.ts';
import { type ImportReport, importDocuments } from './import.ts';

/** Words that mean nothing, drawn by a small generator of our own: each seed gives a text nobody else has written. */
function prose(seed: number, words: number): string {
  let state = seed * 7919 + 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const syllables = 'ba de ki lo mu na po ri sa te vu zo fen gar hol jim kel lan mor nist'.split(' ');
  const word = () => Array.from({ length: 1 + next(3) }, () => syllables[next(syllables.length)]).join('');
  return Array.from({ length: words }, (_, at) => word() + (at % 12 === 11 ? '.\n' : '')).join(' ');
}

function chinese(seed: number, count: number): string {
  let state = seed * 104729 + 7;
  return Array.from({ length: count }, (_, at) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(0x4e00 + ((state >>> 8) % 3000)) + (at % 20 === 19 ? '。\n' : '');
  }).join('');
}

/** Three words in ten replaced by others. */
function retyped(text: string): string {
  const others = prose(999, 3000).split(/\s+/);
  return text
    .split(' ')
    .map((word, at) => ([1, 4, 7].includes((at * 7 + (at >> 3)) % 10) ? others[at % others.length]! : word))
    .join(' ');
}

const HEADER = prose(500, 80);
const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
const LEVELS = ['public', 'internal', 'confidential', 'secret', 'top_secret', 'secret', 'internal', 'public'];
const TEXTS = NAMES.map((_, at) => `${HEADER}\n${prose(at + 1, 400)}`);
const HAN = chinese(3, 900);

let folder: string;
let data: Data;
let imported: ImportReport;
let found: Assessment;
/** Of this one the register knows the bytes alone. */
const ELSEWHERE = Buffer.from('bytes that no folder of ours holds\0\x01\x02\x03');
const bytesAlone = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 31 * (at % 97)) & 255));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assess-'));
  const documents = join(folder, 'register');
  mkdirSync(join(documents, 'vault', 'zh'), { recursive: true });
  for (const [at, name] of NAMES.entries()) writeFileSync(join(documents, 'vault', `${name}.txt`), TEXTS[at]!);
  writeFileSync(join(documents, 'vault', 'zh', 'han.txt'), Buffer.from(HAN));
  writeFileSync(join(documents, 'vault', 'drawing.bin'), bytesAlone);
  writeFileSync(join(documents, 'stray.txt'), prose(77, 200));
  writeFileSync(
    join(documents, 'documents.csv'),
    [
      'path,title,level,owner_team,project,registered_at,sha256,bytes',
      ...NAMES.map((name, at) => `\\\\fs1\\vault\\${name}.txt,T,${LEVELS[at]},Team 1,P,2026-01-0${at + 1},,`),
      '\\\\fs1\\vault\\zh\\han.txt,T,top_secret,Team 1,P,2026-01-09,,',
      '\\\\fs1\\vault\\drawing.bin,T,secret,Team 1,P,2026-01-09,,',
      `\\\\fs1\\vault\\never-read.bin,T,confidential,Team 1,P,2026-01-09,${createHash('sha256').update(ELSEWHERE).digest('hex')},`,
      '\\\\fs1\\vault\\wrong.txt,T,very secret,Team 1,P,2026-01-09,,',
      '',
    ].join('\n'),
  );
  data = await openData(join(folder, 'data'), { create: true });
  imported = await importDocuments(data.events, documents);
  found = await assess(data.events, await makeTrove());
}, 120_000);

afterAll(async () => {
  await data?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function makeTrove(): Promise<string> {
  const trove = join(folder, 'trove');
  mkdirSync(join(trove, 'sub'), { recursive: true });
  const files: Record<string, string | Buffer> = {
    'same.txt': TEXTS[0]!,
    'other.docx': await docx(TEXTS[1]!),
    'other.pdf': pdf(TEXTS[1]!),
    'sub/other.html': html(TEXTS[2]!),
    'sub/other.rtf': rtf(TEXTS[2]!),
    'edited.txt': TEXTS[3]!.replace(prose(4, 400).slice(600, 700), 'something else altogether'),
    'excerpt.txt': prose(5, 400).slice(700, 1100),
    'contained.txt': [prose(601, 300), TEXTS[5]!, prose(602, 300)].join('\n'),
    'retyped.txt': retyped(prose(7, 400)),
    'header.txt': `${HEADER}\n${prose(603, 300)}`,
    'unrelated.txt': prose(604, 500),
    'han-excerpt.txt': HAN.slice(300, 700),
    'han.docx': await docx(HAN),
    'drawing copy.bin': bytesAlone,
    'elsewhere.bin': ELSEWHERE,
    'unknown.bin': Buffer.from(bytesAlone).fill(7, 0, 100),
    'packed.tar.gz': gzip(tar({ 'inner.zip': await zip({ 'deep/theta.txt': TEXTS[7]! }) })),
    'mail.eml': eml('See what I found.', { 'beta.docx': await docx(TEXTS[1]!) }),
    'broken.pdf': '%PDF-1.4 broken',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(trove, name), content);
  symlinkSync('/etc/passwd', join(trove, 'link'));
  return trove;
}

const file = (path: string): AssessedFile => {
  const one = found.files.find((candidate) => candidate.path === path);
  if (!one) throw new Error(`no row for ${path}: ${found.files.map((other) => other.path).join(', ')}`);
  return one;
};
const document = (name: string) => `\\\\fs1\\vault\\${name}`;

describe('the register', () => {
  test('is filled from the folder and its table; a bad row is named and stops nothing', () => {
    expect(imported).toMatchObject({ files: 11, read: 11, bad: 1 });
    expect(imported.badRows).toEqual([{ line: 13, reason: 'the level is unknown' }]);
    expect(imported.totals).toMatchObject({ documents: 11, without_file: 1, unnamed: 1, texts: 10 });
    expect(imported.unreadable).toEqual([
      { path: 'vault/drawing.bin', why: 'a format that is not known; compared by its bytes alone' },
    ]);
  });

  test('reads again what has changed or could not be read, and nothing else', async () => {
    const changed = join(folder, 'register', 'stray.txt');
    writeFileSync(changed, prose(78, 200));
    utimesSync(changed, 1_700_000_000, 1_700_000_000);
    const again = await importDocuments(data.events, join(folder, 'register'));
    expect(again).toMatchObject({ files: 11, read: 2, totals: { documents: 11, texts: 10 } });
  });
});

test('an import that was stopped goes on where it stopped', async () => {
  const own = await openData(join(folder, 'own'), { create: true });
  try {
    await expect(assess(own.events, join(folder, 'trove'))).resolves.toMatchObject({ documents: [] });
    const stop = new AbortController();
    const onProgress = (done: number) => {
      if (done === 4) stop.abort(new Error('stopped'));
    };
    const register = join(folder, 'register');
    const options = { onProgress, signal: stop.signal, readers: 1 };
    await expect(importDocuments(own.events, register, options)).rejects.toThrow('stopped');
    const rest = await importDocuments(own.events, register);
    expect(rest.files).toBe(11);
    expect(rest.read).toBeGreaterThan(0);
    expect(rest.read).toBeLessThan(10);
    expect(rest.totals).toMatchObject({ files: 11, texts: 10 });
  } finally {
    await own.close();
  }
});

describe('the trove', () => {
  test.for([
    ['same.txt', 'same', 'alpha.txt', 'public'],
    ['other.docx', 'same text in another format', 'beta.txt', 'internal'],
    ['other.pdf', 'same text in another format', 'beta.txt', 'internal'],
    ['sub/other.html', 'same text in another format', 'gamma.txt', 'confidential'],
    ['sub/other.rtf', 'same text in another format', 'gamma.txt', 'confidential'],
    ['edited.txt', 'edited', 'delta.txt', 'secret'],
    ['excerpt.txt', 'excerpt', 'epsilon.txt', 'top_secret'],
    ['contained.txt', 'contained in', 'zeta.txt', 'secret'],
    ['retyped.txt', 'retyped with changes', 'eta.txt', 'internal'],
    ['han-excerpt.txt', 'excerpt', 'zh\\han.txt', 'top_secret'],
    ['han.docx', 'same text in another format', 'zh\\han.txt', 'top_secret'],
    ['drawing copy.bin', 'same', 'drawing.bin', 'secret'],
    ['elsewhere.bin', 'same', 'never-read.bin', 'confidential'],
    ['packed.tar.gz/packed.tar/inner.zip/deep/theta.txt', 'same', 'theta.txt', 'public'],
    ['mail.eml/beta.docx', 'same text in another format', 'beta.txt', 'internal'],
  ])('%s: %s', ([path, match, name, level]) => {
    expect(file(path!)).toMatchObject({ match, document: document(name!), level });
  });

  test.for(['header.txt', 'unrelated.txt', 'unknown.bin', 'mail.eml', 'broken.pdf'])('%s: no match', (path) => {
    expect(file(path)).toMatchObject({ match: 'no match', document: null, coverage: null, matches: [] });
    expect(found.unmatched).toContain(path);
  });

  test('an archive is no row of its own, a link is not followed, what is broken says so', () => {
    expect(found.files.map(({ path }) => path)).not.toContain('packed.tar.gz');
    expect(found.unreadable).toEqual([
      { path: 'broken.pdf', why: 'a damaged PDF' },
      { path: 'drawing copy.bin', why: 'a format that is not known; compared by its bytes alone' },
      { path: 'elsewhere.bin', why: 'a format that is not known; compared by its bytes alone' },
      { path: 'link', why: 'a link; links are not followed' },
      { path: 'unknown.bin', why: 'a format that is not known; compared by its bytes alone' },
    ]);
  });

  test('documents are counted, not files', () => {
    expect(found.counts).toEqual({ unknown: 0, public: 2, internal: 2, confidential: 2, secret: 3, top_secret: 2 });
    expect(found.documents.find((one) => one.document === document('beta.txt'))!.files).toHaveLength(3);
  });

  test('coverage goes both ways, and passages stand where they are', () => {
    const excerpt = file('excerpt.txt');
    expect(excerpt.coverage!.file).toBeGreaterThan(0.9);
    expect(excerpt.coverage!.document).toBeLessThan(0.3);
    const [passage] = excerpt.matches[0]!.passages;
    const start = TEXTS[4]!.indexOf(prose(5, 400).slice(700, 1100));
    expect(Math.abs(passage!.document[0] - start)).toBeLessThan(60);
    expect(Math.abs(passage!.document[1] - start - 400)).toBeLessThan(60);
    const contained = file('contained.txt');
    expect(contained.coverage!.document).toBeGreaterThan(0.9);
    expect(contained.coverage!.file).toBeLessThan(0.6);
  });
});
