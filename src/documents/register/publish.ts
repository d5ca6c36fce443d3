/** Telling detection what the register says: a level holds there from the day on which it was decided. */
import { nameOf } from '../jobs.ts';
import { isDecoy, placeDecoy, removeDecoy, replaceFacts } from './facts/store.ts';
import { factsOf } from './record.ts';
import { setPublished, stepsOf, unpublished } from './store.ts';
import type { Register } from './work.ts';

const PAGE = 100;

/**
 * Brings the event store up to the register. What was interrupted goes on at the next call: the register says how far
 * each document has been told. Gives how many documents were told.
 */
export async function publish({ casework, events }: Pick<Register, 'casework' | 'events'>): Promise<number> {
  let told = 0;
  for (;;) {
    const page = await unpublished(casework, PAGE);
    if (page.length === 0) return told;
    const steps = await stepsOf(
      casework,
      page.map(({ id }) => id),
    );
    const rows = page.flatMap(({ id, path, sha256, published }) =>
      factsOf(id, steps.get(id)!, published + 1).map(({ day, level, owner, project }) => ({
        ...{ path, name: nameOf(path), level, owner_team: owner, project, registered: day, sha256 },
      })),
    );
    await replaceFacts(events, rows);
    for (const { id, path, decoy, published } of page) {
      const last = factsOf(id, steps.get(id)!, published + 1).at(-1);
      if (last === undefined || (await isDecoy(events, path)) === decoy) continue;
      if (decoy) await placeDecoy(events, path, last.day);
      else await removeDecoy(events, path);
    }
    await setPublished(
      casework,
      page.map(({ id }) => ({ id, published: steps.get(id)!.length })),
    );
    told += page.length;
  }
}
