/**
 * A witness (C2SP tlog-witness): remembers the latest checkpoint of each log it knows, and cosigns a newer one only if
 * that continues it. It trusts the log for nothing, and keeps its memory durable, so that it cannot be made to forget.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { type Checkpoint, parseCheckpoint, parseHash, parseSize } from './checkpoint.ts';
import { replaceFile } from './disk.ts';
import { readSignerKey } from './keys.ts';
import { EMPTY_ROOT, sha256, verifyConsistency } from './merkle.ts';
import {
  cosign,
  formatSignerKey,
  generateKey,
  type Note,
  NoteError,
  parseNote,
  type SignerKey,
  type VerifierKey,
  verifiedBy,
} from './note.ts';
import { readIfThere } from './tiles.ts';

/** What a witness answers: a status of HTTP, and a body. */
export interface Answer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly body: string;
  readonly type: string;
}

interface Request {
  readonly old: number;
  readonly proof: readonly Buffer[];
  readonly note: Note;
  readonly checkpoint: Checkpoint;
}

const MOST_HASHES = 63;
const PLAIN = 'text/plain; charset=utf-8';

/** The witness in a directory whose lock the caller holds; at the first start its key is made. Throws `ledger-damaged`. */
export async function openWitness(
  dir: string,
  { logs, name, clock }: { logs: readonly VerifierKey[]; name: string; clock: Clock },
): Promise<{ witness: Witness; key: SignerKey }> {
  const [place, folder] = [join(dir, 'witness.key'), join(dir, 'logs')];
  try {
    if (!existsSync(place)) {
      // A memory without its key: it would go on under another name, and nobody would know it.
      if (existsSync(folder)) throw new NoteError('it is missing');
      await replaceFile(place, Buffer.from(`${formatSignerKey(generateKey(name, 'cosignature'))}\n`));
    }
    const key = readSignerKey(place);
    return { witness: new Witness(folder, key, logs, clock), key };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new Fault('ledger-damaged', `The key of the witness cannot be used: ${error.message}.`, { place });
  }
}

export class Witness {
  readonly #folder: string;
  readonly #key: SignerKey;
  readonly #logs: readonly VerifierKey[];
  readonly #clock: Clock;
  /** One at a time for each log: looking at the state and replacing it must not be torn apart. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /** `folder` holds the memory, one file for each log; nobody else may write there. */
  constructor(folder: string, key: SignerKey, logs: readonly VerifierKey[], clock: Clock) {
    this.#folder = folder;
    this.#key = key;
    this.#logs = logs;
    this.#clock = clock;
  }

  /** The call add-checkpoint. Throws the system's error if its memory cannot be written; nothing is cosigned then. */
  async addCheckpoint(body: Uint8Array): Promise<Answer> {
    let request: Request;
    try {
      request = parseRequest(body);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      return answer(400, error.message);
    }
    const { origin } = request.checkpoint;
    const before = this.#turns.get(origin) ?? Promise.resolve();
    const turn = before.then(() => this.#judge(request));
    this.#turns.set(
      origin,
      turn.catch(() => {}),
    );
    return await turn;
  }

  /** The latest checkpoint that was cosigned for the log whose name has this SHA-256; undefined if there is none. */
  async latest(originHash: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/.test(originHash)) return undefined;
    return (await readIfThere(this.#place(originHash)))?.toString('utf8');
  }

  #place(originHash: string): string {
    return join(this.#folder, originHash, 'checkpoint');
  }

  async #judge({ old, proof, note, checkpoint }: Request): Promise<Answer> {
    const { origin, size, root } = checkpoint;
    const keys = this.#logs.filter(({ name }) => name === origin);
    if (keys.length === 0) return answer(404, 'This log is not known here.');
    const signed = signaturesBy(note, keys);
    if (signed === undefined) return answer(403, 'The checkpoint is not signed by the key of the log.');
    if (old > size) return answer(400, 'The old size is larger than the new one.');
    const originHash = sha256(Buffer.from(origin)).toString('hex');
    const known = await this.#known(originHash);
    if (old !== known.size) return { status: 409, body: `${known.size}\n`, type: 'text/x.tlog.size' };
    if (size === 0 && !root.equals(EMPTY_ROOT)) return answer(422, 'The empty log has another root.');
    const continues = verifyConsistency(proof, { from: old, size, old: known.root, root });
    if (!continues) return answer(422, 'The checkpoint does not continue the one that was cosigned last.');
    const line = cosign(note.text, this.#key, Math.floor(this.#clock().getTime() / 1000));
    await mkdir(join(this.#folder, originHash), { recursive: true, mode: 0o700 });
    await replaceFile(this.#place(originHash), Buffer.from(`${note.text}\n${signed}${line}`));
    return { status: 200, body: line, type: PLAIN };
  }

  /** What it cosigned last. A memory that cannot be read is an error and never the beginning of another one. */
  async #known(originHash: string): Promise<{ size: number; root: Buffer }> {
    const bytes = await readIfThere(this.#place(originHash));
    if (bytes === undefined) return { size: 0, root: EMPTY_ROOT };
    const note = parseNote(bytes);
    if (verifiedBy(note, [this.#key]).length === 0) throw new NoteError('the memory of the witness was changed');
    return parseCheckpoint(note.text);
  }
}

function answer(status: Answer['status'], message: string): Answer {
  return { status, body: `${message}\n`, type: PLAIN };
}

/** The signature lines by the log's keys; undefined if there is none, or one that claims to be and is not. */
function signaturesBy(note: Note, keys: readonly VerifierKey[]): string | undefined {
  try {
    const lines = verifiedBy(note, keys).map(({ line }) => line);
    return lines.length === 0 ? undefined : lines.join('');
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}

function parseRequest(body: Uint8Array): Request {
  const text = Buffer.from(body).toString('utf8');
  const end = text.indexOf('\n\n');
  const [old = '', ...hashes] = text.slice(0, Math.max(0, end)).split('\n');
  if (!old.startsWith('old ')) throw new NoteError('it does not begin with the old size');
  if (hashes.length > MOST_HASHES) throw new NoteError('it has too many hashes');
  const note = parseNote(body.subarray(Buffer.byteLength(text.slice(0, end + 2))));
  return { old: parseSize(old.slice(4)), proof: hashes.map(parseHash), note, checkpoint: parseCheckpoint(note.text) };
}

/** The body of the call add-checkpoint. */
export function formatRequest(old: number, proof: readonly Buffer[], checkpoint: string): string {
  return `old ${old}\n${proof.map((hash) => `${hash.toString('base64')}\n`).join('')}\n${checkpoint}`;
}
