/**
 * The append-only log on the disk. One writer, many readers: what the checkpoint covers never changes.
 *
 * Adding goes in three steps, each durable before the next: the new tiles and bundles, which nobody looks at yet; the
 * signed checkpoint, which covers them; and only then is the caller told. Whoever waits while a step is under way is
 * taken along in the next. After any error the log is read anew from the disk before anything else is written, so that
 * only what is really there is ever built on, and only that is ever signed.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { replaceFile, writeFiles } from './disk.ts';
import { type Edge, EMPTY_EDGE, edgeRoot, extend } from './edge.ts';
import { leafHash } from './merkle.ts';
import { NoteError, parseNote, type SignerKey, signNote, verifiedBy } from './note.ts';
import { parseTilePath, splitEntries, TILE_WIDTH, tilePath, tileWidth } from './tile.ts';
import { readIfThere, TileError, Tiles } from './tiles.ts';

/** At most so many entries are made durable together. */
export const MOST_TOGETHER = 2048;

interface Waiting {
  readonly entries: readonly Uint8Array[];
  resolve(index: number): void;
  reject(error: unknown): void;
}

interface State {
  readonly edge: Edge;
  /** The signed checkpoint of this edge. */
  readonly note: string;
}

export class Log {
  readonly folder: string;
  readonly #key: SignerKey;
  #state: State;
  #isSound = true;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  private constructor(folder: string, key: SignerKey, state: State) {
    this.folder = folder;
    this.#key = key;
    this.#state = state;
  }

  /** Opens the log in `folder`, which has a checkpoint signed by `key`. Throws `ledger-damaged`, `ledger-unavailable`. */
  static async open(folder: string, key: SignerKey): Promise<Log> {
    return new Log(folder, key, await recover(folder, key, 0));
  }

  get size(): number {
    return this.#state.edge.size;
  }

  /** The latest signed checkpoint, a note. */
  get checkpoint(): string {
    return this.#state.note;
  }

  /** What the log holds now, for reading. */
  tiles(): Tiles {
    return new Tiles(this.folder, this.size);
  }

  /**
   * Adds entries side by side, all or none, and gives the index of the first when they are durable and covered by a
   * checkpoint. Throws `ledger-unavailable` if they could not be made durable: then they may or may not be in the log,
   * and what they announce must not be done.
   */
  append(entries: readonly Uint8Array[]): Promise<number> {
    if (this.#isClosed) return Promise.reject(unavailable('The ledger is closed.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Makes sure what is in the log, after an append of which nobody knew whether it had reached the disk. */
  async sound(): Promise<void> {
    await this.append([]);
  }

  /** The same for any number of entries: in order, at most so many together as the log takes. */
  async appendAll(entries: readonly Uint8Array[]): Promise<void> {
    for (let at = 0; at < entries.length; at += MOST_TOGETHER) await this.append(entries.slice(at, at + MOST_TOGETHER));
  }

  /** Lets what is under way come to its end; takes nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whoever asks in the same turn of the event loop shares the first write too.
    await null;
    while (this.#waiting.length > 0) {
      const together = this.#take();
      try {
        let index = await this.#commit(together.flatMap(({ entries }) => entries));
        for (const { entries, resolve } of together) {
          resolve(index);
          index += entries.length;
        }
      } catch (error) {
        const fault = error instanceof Fault ? error : unavailable('The ledger could not be written.', error);
        for (const { reject } of together) reject(fault);
      }
    }
    this.#running = undefined;
  }

  #take(): Waiting[] {
    let count = 0;
    const end = this.#waiting.findIndex(({ entries }) => {
      count += entries.length;
      return count > MOST_TOGETHER;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : Math.max(1, end));
  }

  async #commit(entries: readonly Uint8Array[]): Promise<number> {
    if (!this.#isSound) this.#state = await recover(this.folder, this.#key, this.size);
    this.#isSound = entries.length === 0;
    const before = this.#state.edge;
    if (this.#isSound) return before.size;
    const { edge, files } = extend(before, entries);
    await writeFiles(this.folder, files);
    const note = signedCheckpoint(edge, this.#key);
    await replaceFile(join(this.folder, 'checkpoint'), Buffer.from(note));
    this.#state = { edge, note };
    this.#isSound = true;
    await removeOutgrown(this.folder, before, edge);
    return before.size;
  }
}

function unavailable(message: string, cause?: unknown): Fault {
  return new Fault('ledger-unavailable', message, cause === undefined ? {} : { cause });
}

function damaged(folder: string, why: string): Fault {
  return new Fault('ledger-damaged', `The ledger in ${folder} is not as it was left: ${why}.`, { place: folder });
}

function signedCheckpoint(edge: Edge, key: SignerKey): string {
  return signNote(formatCheckpoint({ origin: key.name, size: edge.size, root: edgeRoot(edge) }), key);
}

/** Begins a log in an empty folder: nothing in it, and a checkpoint that says so. */
export async function beginLog(folder: string, key: SignerKey): Promise<void> {
  await writeFiles(folder, [{ path: 'checkpoint', bytes: Buffer.from(signedCheckpoint(EMPTY_EDGE, key)) }]);
}

/**
 * The state on the disk, made sure: what the checkpoint covers must be there; what lies beyond it was being written
 * when the program or the disk stopped, was never acknowledged, and goes. The checkpoint is written again, because one
 * that was put in place without reaching the disk could be gone after a power cut, and another signed in its place.
 */
async function recover(folder: string, key: SignerKey, least: number): Promise<State> {
  try {
    const state = await readState(folder, key);
    if (state.edge.size < least) throw damaged(folder, `it holds ${state.edge.size} entries, and held ${least}`);
    await removeBeyond(folder, state.edge.size);
    await replaceFile(join(folder, 'checkpoint'), Buffer.from(state.note));
    return state;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unavailable('The ledger could not be read back.', error);
  }
}

async function readState(folder: string, key: SignerKey): Promise<State> {
  const bytes = await readIfThere(join(folder, 'checkpoint'));
  if (bytes === undefined) throw damaged(folder, 'its checkpoint is missing');
  try {
    const note = parseNote(bytes);
    const { origin, size, root } = parseCheckpoint(note.text);
    if (origin !== key.name || verifiedBy(note, [key]).length === 0)
      throw new NoteError('it is not signed by this key');
    const edge = await new Tiles(folder, size).edge();
    const leaves = edge.bundle.map((framed) => leafHash(splitEntries(framed).entries[0]!));
    if (!edgeRoot(edge).equals(root)) throw damaged(folder, 'its tiles do not match the checkpoint');
    if (leaves.some((leaf, at) => !leaf.equals(edge.levels[0]!.hashes[at]!))) {
      throw damaged(
        folder,
        `${tilePath({ level: 'entries', number: Math.floor(size / TILE_WIDTH), width: leaves.length })} was changed`,
      );
    }
    return { edge, note: bytes.toString('utf8') };
  } catch (error) {
    if (error instanceof NoteError) throw damaged(folder, `of the checkpoint, ${error.message}`);
    if (error instanceof TileError) throw damaged(folder, `${error.path} ${error.message}`);
    throw error;
  }
}

/** Removes what an interrupted write left behind. More than one write can leave is no accident and stays for whoever looks into it. */
async function removeBeyond(folder: string, size: number): Promise<void> {
  const beyond = (await tileFiles(folder)).filter((path) => {
    const tile = parseTilePath(path);
    return tile !== undefined && tile.width > tileWidth(tile.level, tile.number, size);
  });
  const bundles = new Set(
    beyond
      .map(parseTilePath)
      .filter((tile) => tile?.level === 'entries')
      .map((tile) => tile!.number),
  );
  if (bundles.size > MOST_TOGETHER / TILE_WIDTH + 1)
    throw damaged(folder, 'it holds many entries that its checkpoint does not cover');
  for (const path of beyond) await rm(join(folder, path), { force: true });
}

/** All files below `tile/`, as paths from the folder. */
export async function tileFiles(folder: string): Promise<string[]> {
  const found = await readdir(join(folder, 'tile'), { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const cut = folder.length + 1;
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(cut))
    .sort();
}

/** Removes the narrower files of tiles that have become full. Nothing depends on it, so no error matters. */
async function removeOutgrown(folder: string, before: Edge, after: Edge): Promise<void> {
  const full = after.levels.flatMap((level, at) => {
    const old = before.levels[at];
    return old !== undefined && old.hashes.length > 0 && level.full > old.full ? [{ level: at, number: old.full }] : [];
  });
  const tiles = full.flatMap(({ level, number }) =>
    level === 0
      ? [
          { level, number },
          { level: 'entries' as const, number },
        ]
      : [{ level, number }],
  );
  for (const tile of tiles) {
    await rm(join(folder, `${tilePath({ ...tile, width: TILE_WIDTH })}.p`), { recursive: true, force: true }).catch(
      () => {},
    );
  }
}
