import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { KEYS, type S3Server, startS3 } from '../../../test/s3.ts';
import { parseListing, s3Environment, s3Share } from './s3.ts';
import type { Share } from './share.ts';

let server: S3Server;
let share: Share;
beforeAll(async () => {
  server = await startS3();
  share = await s3Share('s3://papers/archive', { ...KEYS, endpoint: server.endpoint, pauseMs: 1 });
});
afterAll(async () => {
  await share.close();
  await server.close();
});
beforeEach(() => {
  server.objects.clear();
  server.wrong.clear();
  server.asked.length = 0;
});

const put = (key: string, text = key, modified = '2026-03-01T08:00:00.000Z') =>
  server.objects.set(key, { body: Buffer.from(text), modified });
const names = async () => (await Array.fromAsync(share.walk())).map(({ relative }) => relative);

test('every object of the folder is listed, page after page, and none of another', async () => {
  const inside = ['a.txt', 'b/c d.txt', "b/e&f'(1)!.txt", 'b/文件.txt', 'z+%41.txt', 'ä/ö.txt'];
  for (const key of inside) put(`archive/${key}`);
  for (const other of ['archive2/x.txt', 'x.txt', 'archive/b/']) put(other);
  expect((await names()).sort()).toEqual([...inside].sort());
  expect(server.asked.length).toBe(3);
  const [first] = await Array.fromAsync(share.walk());
  expect(first).toMatchObject({
    path: 's3://papers/archive/a.txt',
    size: 13,
    modified: Date.parse('2026-03-01T08:00:00Z'),
  });
  expect(share).toMatchObject({ place: 's3://papers/archive/', prefix: 's3://papers/archive/' });
});

test('a file is fetched under its own name, and is gone when it was read', async () => {
  for (const key of ['archive/b/plan (2)!.docx', 'archive/文 件.txt']) {
    put(key, 'words');
    const path = await share.fetch({ path: `s3://papers/${key}`, relative: '', size: 5 });
    expect(readFileSync(path, 'utf8')).toBe('words');
    expect(basename(path).split('.').at(-1)).toBe(key.split('.').at(-1));
    await share.release(path);
    expect(existsSync(dirname(path))).toBe(false);
  }
});

test('names that lead elsewhere stay in their folder on this machine', async () => {
  for (const key of ['archive/...', `archive/${'x'.repeat(900)}.pdf`, 'archive/a\\..\\b.txt']) {
    put(key, 'w');
    const path = await share.fetch({ path: `s3://papers/${key}`, relative: '', size: 1 });
    expect(dirname(dirname(path))).toMatch(/countersign-share-[^/]+$/);
    expect(basename(path).length).toBeLessThan(130);
    await share.release(path);
  }
  // These would lead to another object or bucket: they are not asked for.
  for (const key of ['archive/..', 'archive/../../other/x', 'archive/./x']) put(key, 'w');
  expect((await Array.fromAsync(share.walk())).filter(({ why }) => why?.includes('leads elsewhere')).length).toBe(3);
  const asked = server.asked.length;
  await expect(share.fetch({ path: 's3://papers/archive/../../other/x', relative: '', size: 1 })).rejects.toThrow(
    'leads elsewhere',
  );
  expect(server.asked.length).toBe(asked);
});

test('the table of the folder is found, and not one that lies deeper', async () => {
  put('archive/deep/documents.csv');
  put('archive/documents.csv.bak');
  expect(await share.table()).toBeUndefined();
  put('archive/documents.csv', 'path,level');
  expect(readFileSync((await share.table())!, 'utf8')).toBe('path,level');
});

test('a busy share is asked again; one that stays so, refuses the keys or lies about a size is said so', async () => {
  put('archive/a.txt', 'words');
  server.busy = 2;
  expect(await names()).toEqual(['a.txt']);
  const file = { path: 's3://papers/archive/a.txt', relative: 'a.txt', size: 5 };
  server.wrong.set('archive/a.txt', 'failing');
  await expect(share.fetch(file)).rejects.toMatchObject({ code: 'not-reachable' });
  server.wrong.set('archive/a.txt', 'long');
  await expect(share.fetch(file)).rejects.toThrow('sent more than it listed');
  server.wrong.set('archive/a.txt', 'short');
  await expect(share.fetch(file)).rejects.toThrow('sent less than it listed');
  const wrong = { ...KEYS, secretAccessKey: 'other', endpoint: server.endpoint, pauseMs: 1 };
  const stranger = await s3Share('s3://papers', wrong);
  await expect(Array.fromAsync(stranger.walk())).rejects.toMatchObject({ code: 'forbidden' });
  const nowhere = await s3Share('s3://nobody', { ...KEYS, endpoint: server.endpoint, pauseMs: 1 });
  await expect(Array.fromAsync(nowhere.walk())).rejects.toMatchObject({ code: 'not-found' });
});

test('addresses and keys that cannot be meant are refused', async () => {
  for (const address of ['s3://', 's3://A', 's3:papers', 's3://-x/', 's3://x/y'])
    await expect(s3Share(address, KEYS), address).rejects.toMatchObject({ code: 'usage' });
  expect(() => s3Environment({})).toThrow('AWS_ACCESS_KEY_ID');
  expect(s3Environment({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' })).toMatchObject({ region: 'us-east-1' });
});

test('a list never does more than say so: no entity from elsewhere, no crash, whatever comes', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ListBucketResult><Contents><Key>&a;</Key><Size>1</Size></Contents></ListBucketResult>`;
  expect(
    parseListing(bomb, 'p')
      .found.map(({ key }) => key)
      .join(),
  ).not.toContain('root');
  expect(() => parseListing('<html>no</html>', 'p')).toThrow('no list of an S3 share');
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      for (const { size } of parseListing(`<ListBucketResult>${text}`, 'p').found)
        expect(size).toBeGreaterThanOrEqual(0);
    }),
  );
});
