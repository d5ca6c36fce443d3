import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Registry, registry } from '../../../test/register.ts';
import { KEYS, type S3Server, startS3 } from '../../../test/s3.ts';
import {
  assess,
  documentWatcher,
  folderShare,
  type ImportedRegister,
  importRegister,
  type Share,
  s3Share,
} from '../documents.ts';

const HEAD = 'path,title,level,owner_team,project,registered_at,copies';
const words = (seed: number) =>
  Array.from({ length: 250 }, (_, at) => `word${((at + 7) * 7919 * (seed + 3)) % 4001}`).join(' ');

let at: Registry;
let s3: S3Server;
beforeAll(async () => {
  [at, s3] = await Promise.all([registry(), startS3()]);
});
afterAll(async () => {
  await s3.close();
  await at.close();
});

const folderOf = (name: string): string => {
  const folder = join(at.folder, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};
/** One import is later than the other: the newest stands first. */
const later = () => at.clock.advance(60);
const imports = async () => (await at.as('reg')('GET', '/api/document-imports')).json.imports;
const count = async (q: string): Promise<number> => (await at.as('reg')('GET', `/api/documents?q=${q}`)).json.total;

test('a table alone: each bad row is named by its line and costs only itself; a second time nothing is done', async () => {
  const rows = [
    'alone/a.txt,A,secret,T,P,2026-01-01,1',
    'alone/b.txt,B,secret,T,P,never,1',
    'alone/c.txt,C,内部,T,P,2026-01-01,2',
  ];
  const found = await at.table(HEAD, ...rows);
  expect(found).toMatchObject({ added: 2, bad: 1, badRows: [{ line: 3, reason: 'registered_at is not a date' }] });
  expect(await count('alone')).toBe(2);
  later();
  expect(await at.table(HEAD, ...rows)).toMatchObject({ added: 0, changed: 0, isChanged: false });
  const [, first] = await imports();
  expect(first).toMatchObject({ source: 'table', place: 'documents.csv', report: { added: 2, bad: 1 } });
  expect(first.report.bad_rows).toEqual([{ file: 'documents.csv', line: 3, reason: 'registered_at is not a date' }]);
});

test('documents with very many copies are taken in all the same', async () => {
  later();
  const rows = Array.from({ length: 25 }, (_, row) => `big/${row}.txt,B,secret,T,P,2026-01-01,999`);
  expect(await at.table(HEAD, ...rows)).toMatchObject({ added: 25, bad: 0, more: { changed: 25 } });
  const { json } = await at.as('reg')('GET', '/api/documents?q=big/');
  expect(json.documents.map(({ copies }: { copies: number }) => copies)).toEqual(Array(25).fill(999));
}, 120_000);

test('an import that was interrupted goes on where it stopped', async () => {
  const folder = folderOf('many');
  writeFileSync(join(folder, 'documents.csv'), `${HEAD}\nmany/1.txt,1,secret,T,P,2026-01-01,1\n`);
  for (let file = 0; file < 12; file++) writeFileSync(join(folder, `${file}.txt`), words(file));
  const share = folderShare(folder);
  const stop = new AbortController();
  const onProgress = (stage: string, done: number) => stage === 'files' && done === 4 && stop.abort();
  await expect(importRegister(at.register, { share, signal: stop.signal, onProgress })).rejects.toThrow();
  const again = await importRegister(at.register, { share });
  expect(again.files.files).toBe(12);
  expect(again.files.read).toBeGreaterThan(0);
  expect(again.files.read).toBeLessThanOrEqual(8);
  expect((await importRegister(at.register, { share })).files.read).toBe(0);
});

/** Looks once, and gives what was said of it. */
function watching(share: Share) {
  const seen: { found: ImportedRegister; removed: readonly string[] }[] = [];
  const faults: string[] = [];
  const look = documentWatcher(at.register, share, {
    signal: new AbortController().signal,
    onChange: (found, removed) => seen.push({ found, removed }),
    onFault: ({ code }) => faults.push(code),
  });
  return {
    faults,
    async look() {
      seen.length = 0;
      later();
      await look();
      return seen[0];
    },
  };
}

test('a watched folder: what is new, changed and gone; what is gone stays in the register', async () => {
  const folder = folderOf('watched');
  const table = (...rows: string[]) => writeFileSync(join(folder, 'documents.csv'), `${HEAD}\n${rows.join('\n')}\n`);
  table('watched/w1.txt,A,internal,T,P,2026-01-01,1');
  writeFileSync(join(folder, 'w1.txt'), words(20));
  const { look, faults } = watching(folderShare(folder));
  expect((await look())!.found).toMatchObject({ added: 1, files: { read: 1 } });
  expect(await look()).toBeUndefined();
  const before = (await imports()).length;
  writeFileSync(join(folder, 'w2.txt'), words(21));
  writeFileSync(join(folder, 'w1.txt'), `${words(22)} more`);
  table('watched/w1.txt,A,internal,T,P,2026-01-01,1', 'watched/w2.txt,B,secret,T,P,2026-01-01,');
  expect((await look())!.found).toMatchObject({ added: 1, files: { read: 2 } });
  rmSync(join(folder, 'w1.txt'));
  table('watched/w2.txt,B,secret,T,P,2026-01-01,');
  expect((await look())!.removed).toEqual(['w1.txt']);
  expect(await look()).toBeUndefined();
  expect(await count('watched')).toBe(2);
  expect((await imports()).length).toBe(before + 1);
  // The text that was there is still known.
  const trove = folderOf('trove');
  writeFileSync(join(trove, 'found.txt'), words(20));
  expect((await assess(at.data.events, trove)).files[0]).toMatchObject({ match: 'no match' });
  writeFileSync(join(trove, 'found.txt'), `${words(22)} more`);
  expect((await assess(at.data.events, trove)).files[0]).toMatchObject({ document: 'watched/w1.txt' });
  expect(faults).toEqual([]);
});

test('a share that speaks S3 is walked, read and watched like a folder', async () => {
  const put = (key: string, text: string, modified = '2026-03-01T08:00:00.000Z') =>
    s3.objects.set(key, { body: Buffer.from(text), modified });
  put('archive/documents.csv', `${HEAD}\nshare/plan.txt,Plan,top_secret,T,P,2026-01-01,2\n`);
  for (let file = 0; file < 5; file++) put(`archive/share/file ${file}.txt`, words(30 + file));
  put('archive/share/plan.txt', words(40));
  put('elsewhere/x.txt', words(41));
  const share = await s3Share('s3://papers/archive/', { ...KEYS, endpoint: s3.endpoint, pauseMs: 1 });
  try {
    later();
    const found = await importRegister(at.register, { share });
    expect(found).toMatchObject({ added: 1, bad: 0, files: { files: 6, read: 6, unreadable: [] } });
    expect((await imports())[0]).toMatchObject({ source: 's3', place: 's3://papers/archive/' });
    const trove = folderOf('trove2');
    writeFileSync(join(trove, 'leak.txt'), words(40));
    expect((await assess(at.data.events, trove)).files[0]).toMatchObject({
      document: 'share/plan.txt',
      level: 'top_secret',
    });
    const { look, faults } = watching(share);
    expect(await look()).toBeUndefined();
    put('archive/share/plan.txt', words(42), '2026-03-02T08:00:00.000Z');
    put('archive/share/broken.txt', words(43));
    s3.wrong.set('archive/share/broken.txt', 'failing');
    const { files } = (await look())!.found;
    expect(files).toMatchObject({
      read: 1,
      unreadable: [{ path: 'share/broken.txt', why: expect.stringContaining('500') }],
    });
    // It costs itself alone, and is tried again.
    s3.wrong.clear();
    expect((await look())!.found.files).toMatchObject({ read: 1, unreadable: [] });
    s3.objects.delete('archive/share/file 0.txt');
    expect((await look())!.removed).toEqual(['share/file 0.txt']);
    s3.busy = 100;
    expect(await look()).toBeUndefined();
    expect(faults).toEqual(['not-reachable']);
  } finally {
    await share.close();
  }
});

test('neither folder nor table is wrong use; a table that is not there is said so', async () => {
  await expect(importRegister(at.register, {})).rejects.toMatchObject({ code: 'usage' });
  await expect(importRegister(at.register, { table: 'nowhere.csv' })).rejects.toMatchObject({ code: 'not-found' });
  expect(() => folderShare(join(at.folder, 'nowhere'))).toThrow('there is no such folder');
});
