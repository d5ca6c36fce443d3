/**
 * Non-interference: what somebody may not know of changes no byte of what he is answered. Every route that reads leads or
 * people is asked, with every id there is, once with the lead and once without it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../access/access.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { loadDocuments } from '../documents/documents.ts';
import { loadLogs } from '../events/events.ts';
import type { Account, Route } from '../http/route.ts';
import { createApp } from '../http/server.ts';
import { aliasMark, personOf, QUEUE } from '../identities/identities.ts';
import { loadPeople } from '../people/people.ts';
import { type Data, openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { leadRoutes, replay } from './leads.ts';
import { inSight, mayKnow, type Sight } from './sight.ts';

type LeadsRow = Awaited<ReturnType<typeof allLeads>>[number];

let data: Data;
let folder: string;
let routes: Route[];
let every: LeadsRow[];
/** The lead that is to be hidden: the strongest of an ordinary person. */
let hidden: LeadsRow;

const allLeads = async () => {
  const rows = await data.casework.selectFrom('leads').selectAll().orderBy('score', 'desc').orderBy('id').execute();
  return await Promise.all(rows.map(async (row) => ({ ...row, user_uid: (await personOf(data, QUEUE, row.id))! })));
};
const lead = () => every.find((one) => !one.administrator)!;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sight-'));
  await simulate({ people: 40, days: 34, seed: 11, out: folder });
  data = await openData(undefined);
  await loadPeople(data.events, folder);
  await loadDocuments(data.events, folder);
  await loadLogs(data.events, folder);
  await replay(data);
  routes = leadRoutes({ ...data, synthetic: true });
});
afterAll(async () => {
  await data.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  every = await allLeads();
  hidden = lead();
});
afterEach(async () => {
  await data.casework.deleteFrom('grants').execute();
  await data.casework.deleteFrom('accounts').execute();
});

const caller = (role: Account['roles'][number], person: string | null = null): Account => ({
  ...{ id: '1', name: 'somebody', roles: [role], person },
});

/** All that the caller can be answered: each route with each pseudonym, each filter and each order, as one text. */
async function everything(account: Account): Promise<string> {
  const app = createApp({
    routes,
    identify: async () => ({ account, csrfToken: 'x' }),
    log: silentLog,
    host: '127.0.0.1',
  });
  const answers: string[] = [];
  for (const path of routes.filter(({ method }) => method === 'GET').flatMap(addresses)) {
    const response = await app.request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1' } });
    const headers = [...response.headers].filter(([name]) => name !== 'date').sort();
    // The number of the request is drawn by lot.
    const text = (await response.text()).replace(/"instance":"[^"]*"/, '"instance":""');
    answers.push(`${path} ${response.status} ${JSON.stringify(headers)} ${text}`);
  }
  return answers.join('\n');
}

function addresses({ path }: Route): string[] {
  const day = hidden.last_day;
  const [detection] = hidden.top[0]!;
  const ids = [hidden.id, every.find(({ id }) => id !== hidden.id)!.id, 'NOB0DY'];
  const queries: Record<string, string[]> = {
    '/api/leads': [
      ...['', '?sort=score', '?sort=-last_day', '?sort=-first_day', '?sort=-signals', '?limit=1', '?offset=1&limit=2'],
      ...[`?q=${hidden.id}`, `?detection=${detection}`, '?level=critical,high', '?level=low,medium'],
    ],
    '/api/people/:subject/measures': [`?detection=${detection}`],
    '/api/people/:subject/events': [`?day=${day}`, `?day=${day}&detection=${detection}`],
  };
  const filled = path.includes(':') ? ids.map((id) => path.replace(/:[a-z_]+/, id)) : [path];
  return filled.flatMap((each) => (queries[path] ?? ['']).map((query) => each + query));
}

const without = async (look: () => Promise<string>): Promise<string> => {
  await data.casework.deleteFrom('leads').where('id', '=', hidden.id).execute();
  try {
    return await look();
  } finally {
    const { top, user_uid: _, ...row } = hidden;
    await data.casework
      .insertInto('leads')
      .values({ ...row, top: JSON.stringify(top) as never })
      .execute();
  }
};

const makeStaff = (person: string) =>
  createAccount(
    { db: data.casework, clock: systemClock, passwordCost: { logN: 4, r: 1, p: 1 } },
    { name: 'watcher', role: 'recipient', password: 'correct horse battery', person },
  );

/** The addresses whose answers differ with and without the hidden lead. */
async function difference(account: Account): Promise<string[]> {
  const there = (await everything(account)).split('\n');
  const gone = (await without(() => everything(account))).split('\n');
  return there.flatMap((answer, at) => (answer === gone[at] ? [] : [answer.split(' ')[0]!]));
}

describe('an ordinary person’s lead', () => {
  test('is seen by analysts, and makes no difference to himself, to reviewers and to engineers', async () => {
    expect(await difference(caller('analyst'))).not.toEqual([]);
    expect(await difference(caller('analyst', hidden.user_uid))).toEqual([]);
    expect(await difference(caller('reviewer'))).toEqual([]);
    expect(await difference(caller('engineer'))).toEqual([]);
  });
});

describe.each([
  ['somebody with an account here', () => makeStaff(hidden.user_uid)],
  [
    'an administrator',
    async () => {
      hidden = every.find(({ administrator }) => administrator)!;
    },
  ],
])('a lead about %s', (_, choose) => {
  test('is seen by reviewers, and makes no difference to anybody else', async () => {
    await choose();
    expect(await difference(caller('reviewer'))).not.toEqual([]);
    expect(await difference(caller('reviewer', hidden.user_uid))).toEqual([]);
    expect(await difference(caller('analyst'))).toEqual([]);
    expect(await difference(caller('analyst', hidden.user_uid))).toEqual([]);
    expect(await difference(caller('engineer'))).toEqual([]);
  });
});

test('an administrator in the directory is nobody under his pseudonym, for analysts', async () => {
  hidden = every.find(({ administrator }) => administrator)!;
  const statuses = async (account: Account) =>
    [...(await everything(account)).matchAll(new RegExp(`^/api/people/${hidden.id}\\S* (\\d+)`, 'gm'))].map(
      ([, code]) => code,
    );
  expect(new Set(await statuses(caller('analyst')))).toEqual(new Set(['404']));
  expect(new Set(await statuses(caller('reviewer')))).toEqual(new Set(['200']));
});

test('the condition of the statement and the rule agree, whoever looks', async () => {
  const person = fc.constantFrom(...every.map(({ user_uid }) => user_uid), 'nobody');
  const sights: fc.Arbitrary<Sight> = fc.record({
    queue: fc.constantFrom('analysts', 'reviewers'),
    own: fc.option(person),
    staff: fc.array(person, { maxLength: 4 }),
    markOf: fc.constant((user: string) => aliasMark(data, QUEUE, user)),
  });
  await fc.assert(
    fc.asyncProperty(sights, async (sight) => {
      const found = await data.casework.selectFrom('leads').select('id').where(inSight(sight)).execute();
      const expected = every.filter((one) =>
        mayKnow(sight, { userUid: one.user_uid, administrator: one.administrator }),
      );
      expect(found.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
    }),
  );
});
