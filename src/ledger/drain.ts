/** The queue's side of writing: what must not be refused waits, and is taken in later, in order and once. */
import { existsSync } from 'node:fs';
import { Fault } from '../base/fault.ts';
import { type Act, type Ledger, prepare, type Recorded, record } from './acts.ts';
import { decodeEntry } from './entry.ts';
import { TILE_WIDTH } from './tile.ts';

/**
 * Writes down an act that must not be refused: the portal's and ingestion's exception. While the ledger cannot be
 * written the entry waits in the queue, durable too, and is taken in later, in order and once. Gives null if it waits.
 * Throws `ledger-unavailable` only if it can be put neither in the ledger nor in the queue.
 */
export async function recordOrQueue(ledger: Ledger, act: Act): Promise<Recorded | null> {
  const { id, bytes } = await prepare(ledger, 'record', act, {});
  // An append that fails may still have reached the log: from this size on it is looked for.
  const base = ledger.log.size;
  const add = async () => ({ id, index: await ledger.log.append([bytes]) });
  const wait = async (error: unknown) => {
    const fault = unavailable(error);
    if (fault.code !== 'ledger-unavailable' && fault.code !== 'ledger-damaged') throw fault;
    await ledger.queue.append(bytes, base).catch(() => {
      throw fault;
    });
    return null;
  };
  // Nobody waits: many can share one write. Otherwise whoever waits goes first.
  if (!mayWait(ledger)) return await add().catch((error) => ledger.queue.inTurn(() => wait(error)));
  return await ledger.queue.inTurn(() => takeIn(ledger).then(add).catch(wait));
}

function mayWait({ queue, places }: Ledger): boolean {
  return queue.isBusy || existsSync(places.queue);
}

/** Whatever keeps the system from reading or writing makes the ledger unavailable. */
function unavailable(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault('ledger-unavailable', 'What waits for the ledger could not be taken in.', { cause: error });
}

/** Takes in what waits, if anything does. Throws `ledger-unavailable`; what was not taken in still waits. */
export async function drain(ledger: Ledger): Promise<void> {
  await ledger.queue
    .inTurn(() => takeIn(ledger))
    .catch((error) => {
      throw unavailable(error);
    });
}

/** The same when there is time; if it fails, the next entry that can be written tries again. */
export function drainLater(ledger: Ledger): void {
  if (!ledger.queue.isBusy && existsSync(ledger.places.queue)) drain(ledger).catch(() => {});
}

async function takeIn(ledger: Ledger): Promise<void> {
  const { base, entries, damagedLine } = await ledger.queue.read();
  if (entries.length > 0) {
    await ledger.log.sound();
    const present = await idsFrom(ledger, base);
    const missing = entries.filter((bytes) => !present.has(decodeEntry(bytes)?.id ?? ''));
    await ledger.log.appendAll(missing);
  }
  if (damagedLine === undefined) return await ledger.queue.clear();
  const aside = `${ledger.places.queue}.damaged-${ledger.clock().getTime()}`;
  await ledger.queue.clear(aside);
  ledger.programLog.error({ room: 'ledger' }, 'the queue was changed by somebody else; it is kept beside');
  await record(ledger, { actor: 'system:ledger', act: 'ledger.queue.damaged' });
}

/** The ids of the entries from `base` on. A queue that was taken in just before the program was ended is taken in. */
async function idsFrom({ log }: Ledger, base: number): Promise<Set<string>> {
  const found = new Set<string>();
  const tiles = log.tiles();
  for (let number = Math.floor(base / TILE_WIDTH); number * TILE_WIDTH < tiles.size; number++) {
    for (const bytes of await tiles.entries(number)) {
      const id = decodeEntry(bytes)?.id;
      if (id !== undefined) found.add(id);
    }
  }
  return found;
}
