import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount } from '../access/access.ts';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { loadDocuments } from '../documents/documents.ts';
import { loadLogs } from '../events/events.ts';
import type { Role } from '../http/route.ts';
import { createApp } from '../http/server.ts';
import { loadPeople } from '../people/people.ts';
import { type Data, openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import type { CaseFact, CaseFacts } from './figures-routes.ts';
import { figureRoutes, replay } from './leads.ts';
import { standingOn } from './store.ts';

let data: Data;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'figures-'));
  await simulate({ people: 60, days: 57, seed: 11, out: folder });
  data = await openData(undefined);
  await loadPeople(data.events, folder);
  await loadDocuments(data.events, folder);
  await loadLogs(data.events, folder);
  await replay(data);
}, 120_000);
afterAll(async () => {
  await data.close();
  rmSync(folder, { recursive: true });
});

const fact = (state: string, outcome: string | null, days: number): CaseFact => ({ state, outcome, terms: { days } });
const FACTS: CaseFact[] = [
  ...Array.from({ length: 9 }, (_, at) => fact('closed', at < 7 ? 'cleared' : 'referred', at)),
  ...Array.from({ length: 8 }, () => fact('open', null, 100)),
];

function as(role: Role, { person = null, cases = FACTS }: { person?: string | null; cases?: CaseFact[] } = {}) {
  const facts: CaseFacts = {
    ...{ states: ['open', 'closed'], outcomes: ['cleared', 'referred'], ended: 'closed', terms: ['days'] },
    cases: async () => cases,
  };
  const app = createApp({
    routes: figureRoutes({ ...data, facts }),
    identify: async () => ({ account: { id: '1', name: 'somebody', roles: [role], person }, csrfToken: 'x' }),
    log: silentLog,
    host: '127.0.0.1',
  });
  return async () => {
    const response = await app.request('http://127.0.0.1/api/figures', { headers: { host: '127.0.0.1' } });
    const text = await response.text();
    return { status: response.status, text, json: JSON.parse(text) };
  };
}

test('figures are for heads of unit alone', async () => {
  for (const role of ['analyst', 'reviewer', 'engineer', 'auditor', 'employee'] as const)
    expect((await as(role)()).status).toBe(403);
});

test('whole months alone, counts alone, and no small ones', async () => {
  const { json, text } = await as('head_of_unit')();
  expect(json.months.map(({ month }: { month: string }) => month)).toEqual(['2026-02']);
  const days = text.match(/\d{4}-\d{2}-\d{2}/g);
  expect(days).toBeNull();
  const counts = [...text.matchAll(/"count":(\d+)/g)].map((match) => Number(match[1]));
  expect(counts).toContain(17);
  for (const count of counts) expect(count).toBeGreaterThanOrEqual(5);
  expect(json.cases).toEqual({
    ...{ name: 'cases', count: 17 },
    divisions: [
      {
        name: 'state',
        parts: [
          { name: 'open', count: 8, divisions: [] },
          {
            ...{ name: 'closed', count: 9 },
            divisions: [
              {
                name: 'outcome',
                parts: [
                  { name: 'cleared', count: null },
                  { name: 'referred', count: null },
                ],
              },
            ],
          },
        ],
      },
    ],
  });
  expect(json.terms).toEqual([{ name: 'days', median_days: 8 }]);
});

test('nobody reads out of figures whether there is a lead about himself, or about those who watch', async () => {
  const head = as('head_of_unit', { person: null });
  const { json } = await head();
  const { month } = json.months.at(-1);
  const count = json.months.at(-1).leads.count;
  const standing = await standingOn(data.events, `${month}-28`);
  const answers = await Promise.all(
    standing.map(async ({ user_uid }) => ({ user_uid, ...(await as('head_of_unit', { person: user_uid })()) })),
  );
  // About an administrator there is nothing to read out either way.
  const own = answers.find(({ json: answer }) => answer.months.at(-1).leads.count === count - 1)!;
  const access = { db: data.casework, clock: systemClock, passwordCost: { logN: 4, r: 1, p: 1 } };
  const password = 'correct horse battery';
  await createAccount(access, { name: 'Noor', role: 'engineer', password, person: own.user_uid });
  expect((await head()).text).toBe(own.text);
});
