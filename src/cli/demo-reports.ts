/**
 * The demo's portal: keys, a signed manifest, and three made-up reports of the last days. Its keys lie beside its data,
 * under the demo's password, so that a newcomer can read as a recipient; a real portal's keys are never on its server.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import {
  clocks,
  isPublished,
  type Keys,
  keysOf,
  type Letter,
  newEntropy,
  openPortal,
  ownEntries,
  type Portal,
  PortalClient,
  type PublishedPortal,
  promiseHashes,
  publish,
  readKeyFile,
  readPromise,
  Sending,
  type Suite,
  seal,
  sealAnswer,
  signManifest,
  wordsOf,
} from '../reports/reports.ts';
import { makeKeyFile } from './key-file.ts';

const RECIPIENTS = [
  { id: 'ombudsperson', en: 'The ombudsperson', 'zh-CN': '监察员' },
  { id: 'security', en: 'The head of security', 'zh-CN': '安全负责人' },
] as const;
const SUITE: Suite = 'hybrid';

export interface DemoReports {
  /** The key file to read them with, and the words of a reporter to come back with. */
  readonly key: string;
  readonly words: string;
}

/** Makes them once; undefined where somebody has set up a portal of his own here. `now` is when. */
export async function makeDemoReports(dir: string, passphrase: string, now: Clock): Promise<DemoReports | undefined> {
  const folder = join(dir, 'demo-reports');
  const made = { key: join(folder, 'ombudsperson.key'), words: join(folder, 'reporter-words.txt') };
  if (existsSync(made.words)) return made;
  if (!existsSync(folder) && (await isPublished(dir))) return undefined;
  // What was only begun is begun anew: keys without their manifest are worth nothing.
  for (const name of ['demo-reports', 'portal', 'reports']) rmSync(join(dir, name), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = (name: string) => join(folder, `${name}.key`);
  const root = await makeKeyFile(key('root'), { kind: 'root', suite: SUITE, passphrase });
  const recipients = [];
  for (const { id, ...name } of RECIPIENTS) {
    const { recipient, signer } = await makeKeyFile(key(id), { kind: 'recipient', suite: SUITE, passphrase });
    recipients.push({ id, name, age: recipient, key: signer.key });
  }
  const issued = dayBefore(now, 30).toISOString().slice(0, 10);
  const manifest = {
    ...{ v: 1 as const, organisation: 'Example Works', serial: 1, issued, suite: SUITE, slots: 8, keep_days: 730 },
    ...{ acknowledge_days: 7, feedback_months: 3, promise: promiseHashes(await readPromise()), recipients },
  } as const;
  await publish(dir, signManifest(manifest, root.signer), root.signer.key);
  const reader = await readKeyFile(readFileSync(made.key, 'utf8'), 'recipient', passphrase);
  const words = await writeReports(dir, now, reader);
  writeFileSync(made.words, `${words.join(' ')}\n`, { mode: 0o600 });
  return made;
}

const dayBefore = (now: Clock, days: number): Date => new Date(now().getTime() - days * 86_400_000);

/** Three reports, each delivered on its day: one acknowledged, one that waits, one that leaves the head of security out. */
async function writeReports(dir: string, now: Clock, reader: Keys): Promise<readonly string[]> {
  const [first, second, third] = [newEntropy(), newEntropy(), newEntropy()];
  await onDay(dir, now, 9, async (client, published) => {
    const note = new Blob(['Tuesday and Thursday, a quarter past seven in the evening, by the rear stairs.\n']);
    await report(client, published, first, { door: 'seen', text: CARRIED, attachment: note, to: both });
  });
  await onDay(dir, now, 8, async (client, published) => {
    const keys = await keysOf(first, SUITE);
    const entries = await ownEntries(client, published, keys);
    const conversation = { id: '', reporter: keys.signer.key, entries, clocks: clocks(entries, published.manifest) };
    const { sealed, tag } = await sealAnswer(published, reader, {
      conversation,
      kind: 'acknowledgement',
      text: THANKS,
    });
    await new Sending(client, sealed, tag).run();
  });
  await onDay(dir, now, 5, (client, published) =>
    report(client, published, second, { door: 'self', text: APPROACHED, to: both }),
  );
  await onDay(dir, now, 2, (client, published) =>
    report(client, published, third, { door: 'seen', text: ABOUT_A_READER, to: ['ombudsperson'] }),
  );
  return wordsOf(first, 'en');
}

const both = RECIPIENTS.map(({ id }) => id);

/** Opens the portal as it would have been so many days ago, lets somebody write, and delivers. */
async function onDay(
  dir: string,
  now: Clock,
  daysAgo: number,
  work: (client: PortalClient, published: PublishedPortal) => Promise<void>,
): Promise<void> {
  const clock = () => dayBefore(now, daysAgo);
  const portal: Portal = await openPortal({ dir, clock, log: silentLog, host: '127.0.0.1', cover: 1 });
  try {
    const client = new PortalClient('http://127.0.0.1', async (input, init) => {
      return await portal.fetch(new Request(input as string, init));
    });
    await work(client, await client.published());
    await portal.round();
  } finally {
    await portal.close();
  }
}

interface DemoReport {
  readonly door: Letter['door'];
  readonly text: string;
  readonly attachment?: Blob;
  readonly to: string[];
}

async function report(
  client: PortalClient,
  { manifest, hash }: PublishedPortal,
  entropy: Uint8Array,
  { door, text, attachment, to }: DemoReport,
): Promise<void> {
  const keys = await keysOf(entropy, SUITE);
  const readers = manifest.recipients.filter(({ id }) => to.includes(id)).map(({ age }) => age);
  const sealed = await seal({
    letter: {
      ...{ v: 1, kind: 'report', door, language: 'en', manifest: hash, tag: keys.tag },
      ...{ reply_to: keys.recipient, to, text },
    },
    attachments: attachment === undefined ? [] : [fileOf('times.txt', attachment)],
    signer: keys.signer,
    recipients: [keys.recipient, ...readers],
    ...{ suite: SUITE, slots: manifest.slots },
  });
  await new Sending(client, sealed, keys.tag).run();
}

const fileOf = (name: string, blob: Blob) => ({
  ...{ name, size: blob.size },
  stream: () => blob.stream() as ReadableStream<Uint8Array>,
});

const MADE_UP = 'This is made up, like everything in this demo.';
const CARRIED = `${MADE_UP}

Twice last week I saw a folder with drawings of the new press leave the archive under a coat. \
I do not know whether there was permission. I would rather ask here than guess aloud.`;
const THANKS = 'Thank you. We have received your report and will look into how drawings leave the archive.';
const APPROACHED = `${MADE_UP}

Somebody I met at a trade fair pays me for short market notes. Last time he asked for a price list that is not public. \
I have not given it to him. I have kept two payments and do not know how to get out of this.`;
const ABOUT_A_READER = `${MADE_UP}

The list of who may open the vault was changed on a day when nobody was supposed to have access to it. \
I have left the head of security out of this, because the change was made under that account.`;
