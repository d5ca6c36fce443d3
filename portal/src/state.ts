import type {
  Entry,
  Keys,
  Language,
  ListedMessage,
  PublishedPortal,
  Queue,
  Sending,
} from '../../src/reports/protocol/protocol.ts';

export const STEPS = [
  'start',
  'before',
  'text',
  'name',
  'files',
  'exclude',
  'check',
  'words',
  'sending',
  'done',
  'return',
  'conversation',
  'sealed',
  'reader',
  'queue',
  'reading',
  'answered',
  'closed',
] as const;
export type Step = (typeof STEPS)[number];

/** What somebody is writing. It lives in the memory of this page and nowhere else. */
export interface Draft {
  door: 'seen' | 'self';
  text: string;
  /** undefined until it was answered; empty for anonymous. */
  name: string | undefined;
  files: File[];
  exclude: Set<string>;
}

export interface OwnMessage {
  readonly listed: ListedMessage;
  readonly entry: Entry | undefined;
}

/** A conversation that was come back to. */
export interface Opened {
  readonly keys: Keys;
  readonly messages: readonly OwnMessage[];
}

export interface State {
  language: Language;
  published: PublishedPortal | undefined;
  draft: Draft;
  /** The bytes behind the twelve words, from the moment they are shown. */
  entropy: Uint8Array | undefined;
  opened: Opened | undefined;
  /** A recipient who reads here; `id` is the conversation that is open. */
  reader: { readonly keys: Keys; readonly queue: Queue; id: string | undefined } | undefined;
  sending: Sending | undefined;
  /** Hash of what was sent; there is no way back to sending it again. */
  sent: { hash: string; day: string } | undefined;
  /** Whether the last two words have been typed. */
  kept: boolean;
}

export const emptyDraft = (door: Draft['door'] = 'seen'): Draft => ({
  ...{ door, text: '', name: undefined, files: [], exclude: new Set() },
});
