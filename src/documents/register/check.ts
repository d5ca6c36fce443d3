/** Whether the lists of the register are what its steps make: they can be made anew, and a difference is somebody's work. */
import { isDeepStrictEqual } from 'node:util';
import { readSteps } from './record.ts';
import { copiesOfDocuments, copyRowOf, pageOfDocuments, rowOf, stepsOf } from './store.ts';
import type { Register } from './work.ts';

export interface Differs {
  readonly document: string;
  readonly what: string;
}

const PAGE = 2000;
const moment = (time: unknown) => new Date(time as string).getTime();

/** Compares every document and copy with its steps. `onProgress` is told how many documents were looked at. */
export async function checkRegister(
  { casework }: Pick<Register, 'casework'>,
  onProgress: (done: number) => void = () => {},
): Promise<Differs[]> {
  const found: Differs[] = [];
  let last = '';
  let done = 0;
  for (;;) {
    const page = await pageOfDocuments(casework, last, PAGE);
    const ids = page.map(({ id }) => id);
    const steps = await stepsOf(casework, ids);
    const copies = Map.groupBy(await copiesOfDocuments(casework, ids), ({ document }) => document);
    for (const row of page) {
      const record = readSteps(row.id, steps.get(row.id)!);
      const expected = { ...rowOf(record, true), published: row.published };
      for (const [name, value] of Object.entries(expected))
        if (!isDeepStrictEqual(row[name as keyof typeof row], value)) found.push({ document: row.id, what: name });
      const there = new Map((copies.get(row.id) ?? []).map((copy) => [copy.copy, copy]));
      for (const copy of record.copies.values()) {
        const [is, should] = [there.get(copy.copy), copyRowOf(copy)];
        const times = { since: moment(should.since), last_seen: moment(should.last_seen) };
        const same =
          is &&
          isDeepStrictEqual(
            { ...is, since: moment(is.since), last_seen: moment(is.last_seen) },
            { ...should, ...times },
          );
        if (!same) found.push({ document: row.id, what: `copy ${copy.copy}` });
        there.delete(copy.copy);
      }
      for (const copy of there.keys()) found.push({ document: row.id, what: `copy ${copy}` });
    }
    done += page.length;
    onProgress(done);
    if (page.length < PAGE) return found;
    last = page.at(-1)!.id;
  }
}
