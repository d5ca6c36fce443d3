/** What a recipient can open of all that was delivered, put together into conversations; and a reporter's own. */
import type { DeliveredMessage, ListedMessage, PortalClient, PublishedPortal } from './client.ts';
import { audience, authentic, type Clocks, clocks, type Entry } from './conversation.ts';
import { isRecipientOf, type Keys } from './keys.ts';
import type { Letter } from './letter.ts';
import { Refusal } from './refusal.ts';
import { open, openLetter, type Sealed, seal } from './seal.ts';
import { letterSpan } from './sizes.ts';

export interface Found extends Entry {
  /** SHA-256 of the sealed message. */
  readonly hash: string;
}

export interface Conversation {
  /** The first digits of the reporter's key: short enough to type. */
  readonly id: string;
  readonly reporter: string;
  readonly entries: readonly Found[];
  readonly clocks: Clocks;
}

/** A message without a signature, from somebody who used plain `age`. No answer can reach him. */
export interface Unsigned {
  readonly id: string;
  readonly day: string;
  readonly text: string;
}

export interface Queue {
  readonly conversations: readonly Conversation[];
  readonly unsigned: readonly Unsigned[];
  /** Messages that are damaged, or no sealed messages at all: junk. The same number for every recipient. */
  readonly broken: number;
}

const ID_DIGITS = 12;

/** How many messages are asked for at once, and for how long pages are held up by opening them, in milliseconds. */
const BATCH = 32;
const BREATH = 40;

type Opened = Found | Unsigned | 'broken' | 'not-for-us';

/**
 * A recipient's mail: all that was delivered, as far as these keys open it. Whatever it is, each message is fetched and
 * tried alike: neither the server, nor who watches the traffic, nor the reader's own list shows which ones open. It stays
 * in memory, so that `fetch` opens only what is new.
 */
export class Mail {
  readonly #portal: PortalClient;
  readonly #published: PublishedPortal;
  readonly #keys: Keys;
  readonly #opened = new Map<string, Opened>();

  constructor(portal: PortalClient, published: PublishedPortal, keys: Keys) {
    this.#portal = portal;
    this.#published = published;
    this.#keys = keys;
  }

  /**
   * All there is now, the oldest day first: what is due soonest is open before today's flood. Interrupted, it goes on
   * where it stopped when it is called again.
   */
  async fetch({ signal, onProgress }: FetchOptions): Promise<Queue> {
    const delivered = await this.#portal.delivered(this.#keys.signer);
    const there = new Set(delivered.map(({ hash }) => hash));
    for (const hash of this.#opened.keys()) if (!there.has(hash)) this.#opened.delete(hash);
    const wanted = delivered.filter(({ hash }) => !this.#opened.has(hash));
    let breathed = Date.now();
    let next = this.#starts(wanted.slice(0, BATCH));
    for (let at = 0; at < wanted.length; at += BATCH) {
      const starts = await next;
      // The next ones are on their way while these are opened. Whether they arrive is asked when their turn comes.
      next = this.#starts(wanted.slice(at + BATCH, at + 2 * BATCH));
      next.catch(() => {});
      for (const [index, message] of wanted.slice(at, at + BATCH).entries()) {
        signal.throwIfAborted();
        onProgress?.(at + index, wanted.length, this);
        const start = starts[index];
        if (start !== undefined) this.#opened.set(message.hash, await opened(message, start, this.#keys.identities));
        if (Date.now() - breathed < BREATH) continue;
        await new Promise((resolve) => setTimeout(resolve, 0));
        breathed = Date.now();
      }
    }
    return this.queue();
  }

  /** What has been opened so far. */
  queue(): Queue {
    const all = [...this.#opened.values()];
    const letters = all.filter((one): one is Found => typeof one !== 'string' && 'letter' in one);
    return {
      conversations: conversationsOf(letters, this.#published),
      unsigned: all.filter((one): one is Unsigned => typeof one !== 'string' && !('letter' in one)),
      broken: all.filter((one) => one === 'broken').length,
    };
  }

  async #starts(messages: readonly DeliveredMessage[]): Promise<(Uint8Array | undefined)[]> {
    if (messages.length === 0) return [];
    const starts = messages.map(({ hash, size }) => ({ hash, to: letterSpan(size) }));
    return await this.#portal.deliveredStarts(this.#keys.signer, starts);
  }
}

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** `done` of `total` new messages have been tried. */
  readonly onProgress?: (done: number, total: number, mail: Mail) => void;
}

async function opened(message: DeliveredMessage, start: Uint8Array, identities: readonly string[]): Promise<Opened> {
  const { hash, day } = message;
  try {
    const { letter, writer, text } = await openLetter(start, identities);
    if (letter === undefined || writer === undefined) return { id: hash.slice(0, ID_DIGITS), day, text };
    return { hash, day, letter, writer };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code === 'not-for-us' ? 'not-for-us' : 'broken';
  }
}

/**
 * All that these keys open. What they do not open is passed over without a word: it is cover, junk, or meant for
 * others, and which of them it is cannot be told.
 */
export function readQueue(
  portal: PortalClient,
  published: PublishedPortal,
  keys: Keys,
  options: FetchOptions,
): Promise<Queue> {
  return new Mail(portal, published, keys).fetch(options);
}

/** Conversations begin with a first report; whatever else carries their tag counts only from those who may write there. */
export function conversationsOf(
  found: readonly Found[],
  { manifest, writers }: Pick<PublishedPortal, 'manifest' | 'writers'>,
): Conversation[] {
  const firsts = found.filter(({ letter }) => letter.kind === 'report');
  const reporters = new Map(firsts.map((first) => [first.writer, first.letter.tag]));
  return [...reporters].map(([reporter, tag]) => {
    const entries = authentic(
      found.filter(({ letter }) => letter.tag === tag),
      reporter,
      writers,
    ).sort(byDay);
    return { id: reporter.slice(0, ID_DIGITS), reporter, entries, clocks: clocks(entries, manifest) };
  });
}

const ORDER = ['report', 'more', 'acknowledgement', 'reply', 'feedback', 'recusal'];

function byDay(a: Found, b: Found): number {
  const rank = ({ day, letter }: Found): string => `${day} ${ORDER.indexOf(letter.kind)}`;
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0;
}

async function openOrNothing(bytes: Uint8Array, identities: readonly string[]) {
  try {
    return await openLetter(bytes, identities);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** A reporter's own conversation, with the state of each message. */
export async function ownMessages(
  portal: PortalClient,
  { writers }: PublishedPortal,
  keys: Keys,
): Promise<{ listed: ListedMessage; entry: Found | undefined }[]> {
  const listed = await portal.conversation(keys.tag);
  const all: { listed: ListedMessage; entry: Found | undefined }[] = [];
  for (const one of listed) {
    const opened =
      one.deleted === null
        ? await openOrNothing(await portal.message(keys.tag, one.hash, letterSpan(one.size)), keys.identities)
        : undefined;
    const { letter, writer } = opened ?? {};
    const entry = letter && writer ? { hash: one.hash, day: one.day, letter, writer } : undefined;
    const real = entry !== undefined && authentic([entry], keys.signer.key, writers).length > 0;
    all.push({ listed: one, entry: real ? entry : undefined });
  }
  // The server knows days alone: within one, a report stands before its answer.
  const rank = ({ listed, entry }: (typeof all)[number]): string =>
    `${listed.day} ${entry === undefined ? ORDER.length : ORDER.indexOf(entry.letter.kind)}`;
  return all.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}

export async function ownEntries(portal: PortalClient, published: PublishedPortal, keys: Keys): Promise<Found[]> {
  const all = await ownMessages(portal, published, keys);
  return all.flatMap(({ entry }) => entry ?? []);
}

/** The attachments of a message, whole and checked. */
export async function readFiles(portal: PortalClient, keys: Keys, hash: string) {
  return (await open(await portal.deliveredMessage(keys.signer, hash), keys.identities)).files;
}

/** A recipient's answer to a conversation, sealed to the reporter and to all who may still read it, himself included. */
export async function sealAnswer(
  { manifest, hash }: PublishedPortal,
  keys: Keys,
  { conversation, kind, text }: { conversation: Conversation; kind: Letter['kind']; text: string },
): Promise<{ sealed: Sealed; tag: string; letter: Omit<Letter, 'files'> }> {
  const own = conversation.entries.filter(({ writer }) => writer === conversation.reporter);
  // The latest: the suite may have changed, and with it the key to answer to.
  const first = own.at(-1)?.letter;
  if (first === undefined) throw new Refusal('damaged', 'The conversation has no first report.');
  // The key to answer to was chosen by a stranger: another kind of key would give the answer another size.
  if (!isRecipientOf(manifest.suite, first.reply_to)) throw new Refusal('damaged', 'This reporter cannot be answered.');
  const to = audience(conversation.entries, manifest);
  const readers = manifest.recipients.filter(({ id }) => to.includes(id)).map(({ age }) => age);
  const letter: Omit<Letter, 'files'> = {
    ...{ v: 1, kind, door: first.door, language: first.language, manifest: hash, tag: first.tag },
    ...{ reply_to: first.reply_to, to, text },
  };
  const sealed = await seal({
    letter,
    signer: keys.signer,
    recipients: [first.reply_to, ...readers],
    ...{ suite: manifest.suite, slots: manifest.slots },
  });
  return { sealed, tag: first.tag, letter };
}
