/** What an auditor reads: entries, newest first, and the proof that one is in the log. */
import { Fault } from '../base/fault.ts';
import type { Ledger } from './acts.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { decodeEntry, type Entry, type Json, opens } from './entry.ts';
import { inclusionProof, leafHash, verifyInclusion } from './merkle.ts';
import { parseNote } from './note.ts';
import { selectDetails } from './store.ts';
import { TILE_WIDTH } from './tile.ts';
import type { Tiles } from './tiles.ts';

export interface Filter {
  readonly actor?: string | undefined;
  readonly act?: string | undefined;
  /** One of the things acted on. */
  readonly on?: string | undefined;
  readonly kind?: Entry['kind'] | undefined;
  /** Times as in entries: from this one on, and before that one. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

export interface Listed extends Entry {
  readonly index: number;
  /** What it commits to, where that is still kept. */
  readonly details?: Json | undefined;
}

export interface Page {
  readonly entries: readonly Listed[];
  /** Give it as `before` to go on; null at the beginning of the log. A page can be short, and even empty, before that. */
  readonly next: number | null;
  /** How many entries there are. */
  readonly size: number;
}

/** So many bundles are looked through for one page, so that a rare filter does not hold up everybody else. */
const MOST_BUNDLES = 400;

/** Entries that fit the filter, the newest first, from before the index `before`. */
export async function listEntries(
  ledger: Ledger,
  filter: Filter,
  { before = Number.POSITIVE_INFINITY, limit = 100 }: { before?: number | undefined; limit?: number } = {},
): Promise<Page> {
  const tiles = ledger.log.tiles();
  const found: Listed[] = [];
  let end = Math.min(before, tiles.size);
  for (let bundles = 0; end > 0 && found.length < limit && bundles < MOST_BUNDLES; bundles++) {
    const number = Math.floor((end - 1) / TILE_WIDTH);
    const entries = await tiles.entries(number);
    while (end > number * TILE_WIDTH && found.length < limit) {
      end -= 1;
      const entry = decodeEntry(entries[end - number * TILE_WIDTH]!);
      if (entry !== undefined && fits(entry, filter)) found.push({ ...entry, index: end });
    }
  }
  return { entries: await withDetails(ledger, found), next: end > 0 ? end : null, size: tiles.size };
}

function fits(entry: Entry, { actor, act, on, kind, from, until }: Filter): boolean {
  return (
    (actor === undefined || entry.actor === actor) &&
    (act === undefined || entry.act === act) &&
    (kind === undefined || entry.kind === kind) &&
    (on === undefined || (entry.on?.includes(on) ?? false)) &&
    (from === undefined || entry.at >= from) &&
    (until === undefined || entry.at < until)
  );
}

/** Details that are not what the entry commits to are not shown: `countersign verify` names them. */
async function withDetails(ledger: Ledger, entries: readonly Listed[]): Promise<Listed[]> {
  const committed = entries.filter(({ commitment }) => commitment !== undefined).map(({ id }) => id);
  if (ledger.db === undefined || committed.length === 0) return [...entries];
  const kept = new Map((await selectDetails(ledger.db, committed)).map((one) => [one.entryId, one]));
  return entries.map((entry) => {
    const one = kept.get(entry.id);
    const isTrue = one !== undefined && opens(entry.commitment!, Buffer.from(one.salt, 'hex'), one.details);
    return isTrue ? { ...entry, details: one.details } : entry;
  });
}

export interface Proof {
  readonly index: number;
  /** The entry's own text. */
  readonly entry: string;
  /** A C2SP tlog-proof: index, hashes and signed checkpoint, with the entry as its extra data. */
  readonly proof: string;
  /** What the entry says, with its details where they are kept; null for bytes that are no entry. */
  readonly said: Listed | null;
  /** Of an intent its outcome, of an outcome its intent: where it stands, and how it ended. */
  readonly other: Listed | null;
}

/** The proof that the entry at `index` is in the log. Throws `not-found`. */
export async function proveEntry(ledger: Ledger, index: number): Promise<Proof> {
  const checkpoint = ledger.log.checkpoint;
  const { size } = parseCheckpoint(parseNote(Buffer.from(checkpoint)).text);
  if (index >= size) throw new Fault('not-found', `The ledger has ${size} entries.`, { place: String(index) });
  const tiles = ledger.log.tiles();
  const bytes = (await tiles.entries(Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH]!;
  const entry = decodeEntry(bytes);
  const [said = null] = entry === undefined ? [] : await withDetails(ledger, [{ ...entry, index }]);
  const other = said === null ? null : await otherHalf(tiles, said);
  return {
    index,
    entry: bytes.toString('utf8'),
    proof: await formatProof(tiles, index, bytes, checkpoint),
    said,
    other,
  };
}

/** An act rarely takes longer than so many bundles of entries: who looks further reads the ledger itself. */
const NEAR = 4;

async function otherHalf(tiles: Tiles, { index, id, kind, of }: Listed): Promise<Listed | null> {
  if (kind === 'record') return null;
  const own = Math.floor(index / TILE_WIDTH);
  const step = kind === 'intent' ? 1 : -1;
  for (let number = own; Math.abs(number - own) < NEAR && number >= 0; number += step) {
    if (number * TILE_WIDTH >= tiles.size) return null;
    const entries = (await tiles.entries(number)).map(decodeEntry);
    const at = entries.findIndex((one) =>
      kind === 'intent' ? one?.kind === 'outcome' && one.of === id : one?.id === of,
    );
    if (at >= 0) return { ...entries[at]!, index: number * TILE_WIDTH + at };
  }
  return null;
}

async function formatProof(tiles: Tiles, index: number, entry: Buffer, checkpoint: string): Promise<string> {
  const { size, root } = parseCheckpoint(parseNote(Buffer.from(checkpoint)).text);
  const proof = await inclusionProof(index, size, tiles.hash);
  // A tile that was changed under our feet gives a proof that proves nothing.
  if (!verifyInclusion(proof, { index, size, leaf: leafHash(entry), root })) {
    throw new Fault('ledger-damaged', `Entry ${index} is not what the checkpoint covers.`, { place: String(index) });
  }
  const hashes = proof.map((hash) => `${hash.toString('base64')}\n`).join('');
  return `${PROOF_HEAD}\nextra ${entry.toString('base64')}\nindex ${index}\n${hashes}\n${checkpoint}`;
}

export const PROOF_HEAD = 'c2sp.org/tlog-proof@v1';
