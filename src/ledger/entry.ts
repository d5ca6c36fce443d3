/**
 * An entry of the ledger: one JSON object in its canonical form (RFC 8785), so that one act has one text and one hash.
 * What it says about people are opaque ids. Whatever may have to be deleted one day (a reason, a search text) is not in
 * it: the entry commits to it by a salted hash, and it lies in casework, where it can be deleted.
 */
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { sha256 } from './merkle.ts';
import { MOST_ENTRY_BYTES } from './tile.ts';

/** An opaque id or a short word: free text does not fit in. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9:._/@-]{0,127}$/;
const HEX = /^[0-9a-f]{64}$/;
/** At most so many things an entry names as acted on. */
export const MOST_ON = 100;
const word = z.string().regex(WORD);
const hex = z.string().regex(HEX);
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const id = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{20}$/);

/** A row of a declared table as it was left: its key and the salted hash of its columns; null where it was deleted. */
const ROW = z.strictObject({ hash: hex.nullable(), key: word, table: word });
export type RowState = z.output<typeof ROW>;

const ENTRY = z.strictObject({
  /** What was done, as a verb with its object: `account.create`, `lead.read`. */
  act: word,
  /** Who did it: an opaque id with its kind, `account:7F3K...`, `system:ingest`. */
  actor: word,
  /** When the entry was written, by the program's clock. */
  at: time,
  /** SHA-256 of a salt and the details: see `commitTo`. */
  commitment: hex.optional(),
  /** SHA-256 of what was acted on, where it is a document of ours: a report, a batch of events. */
  digest: hex.optional(),
  id,
  /** `intent`: it is about to be done; `outcome`: how an intent ended; `record`: an act without an outcome, such as reading. */
  kind: z.enum(['intent', 'outcome', 'record']),
  /** Of an outcome: the id of its intent. */
  of: id.optional(),
  /** What was acted on: opaque ids with their kind. */
  on: z.array(word).max(MOST_ON).optional(),
  result: z.enum(['done', 'failed', 'refused']).optional(),
  rows: z.array(ROW).max(300).optional(),
  v: z.literal(1),
});
export type Entry = z.output<typeof ENTRY>;
export type Result = NonNullable<Entry['result']>;

/** Anything that is the same before and after JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/**
 * The canonical text of a value (RFC 8785): names in order, no spaces. Numbers are whole, because others have more than
 * one spelling among programs. Throws `defect` for what has no such text.
 */
export function canonical(value: Json): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new Fault('defect', 'Only whole numbers have a place in the ledger.');
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = value as { readonly [name: string]: Json | undefined };
  const names = Object.keys(fields)
    .filter((name) => fields[name] !== undefined)
    .sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(fields[name]!)}`).join(',')}}`;
}

/** The bytes of an entry. Throws `invalid-input` naming the field that does not fit, `too-large` for more than 65,535 bytes. */
export function encodeEntry(entry: Entry): Buffer {
  const result = ENTRY.safeParse(entry);
  if (!result.success) {
    const field = result.error.issues[0]?.path.join('.') ?? '';
    throw new Fault('invalid-input', `The field ${field} does not fit into an entry of the ledger.`, { place: field });
  }
  const bytes = Buffer.from(canonical(entry));
  if (bytes.length > MOST_ENTRY_BYTES) throw new Fault('too-large', 'An entry of the ledger is too large.');
  return bytes;
}

/** The entry of these bytes; undefined unless they are one, in its canonical form. */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  try {
    const text = Buffer.from(bytes).toString('utf8');
    const value: unknown = JSON.parse(text);
    const result = ENTRY.safeParse(value);
    if (!result.success) return undefined;
    return Buffer.from(canonical(result.data)).equals(bytes) ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/** What an entry says of details that lie elsewhere. Without the salt (32 bytes) nobody can try out what they may be. */
export function commitTo(salt: Uint8Array, details: Json): string {
  return sha256(Buffer.concat([salt, Buffer.from(canonical(details))])).toString('hex');
}

/** Whether these details are those that were committed to. */
export function opens(commitment: string, salt: Uint8Array, details: Json): boolean {
  return timingSafeEqual(Buffer.from(commitment, 'hex'), Buffer.from(commitTo(salt, details), 'hex'));
}
