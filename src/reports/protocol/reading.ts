/** What a recipient can open of all that was delivered, put together into conversations; and a reporter's own. */
import type { ListedMessage, PortalClient, PublishedPortal } from './client.ts';
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
}

const ID_DIGITS = 12;

/**
 * All that these keys open. What they do not open is passed over without a word: it is cover, junk, or meant for
 * others, and which of them it is cannot be told.
 */
export async function readQueue(
  portal: PortalClient,
  published: PublishedPortal,
  keys: Keys,
  options: { signal: AbortSignal; onProgress?: (done: number, total: number) => void },
): Promise<Queue> {
  const delivered = await portal.delivered(keys.signer);
  const found: Found[] = [];
  const unsigned: Unsigned[] = [];
  for (const [index, { hash, day, size }] of delivered.entries()) {
    options.signal.throwIfAborted();
    options.onProgress?.(index, delivered.length);
    const opened = await openOrNothing(
      await portal.deliveredMessage(keys.signer, hash, letterSpan(size)),
      keys.identities,
    );
    if (opened?.letter !== undefined && opened.writer !== undefined) {
      found.push({ hash, day, letter: opened.letter, writer: opened.writer });
    } else if (opened !== undefined) unsigned.push({ id: hash.slice(0, ID_DIGITS), day, text: opened.text });
  }
  return { conversations: conversationsOf(found, published), unsigned };
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
  return rank(a) < rank(b) ? -1 : 1;
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
  return all;
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
): Promise<{ sealed: Sealed; tag: string }> {
  const own = conversation.entries.filter(({ writer }) => writer === conversation.reporter);
  // The latest: the suite may have changed, and with it the key to answer to.
  const first = own.at(-1)?.letter;
  if (first === undefined) throw new Refusal('damaged', 'The conversation has no first report.');
  // The key to answer to was chosen by a stranger: another kind of key would give the answer another size.
  if (!isRecipientOf(manifest.suite, first.reply_to)) throw new Refusal('damaged', 'This reporter cannot be answered.');
  const to = audience(conversation.entries, manifest);
  const readers = manifest.recipients.filter(({ id }) => to.includes(id)).map(({ age }) => age);
  const sealed = await seal({
    letter: {
      ...{ v: 1, kind, door: first.door, language: first.language, manifest: hash, tag: first.tag },
      ...{ reply_to: first.reply_to, to, text },
    },
    signer: keys.signer,
    recipients: [first.reply_to, ...readers],
    ...{ suite: manifest.suite, slots: manifest.slots },
  });
  return { sealed, tag: first.tag };
}
