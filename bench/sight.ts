/**
 * Whether the time an answer takes tells that there is a lead one must not know of: the same questions with and without it,
 * in turns, asked by an analyst who may not see it. Medians of both, their ratio, and the chance of a difference at least as
 * large among answers that do not differ (by drawing the labels anew, 2,000 times).
 *
 *   node bench/sight.ts [--rounds N]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '../src/base/log.ts';
import { loadDocuments } from '../src/documents/documents.ts';
import { loadLogs } from '../src/events/events.ts';
import { createApp } from '../src/http/server.ts';
import { leadRoutes, replay } from '../src/leads/leads.ts';
import { loadPeople } from '../src/people/people.ts';
import { openData } from '../src/stores/data.ts';
import { simulate } from '../src/worlds/worlds.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '400' } } });
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), 'countersign-sight-'));
await simulate({ people: 40, days: 34, seed: 11, out: folder });
const data = await openData(undefined);
await loadPeople(data.events, folder);
await loadDocuments(data.events, folder);
await loadLogs(data.events, folder);
await replay(data);

const account = { id: '1', name: 'analyst', roles: ['analyst'] as const, person: null };
const app = createApp({
  routes: leadRoutes({ ...data, synthetic: true }),
  identify: async () => ({ account, csrfToken: 'x' }),
  log: silentLog,
  host: '127.0.0.1',
});
const leads = await data.casework.selectFrom('leads').selectAll().orderBy('score', 'desc').execute();
const hidden = leads.find(({ administrator }) => administrator)!;
const paths = ['/api/leads', `/api/leads?q=${hidden.id}`, `/api/leads/${hidden.id}`, `/api/people/${hidden.id}`];

const ask = async (path: string): Promise<number> => {
  const began = performance.now();
  const response = await app.request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1' } });
  await response.text();
  return performance.now() - began;
};
const remove = (id: string) => data.casework.deleteFrom('leads').where('id', '=', id).execute();
const restore = () =>
  data.casework
    .insertInto('leads')
    .values({ ...hidden, top: JSON.stringify(hidden.top) as never })
    .execute();

const there = new Map(paths.map((path) => [path, [] as number[]]));
const gone = new Map(paths.map((path) => [path, [] as number[]]));
for (let round = 0; round < rounds; round += 1) {
  // In turns, and each turn in both orders, so that whatever drifts drifts for both.
  for (const isThere of round % 2 === 0 ? [true, false] : [false, true]) {
    // The same statements before both, and each question once unmeasured: what was done just before is felt for a while.
    await remove(hidden.id);
    await restore();
    await remove(isThere ? 'nobody' : hidden.id);
    for (const path of paths) await ask(path);
    for (const path of paths) (isThere ? there : gone).get(path)!.push(await ask(path));
  }
}

const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1]!;
for (const path of paths) {
  const [one, other] = [there.get(path)!, gone.get(path)!];
  const difference = Math.abs(median(one) - median(other));
  const all = [...one, ...other];
  let atLeast = 0;
  for (let draw = 0; draw < 2000; draw += 1) {
    for (let at = all.length - 1; at > 0; at -= 1) {
      const with_ = Math.floor(Math.random() * (at + 1));
      [all[at], all[with_]] = [all[with_]!, all[at]!];
    }
    if (Math.abs(median(all.slice(0, one.length)) - median(all.slice(one.length))) >= difference) atLeast += 1;
  }
  const shown = path.replace(hidden.id, 'ID').padEnd(20);
  const figures = `with ${median(one).toFixed(2)} ms, without ${median(other).toFixed(2)} ms`;
  console.log(
    `${shown} ${figures}, ratio ${(median(one) / median(other)).toFixed(3)}, chance ${(atLeast / 2000).toFixed(3)}`,
  );
}
await data.close();
rmSync(folder, { recursive: true });
