/**
 * The spool: a delivery is acknowledged when it is a file here that a power cut cannot take away, and its file goes when its
 * lines are durable in the store. Nothing else is kept: after a crash what lies here is loaded again, and lines that are
 * stored already are left out.
 */
import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { type Disk, disk, makeFolder } from './disk.ts';
import { type Delivery, deliveryId, type Entry, fileName, readFileName, SOURCE } from './entry.ts';

export interface SpoolOptions {
  /** How much may wait; then senders are told to come again. */
  mostBytes?: number;
  clock?: Clock;
  /** Another disk, for tests of what a full or broken one does. */
  disk?: Disk;
}

export interface Receipt {
  readonly id: string;
  readonly lines: number;
  /** This delivery had been acknowledged before: nothing was added. */
  readonly repeated: boolean;
}

const MOST_BYTES = 4 * 2 ** 30;
/** The other stores are on the same disk, and stop when it is full: the spool must not take the last of it. */
const LEFT_FREE = 256 * 2 ** 20;
const REMEMBERED = 20_000;
const ASK_DISK_MS = 1000;

export class Spool {
  readonly folder: string;
  /** Whether the store takes nothing at the moment, which senders who have to wait are told. */
  storeAway = false;
  /** Deliveries that were refused because there was no room, since the start. */
  refused = 0;
  readonly #waiting = new Map<string, Entry[]>();
  readonly #made = new Map<string, Promise<void>>();
  readonly #writing = new Map<string, Promise<void>>();
  /** Ids of deliveries that are durable, the latest last. */
  readonly #known = new Set<string>();
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #mostBytes: number;
  #bytes = 0;
  #next = 1;
  #free = { at: Number.NEGATIVE_INFINITY, bytes: 0 };
  #wake: (() => void) | undefined;

  private constructor(folder: string, options: SpoolOptions) {
    this.folder = folder;
    this.#disk = options.disk ?? disk;
    this.#clock = options.clock ?? systemClock;
    this.#mostBytes = options.mostBytes ?? MOST_BYTES;
  }

  /** Opens the spool below a data directory, whose lock the caller holds, with what waits in it. */
  static async open(dir: string, options: SpoolOptions = {}): Promise<Spool> {
    const spool = new Spool(join(dir, 'intake'), options);
    for (const source of await spool.#disk.folders(spool.folder)) {
      if (!SOURCE.test(source)) continue;
      for (const { name, bytes } of await spool.#disk.list(join(spool.folder, source))) {
        const entry = readFileName(name, source, bytes);
        if (entry !== undefined) spool.#add(entry);
      }
    }
    return spool;
  }

  /** Bytes and lines that wait to be stored. */
  get waiting(): { bytes: number; deliveries: number; lines: number } {
    const all = [...this.#waiting.values()].flat();
    return { bytes: this.#bytes, deliveries: all.length, lines: all.reduce((sum, { lines }) => sum + lines, 0) };
  }

  /**
   * Makes a delivery durable; whoever handed it in may be told so when this resolves. Errors: intake-full and
   * intake-unavailable, after which nothing is acknowledged and the same delivery may be sent again.
   */
  async put(delivery: Delivery): Promise<Receipt> {
    const id = deliveryId(delivery);
    const { lines } = delivery;
    if (lines === 0) return { id, lines, repeated: false };
    // Nothing may come between looking and entering it: the same delivery may arrive twice at once.
    for (let one = this.#writing.get(id); one !== undefined; one = this.#writing.get(id)) await one.catch(() => {});
    if (this.#known.has(id)) return { id, lines, repeated: true };
    const writing = this.#store(delivery, id);
    this.#writing.set(id, writing);
    try {
      await writing;
    } finally {
      this.#writing.delete(id);
    }
    return { id, lines, repeated: false };
  }

  async #store(delivery: Delivery, id: string): Promise<void> {
    const { source, stream, sequence, bytes, lines } = delivery;
    // Taken before the first wait, so that many at once cannot all see the same room.
    this.#bytes += bytes.length;
    const number = this.#next++;
    try {
      await this.#refuseWithoutRoom(bytes.length);
      await this.#folderOf(source);
      const received = Math.max(0, Math.floor(this.#clock().getTime() / 1000));
      const what = { number, received, lines, sequence, id, stream };
      const file = fileName(what);
      await this.#disk.write(join(this.folder, source), file, bytes);
      this.#bytes -= bytes.length;
      this.#add({ ...what, file, source, bytes: bytes.length });
    } catch (error) {
      this.#bytes -= bytes.length;
      this.refused += 1;
      throw refusal(error, this.folder);
    }
    this.#wake?.();
  }

  async #refuseWithoutRoom(bytes: number): Promise<void> {
    if (this.#bytes > this.#mostBytes)
      throw this.storeAway
        ? new Fault('intake-unavailable', 'The event store takes nothing at the moment, and the spool is full.')
        : new Fault('intake-full', 'More arrives than can be stored, and the spool is full.');
    if (performance.now() - this.#free.at > ASK_DISK_MS)
      this.#free = { at: performance.now(), bytes: await this.#disk.free(this.folder) };
    this.#free.bytes -= bytes;
    if (this.#free.bytes < LEFT_FREE)
      throw new Fault('intake-unavailable', 'The disk of the data directory is nearly full.', { place: this.folder });
  }

  #folderOf(source: string): Promise<void> {
    if (!SOURCE.test(source)) throw new Fault('invalid-input', 'That is no name of a source.', { place: 'source' });
    let made = this.#made.get(source);
    if (made === undefined) {
      made = makeFolder(join(this.folder, source));
      made.catch(() => this.#made.delete(source));
      this.#made.set(source, made);
    }
    return made;
  }

  #add(entry: Entry): void {
    const list = this.#waiting.get(entry.source) ?? [];
    list.push(entry);
    this.#waiting.set(entry.source, list);
    this.#bytes += entry.bytes;
    this.#next = Math.max(this.#next, entry.number + 1);
    this.#known.add(entry.id);
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.values().next().value!);
  }

  /** Sources with deliveries that wait, whose oldest came first. */
  sources(): string[] {
    const lists = [...this.#waiting].filter(([, list]) => list.length > 0);
    return lists.sort(([, a], [, b]) => a[0]!.number - b[0]!.number).map(([source]) => source);
  }

  /** The deliveries of a source that wait, in their order. Several may be written at once: order is that of numbers. */
  entries(source: string): Entry[] {
    const list = this.#waiting.get(source) ?? [];
    return list.sort((a, b) => a.number - b.number);
  }

  /** Takes away what is durable in the store. */
  async remove(source: string, entries: readonly Entry[]): Promise<void> {
    const gone = new Set(entries.map(({ file }) => file));
    await this.#disk.remove(join(this.folder, source), [...gone]);
    const list = this.#waiting.get(source) ?? [];
    this.#waiting.set(
      source,
      list.filter(({ file }) => !gone.has(file)),
    );
    this.#bytes -= entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Waits until something is handed in, at most so long. */
  async arrival(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.sources().length > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

function refusal(error: unknown, place: string): Fault {
  if (error instanceof Fault) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return new Fault('intake-unavailable', `The spool cannot be written (${code}).`, { place, cause: error });
}
