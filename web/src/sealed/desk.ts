/**
 * A recipient's desk: the key once it is open, and what it opened. All of it lives in the memory of this page and nowhere
 * else - no query cache, no address, no title - and goes when the desk is locked: by its owner, by signing out, when the
 * session ends, and after a quarter of an hour without a hand on it.
 */
import { useSyncExternalStore } from 'react';
import {
  type Conversation,
  clocks,
  type Found,
  type Keys,
  type Letter,
  Mail,
  type PortalClient,
  type PublishedPortal,
  type Queue,
  Refusal,
  readFiles,
  Sending,
  sealAnswer,
} from '../../../src/reports/protocol/protocol.ts';
import { Problem } from '../api.ts';
import { noteSessionEnd, whenForgotten } from '../client.ts';
import { forgetPass, openDoor, problemOf } from './door.ts';

interface Open {
  readonly portal: PortalClient;
  readonly published: PublishedPortal;
  readonly keys: Keys;
  readonly mail: Mail;
}

export interface Desk {
  readonly open: Open | undefined;
  readonly queue: Queue;
  /** So many of so many messages have been tried; undefined when nothing is under way. */
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  readonly problem: Problem | undefined;
  /** The conversation that is shown, by its reporter's key. */
  readonly chosen: string | undefined;
  /** What was sent from here and comes back with the next delivery, by the reporter's key. */
  readonly sent: ReadonlyMap<string, readonly Found[]>;
}

const NOTHING: Queue = { conversations: [], unsigned: [], broken: 0 };
const LOCKED: Desk = {
  ...{ open: undefined, queue: NOTHING, progress: undefined, problem: undefined },
  chosen: undefined,
  sent: new Map(),
};
const IDLE_MILLISECONDS = 15 * 60_000;

let desk: Desk = LOCKED;
let stop = new AbortController();
let idle: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(change: Partial<Desk>): void {
  desk = { ...desk, ...change };
  for (const listener of listeners) listener();
}

export const useDesk = (): Desk =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => desk,
  );

/** Forgets the key and all that it opened. */
export function lock(): void {
  stop.abort();
  clearTimeout(idle);
  forgetPass();
  set(LOCKED);
}
whenForgotten(lock);

function watchHands(): void {
  const wake = (): void => {
    clearTimeout(idle);
    if (desk.open !== undefined) idle = setTimeout(lock, IDLE_MILLISECONDS);
  };
  for (const kind of ['pointerdown', 'keydown', 'wheel']) addEventListener(kind, wake, { passive: true });
  wake();
}

/** The conversations with what was sent from here, and whose clocks that stops. */
export function conversationsIn({ open, queue, sent }: Desk): Conversation[] {
  return queue.conversations.map((one) => {
    const entries = [...one.entries, ...(sent.get(one.reporter) ?? [])];
    return open === undefined ? one : { ...one, entries, clocks: clocks(entries, open.published.manifest) };
  });
}

/**
 * Opens the desk with the keys that `getKeys` gives, which is told the portal's root key. Throws a Problem, such as
 * `sealed-passphrase`, or `sealed-stranger` for a key that the manifest in force does not name. `keep` is called once the
 * key has proved to be one.
 */
export async function openDesk(
  getKeys: (root: string) => Promise<Keys>,
  keep: (root: string) => Promise<void> = async () => {},
): Promise<void> {
  try {
    const portal = openDoor();
    const published = await portal.published();
    const keys = await getKeys(published.root);
    if (!published.manifest.recipients.some(({ key }) => key === keys.signer.key)) {
      throw new Problem(0, 'sealed-stranger', 'The manifest in force does not name this key.', '');
    }
    await keep(published.root);
    stop = new AbortController();
    set({ ...LOCKED, open: { portal, published, keys, mail: new Mail(portal, published, keys) } });
    watchHands();
  } catch (error) {
    throw ended(problemOf(error));
  }
  await refresh();
}

/** Fetches what is new. What goes wrong stands in `problem`, beside what was opened before. */
export async function refresh(): Promise<void> {
  const { open, progress } = desk;
  if (open === undefined || progress !== undefined) return;
  const { signal } = stop;
  set({ progress: { done: 0, total: 0 }, problem: undefined });
  let shown = Date.now();
  try {
    const queue = await open.mail.fetch({
      signal,
      onProgress(done, total, mail) {
        if (signal.aborted || Date.now() - shown < 400) return;
        shown = Date.now();
        set({ progress: { done, total }, queue: mail.queue() });
      },
    });
    if (!signal.aborted) set({ queue, progress: undefined, sent: stillUnderWay(queue) });
  } catch (error) {
    if (signal.aborted) return;
    set({ progress: undefined, queue: open.mail.queue(), problem: ended(problemOf(error)) });
  }
}

/** What was sent from here is shown from memory until it has been delivered. */
function stillUnderWay(queue: Queue): Desk['sent'] {
  const delivered = new Set(queue.conversations.flatMap(({ entries }) => entries.map(({ hash }) => hash)));
  return new Map([...desk.sent].map(([id, found]) => [id, found.filter(({ hash }) => !delivered.has(hash))]));
}

function ended(problem: Problem): Problem {
  if (problem.status === 401) noteSessionEnd();
  return problem;
}

export const choose = (reporter: string | undefined): void => set({ chosen: reporter });

/** Seals an answer here and sends it. Throws a Problem; then nothing has been sent. */
export async function answer(conversation: Conversation, kind: Letter['kind'], text: string): Promise<void> {
  const { open } = desk;
  if (open === undefined) return;
  const { portal, published, keys } = open;
  try {
    const { sealed, tag, letter } = await sealAnswer(published, keys, { conversation, kind, text });
    const { hash, day } = await new Sending(portal, sealed, tag).run({ signal: stop.signal });
    if (desk.open !== open) return;
    const own = { hash, day, writer: keys.signer.key, letter: { ...letter, files: [] } };
    set({
      sent: new Map([...desk.sent, [conversation.reporter, [...(desk.sent.get(conversation.reporter) ?? []), own]]]),
    });
  } catch (error) {
    throw ended(problemOf(error));
  }
}

/** An attachment, whole and checked against what its writer signed. Throws a Problem. */
export async function attachmentOf(hash: string, index: number): Promise<Uint8Array<ArrayBuffer>> {
  const { open } = desk;
  try {
    const file = open && (await readFiles(open.portal, open.keys, hash))[index];
    if (file === undefined) throw new Refusal('damaged', 'The message has no such attachment.');
    return new Uint8Array(file.bytes);
  } catch (error) {
    throw ended(problemOf(error));
  }
}
