import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import {
  checkInclusion,
  deletionLeafOf,
  keysOf,
  leafOf,
  open,
  ownMessages,
  Refusal,
  readQueue,
  Sending,
  SIZE_CLASSES,
  sealedSize,
  signerOf,
  signManifest,
  solve,
} from './protocol/protocol.ts';
import { ROOT, sampleManifest, seedOf } from './protocol/samples.ts';
import { publish } from './publication.ts';
import { CHEAP, clientOf, ORIGIN, type Sample, samplePortal, sampleReporter, sealFor } from './sample-portal.ts';

let sample: Sample;
afterEach(() => sample.close());

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof Refusal || error instanceof Fault) return error.code;
    throw error;
  }
};
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  sample.portal.fetch(
    new Request(`${ORIGIN}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...headers },
    }),
  );

describe('a report', () => {
  test('goes in, is read by its recipient, and comes back to its writer with the proof', async () => {
    sample = await samplePortal({ suite: 'hybrid' });
    const reporter = await sampleReporter(sample.client);
    const hash = await reporter.send('planted: heron');
    const recipient = await keysOf(seedOf(1), 'hybrid');
    expect(await sample.client.delivered(recipient.signer)).toEqual([]);
    const [before] = await sample.client.conversation(reporter.keys.tag);
    expect(before).toMatchObject({ hash, proof: null, deleted: null });
    expect(await sample.portal.round()).toEqual({ delivered: 1, deleted: 0 });
    const [listed] = await sample.client.delivered(recipient.signer);
    expect(listed?.size).toBe(sealedSize('hybrid', 4, 65_536));
    const found = await open(await sample.client.deliveredMessage(recipient.signer, hash), recipient.identity);
    expect(found).toMatchObject({ text: 'planted: heron', writer: reporter.keys.signer.key });
    const [after] = await sample.client.conversation(reporter.keys.tag);
    checkInclusion(leafOf(hash), after!.proof!);
    const own = await open(await sample.client.message(reporter.keys.tag, hash), reporter.keys.identity);
    expect(own.text).toBe('planted: heron');
  });

  test('is still there after the server was started anew, with its proof', async () => {
    sample = await samplePortal();
    const reporter = await sampleReporter(sample.client);
    const first = await reporter.send('one');
    await sample.portal.round();
    const second = await reporter.send('two', { first: false });
    sample = await sample.reopen();
    const found = await sample.client.conversation(reporter.keys.tag);
    expect(found.map(({ hash }) => hash).sort()).toEqual([first, second].sort());
    await sample.portal.round();
    for (const { hash, proof } of await sample.client.conversation(reporter.keys.tag))
      checkInclusion(leafOf(hash), proof!);
  });

  test('of one person cannot be told from another by what is stored', async () => {
    sample = await samplePortal({ cover: 3 });
    const hashes: string[] = [];
    for (const text of ['short', 'x'.repeat(19_000), '报告'.repeat(9000)]) {
      const reporter = await sampleReporter(sample.client);
      hashes.push(await reporter.send(text));
      hashes.push(await reporter.send(`${text.slice(0, 10)} more`, { first: false, to: ['r1'] }));
    }
    const folder = join(sample.dir, 'reports/messages');
    const sent = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await sample.portal.round();
    // No time on the disk is from before the round: not of a file's birth or change, not of the folders'.
    const places = [
      ...readdirSync(folder).map((name) => join(folder, name)),
      folder,
      join(sample.dir, 'reports/uploads'),
    ];
    expect(places.map((place) => statSync(place)).filter(({ ctimeMs }) => ctimeMs < sent + 40)).toEqual([]);
    expect(statSync(join(sample.dir, 'reports/uploads')).mtime.toISOString()).toMatch(/T12:00:00\.000Z$/);
    const files = readdirSync(folder).map((name) => statSync(join(folder, name)));
    expect(files.length).toBeGreaterThanOrEqual(6);
    expect(new Set(files.map(({ mtimeMs, atimeMs }) => `${mtimeMs} ${Math.min(atimeMs, mtimeMs)}`)).size).toBe(1);
    const heads = readdirSync(folder).map((name) => readFileSync(join(folder, name)).subarray(0, 512).toString());
    for (const head of heads) {
      expect(Object.keys(JSON.parse(head) as object)).toEqual([
        'hash',
        'tagHash',
        'day',
        'keep',
        'size',
        'leaf',
        'deleted',
      ]);
      expect(head).not.toMatch(/\d\d:\d\d/);
    }
    // Cover may be larger, as a report with files is.
    const sizes = new Map(heads.map((head, at) => [(JSON.parse(head) as { hash: string }).hash, files[at]!.size]));
    expect(new Set(hashes.map((hash) => sizes.get(hash))).size).toBe(1);
    expect(sizes.get(hashes[0]!)).toBe(Math.min(...sizes.values()));
  });

  test('whose recipient is excluded looks to him like one of those that nobody can open', async () => {
    sample = await samplePortal({ recipients: 2 });
    const reporter = await sampleReporter(sample.client);
    await reporter.send('about r2', { to: ['r1'] });
    await sample.portal.round();
    const [r1, r2] = await Promise.all([1, 2].map((number) => keysOf(seedOf(number), 'x25519')));
    const [message] = await sample.client.delivered(r2!.signer);
    const bytes = await sample.client.deliveredMessage(r2!.signer, message!.hash);
    expect(await codeOf(open(bytes, r2!.identity))).toBe('not-for-us');
    expect(await codeOf(open(bytes, r1!.identity))).toBe('done');
  });
});

test('messages stay readable under another manifest: other slots, another suite, a recipient less', async () => {
  sample = await samplePortal({ suite: 'x25519', slots: 4 });
  const reporter = await sampleReporter(sample.client);
  await reporter.send('under the first manifest');
  const next = { ...(await sampleManifest('hybrid', 1, 2)), serial: 2, promise: sample.manifest.promise };
  await publish(sample.dir, signManifest(next, ROOT), ROOT.key);
  await sample.portal.round();
  const published = await sample.client.published(ROOT.key);
  const signal = new AbortController().signal;
  const queue = await readQueue(sample.client, published, await keysOf(seedOf(1), 'hybrid'), { signal });
  expect(queue.conversations.map(({ entries }) => entries.map(({ letter }) => letter.text))).toEqual([
    ['under the first manifest'],
  ]);
  const own = await ownMessages(sample.client, published, reporter.keys);
  expect(own.map(({ entry }) => entry?.letter.text)).toEqual(['under the first manifest']);
  expect(published.writers.map(({ id }) => id)).toEqual(['r1', 'r1', 'r2']);
});

test('a message of cover goes along now and then, and nobody can open it', async () => {
  sample = await samplePortal({ cover: 3 });
  const r1 = await keysOf(seedOf(1), 'x25519');
  for (let rounds = 0; rounds < 40 && (await sample.client.delivered(r1.signer)).length === 0; rounds += 1) {
    await sample.portal.round();
  }
  const [message] = await sample.client.delivered(r1.signer);
  expect(SIZE_CLASSES.map((size) => sealedSize('x25519', 4, size))).toContain(message?.size);
  const bytes = await sample.client.deliveredMessage(r1.signer, message!.hash);
  expect(await codeOf(open(bytes, r1.identity))).toBe('not-for-us');
});

describe('sending', () => {
  test('a connection that breaks again and again: the upload goes on where it was', async () => {
    sample = await samplePortal();
    let calls = 0;
    const shaky = clientOf({
      async fetch(request) {
        calls += 1;
        if (calls % 3 === 1) throw new TypeError('network');
        const response = await sample.portal.fetch(request);
        // The request arrived, its answer did not.
        if (calls % 3 === 2) throw new TypeError('network');
        return response;
      },
    });
    const reporter = await sampleReporter(sample.client);
    const published = await sample.client.published(ROOT.key);
    const text = { text: 'through the storm', to: ['r1'], kind: 'report' } as const;
    const sealed = await sealFor(published, reporter.keys, { ...text, to: ['r1'] });
    const { hash } = await new Sending(shaky, sealed, reporter.keys.tag).run({ patience: 20_000 });
    expect((await sample.client.conversation(reporter.keys.tag)).map((one) => one.hash)).toEqual([hash]);
  });

  test('a connection that stays away: nothing has been sent, and the same sending can be taken up again', async () => {
    sample = await samplePortal();
    let broken = false;
    const client = clientOf({
      async fetch(request) {
        if (broken && request.method === 'PUT') throw new TypeError('network');
        return await sample.portal.fetch(request);
      },
    });
    const reporter = await sampleReporter(client);
    const published = await client.published(ROOT.key);
    const sealed = await sealFor(published, reporter.keys, { text: 'later', to: ['r1'], kind: 'report' });
    const sending = new Sending(client, sealed, reporter.keys.tag);
    broken = true;
    expect(await codeOf(sending.run({ patience: 0 }))).toBe('connection');
    expect(await client.conversation(reporter.keys.tag)).toEqual([]);
    broken = false;
    await sending.run({ patience: 0 });
    await sending.run({ patience: 0 });
    expect(await client.conversation(reporter.keys.tag)).toHaveLength(1);
  });

  test('an upload the server has forgotten, and one whose bytes are not what was said', async () => {
    sample = await samplePortal();
    const { client } = sample;
    const size = sealedSize('x25519', 4, 65_536);
    const postage = await client.postage();
    const spent = await client.postage();
    const wrongSize = { challenge: spent.challenge, counter: await solve(spent.challenge, 8), size: size - 1 };
    expect(await codeOf(client.begin(wrongSize))).toBe('server');
    expect(await codeOf(client.append('NOSUCH', 0, new Uint8Array(1)))).toBe('lost');
    const { id } = await client.begin({
      challenge: postage.challenge,
      counter: await solve(postage.challenge, 8),
      size,
    });
    await client.append(id, 0, new Uint8Array(size));
    expect(await codeOf(client.finish(id, 'a'.repeat(64), 'b'.repeat(64)))).toBe('server');
    expect(readdirSync(join(sample.dir, 'reports/messages'))).toEqual([]);
    sample = await sample.reopen();
    expect(readdirSync(join(sample.dir, 'reports/uploads'))).toEqual([]);
  });
});

describe('a flood', () => {
  test('ten thousand junk reports: all refused, and a real one still gets through', { timeout: 300_000 }, async () => {
    sample = await samplePortal({ postage: { ...CHEAP, least: 12, most: 16 } });
    const size = sealedSize('x25519', 4, 65_536);
    const { challenge } = await sample.client.postage();
    let refused = 0;
    for (let count = 0; count < 10_000; count += 1) {
      const forged = count % 2 === 0 ? randomBytes(32).toString('hex') : challenge;
      const answer = await post('/portal/api/uploads', { challenge: forged, counter: 10_000_000 + count, size });
      if (answer.status >= 400) refused += 1;
      if (count === 5000) await (await sampleReporter(sample.client)).send('in the middle of it');
    }
    // One in 4,096 guesses is a solution by chance.
    expect(refused).toBeGreaterThan(9980);
    const recipient = await keysOf(seedOf(1), 'x25519');
    await sample.portal.round();
    const queue = await sample.client.delivered(recipient.signer);
    expect(queue).toHaveLength(1);
    expect(
      (await open(await sample.client.deliveredMessage(recipient.signer, queue[0]!.hash), recipient.identity)).text,
    ).toBe('in the middle of it');
    expect(readdirSync(join(sample.dir, 'reports/uploads')).length).toBeLessThanOrEqual(64);
  });

  test('no room is said so, and nothing is lost', async () => {
    sample = await samplePortal({ space: 100_000 });
    const reporter = await sampleReporter(sample.client);
    await reporter.send('fits');
    expect(await codeOf(reporter.send('does not', { first: false }))).toBe('full');
    expect(await sample.client.conversation(reporter.keys.tag)).toHaveLength(1);
  });
});

test('a conversation is deleted when its last message may be, and the deletion is in the ledger', async () => {
  const clock = manualClock('2026-01-05T10:00:00Z');
  sample = await samplePortal({ clock });
  const reporter = await sampleReporter(sample.client);
  await reporter.send('first');
  await sample.portal.round();
  clock.advance(700 * 86_400);
  await reporter.send('second', { first: false });
  await sample.portal.round();
  clock.advance(40 * 86_400);
  expect(await sample.portal.round()).toEqual({ delivered: 0, deleted: 0 });
  clock.advance(691 * 86_400);
  expect(await sample.portal.round()).toEqual({ delivered: 0, deleted: 2 });
  const messages = await sample.client.conversation(reporter.keys.tag);
  expect(messages).toHaveLength(2);
  for (const { hash, proof, deleted } of messages) {
    checkInclusion(leafOf(hash), proof!);
    checkInclusion(deletionLeafOf(hash), deleted!.proof);
    expect(await codeOf(sample.client.message(reporter.keys.tag, hash))).toBe('lost');
    expect(statSync(join(sample.dir, 'reports/messages', hash)).size).toBe(512);
  }
});

describe('what is published', () => {
  test('a key slipped into the manifest on the server, or an older manifest, closes the portal', async () => {
    sample = await samplePortal();
    const place = join(sample.dir, 'portal/manifest.json');
    const honest = readFileSync(place, 'utf8');
    const stranger = await keysOf(seedOf(99), 'x25519');
    writeFileSync(place, honest.replace(/age1[a-z0-9]+/, stranger.recipient));
    expect((await sample.portal.fetch(new Request(`${ORIGIN}/portal/api/manifest`))).status).toBe(403);
    const own = signManifest(await sampleManifest('x25519', 2), signerOf(seedOf(99)));
    writeFileSync(place, JSON.stringify(own));
    expect((await sample.portal.fetch(new Request(`${ORIGIN}/portal/api/manifest`))).status).toBe(403);
    writeFileSync(place, honest);
    const { manifest } = await sample.client.published(ROOT.key);
    await publish(sample.dir, signManifest({ ...manifest, serial: 2, slots: 5 }, ROOT), ROOT.key);
    expect((await sample.client.published(ROOT.key)).manifest.slots).toBe(5);
    writeFileSync(place, honest);
    expect((await sample.portal.fetch(new Request(`${ORIGIN}/portal/api/manifest`))).status).toBe(403);
    expect(
      await codeOf(publish(sample.dir, signManifest({ ...manifest, serial: 3 }, signerOf(seedOf(98))), ROOT.key)),
    ).toBe('not-trusted');
  });

  test('a client that knows the root key refuses a server that names another', async () => {
    sample = await samplePortal();
    expect(await codeOf(sample.client.published(signerOf(seedOf(98)).key))).toBe('manifest');
  });

  test('only who holds a key of the manifest can list messages', async () => {
    sample = await samplePortal();
    expect(await codeOf(sample.client.delivered(signerOf(seedOf(98))))).toBe('server');
    expect((await post('/portal/api/recipients/list', {})).status).toBe(403);
  });
});

test('answers say nothing of who asks and are kept by nobody', async () => {
  sample = await samplePortal();
  const page = await sample.portal.fetch(new Request(`${ORIGIN}/portal/`));
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(page.headers.get('integrity-policy')).toBe('blocked-destinations=(script)');
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect(page.headers.get('set-cookie')).toBeNull();
  const foreign = await post('/portal/api/conversation', { tag: 'a'.repeat(64) }, { 'Sec-Fetch-Site': 'cross-site' });
  expect(foreign.status).toBe(403);
  expect((await sample.portal.fetch(new Request('http://evil.example/portal/'))).status).toBe(421);
  const known = (await (await sample.portal.fetch(new Request(`${ORIGIN}/portal/.well-known`))).json()) as object;
  expect(known).toMatchObject({ bundle: expect.stringMatching(/^[0-9a-f]{64}$/), root: ROOT.key });
  expect(existsSync(join(sample.dir, 'reports/lock.db'))).toBe(true);
});
