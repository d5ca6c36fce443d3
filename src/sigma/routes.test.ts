import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import type { Role } from '../http/route.ts';
import { createApp } from '../http/server.ts';
import { type Ledger, ledgerTables, listEntries, openLedger } from '../ledger/ledger.ts';
import { type Data, openData } from '../stores/data.ts';
import { ruleContents, ruleRoutes } from './sigma.ts';

const RULE = `title: A file copied
logsource: { product: countersign, service: file }
detection:
  copy: { activity_name: Copy }
  condition: copy
tests:
  - { name: copied, event: { activity_name: Copy } }
  - { name: opened, event: { activity_name: Open } }
`;
// biome-ignore lint/suspicious/noExplicitAny: what comes back is looked at field by field
type Body = any;
const DAY = '2026-03-10';
let folder: string;
let data: Data;
let ledger: Ledger;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rules-'));
  data = await openData(folder, { create: true, purpose: 'test' });
  ledger = await openLedger({ dir: folder, db: data.casework, tables: ledgerTables });
  mkdirSync(join(folder, 'rules', 'house'), { recursive: true });
  writeFileSync(join(folder, 'rules', 'house', 'copied.yml'), RULE);
  writeFileSync(
    join(folder, 'rules', 'torn.yml'),
    'title: t\nlogsource: { product: x }\ndetection:\n  s: { A: 1 }\n  condition: s or t\n',
  );
  // On the one day six people copy, on the day before one of them alone.
  await data.events.run(
    `INSERT INTO events (uid, day, time, class_uid, activity_name, log_name, actor_user_uid, raw_data)
     SELECT number, if(number < 6, '${DAY}', '2026-03-09'), '${DAY} 10:00:00', 1001, 'Copy', 'file', concat('P', toString(number % 6)), 'x'
     FROM numbers(8)`,
  );
  await data.events.run(
    "INSERT INTO directory (valid_from, user_uid, email) VALUES ('2026-01-01', 'ADA1', 'ada@house.example')",
  );
}, 60_000);
afterAll(async () => {
  await ledger.close();
  await data.close();
  rmSync(folder, { recursive: true });
});

const as = (role: Role) => {
  const app = createApp({
    routes: ruleRoutes({ ...data, clock: manualClock('2026-03-11T08:00:00Z'), ledger }),
    identify: async () => ({ account: { id: 'E1', name: 'eno', roles: [role], person: 'E' }, csrfToken: 'x' }),
    ...{ log: silentLog, host: '127.0.0.1' },
  });
  return async (method: string, path: string, body?: object) => {
    const answer = await app.request(`http://127.0.0.1${path}`, {
      method,
      headers: { host: '127.0.0.1', 'content-type': 'application/json', 'x-csrf-token': 'x' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
  };
};
const engineer = (method: string, path: string, body?: object) => as('engineer')(method, path, body);
const backtest = (text: string, days = 3) => engineer('POST', '/api/rules/backtest', { text, days });

test('the rules there are: the program’s and the organisation’s, with what is wrong', async () => {
  const { body } = await engineer('GET', '/api/rules');
  const own = body.files.filter(({ origin }: { origin: string }) => origin === 'own');
  expect(own).toMatchObject([
    { file: 'house/copied.yml', problems: 0, rules: [{ title: 'A file copied', logsource: 'countersign / file' }] },
    { file: 'torn.yml', problems: 1 },
  ]);
  expect(body.files.length).toBeGreaterThan(own.length);
  expect((await engineer('GET', '/api/rules/text?origin=own&file=house/copied.yml')).body.text).toBe(RULE);
  for (const file of ['../config.yml', 'house/../../keys/casework.key', '/etc/passwd'])
    expect((await engineer('GET', `/api/rules/text?origin=own&file=${encodeURIComponent(file)}`)).status).toBe(404);
  expect(ruleContents(folder).map(({ name }) => name)).toContain('sigma:own/house/copied.yml');
});

test('nobody else reads or tries rules, and nothing changes one', async () => {
  for (const role of ['analyst', 'approver', 'auditor', 'case_officer'] as const)
    for (const [method, path] of [
      ['GET', '/api/rules'],
      ['POST', '/api/rules/backtest'],
    ] as const)
      expect((await as(role)(method, path, method === 'POST' ? { text: RULE, days: 3 } : undefined)).status).toBe(403);
  for (const method of ['PUT', 'PATCH', 'DELETE']) expect((await engineer(method, '/api/rules/text')).status).toBe(405);
});

test('a text is checked, with line and column, and its tests are run', async () => {
  const torn = RULE.replace('condition: copy', 'condition: copy or paste');
  expect((await engineer('POST', '/api/rules/check', { text: torn })).body).toEqual({
    ...{ total: 1, compiled: 0 },
    problems: [{ line: 5, column: 3, message: "the condition names 'paste', which is no selection" }],
  });
  expect((await engineer('POST', '/api/rules/check', { text: ': : :' })).body.problems[0].line).toBe(1);
  const { body } = await engineer('POST', '/api/rules/test', { text: RULE });
  expect(body.results.map(({ test, outcome }: { test: string; outcome: string }) => `${test} ${outcome}`)).toEqual([
    'copied passed',
    'opened failed',
  ]);
}, 60_000);

test('a test that would read a file of the machine is refused', async () => {
  const text = RULE.replace('event: { activity_name: Copy }', 'path: ../../../../etc/passwd');
  expect(await engineer('POST', '/api/rules/test', { text })).toMatchObject({
    status: 422,
    body: { code: 'invalid-input' },
  });
});

describe('a backtest', () => {
  test('gives hits by day, none of fewer than five people, and is in the ledger with the hash of the text', async () => {
    const { body } = await backtest(RULE);
    expect(body).toEqual({
      least: 5,
      rules: [
        {
          ...{ rule: 'A file copied', logs: ['file'], from: '2026-03-08', to: DAY, missing: [] },
          days: [
            { day: '2026-03-08', events: 0, hits: 0 },
            { day: '2026-03-09', events: 2, hits: null },
            { day: DAY, events: 6, hits: 6 },
          ],
        },
      ],
    });
    const { entries } = await listEntries(ledger, {}, { limit: 10 });
    expect(
      entries.some(
        ({ act, actor, digest }) =>
          act === 'rule.backtest' && actor === 'account:E1' && /^[0-9a-f]{64}$/.test(digest ?? ''),
      ),
    ).toBe(true);
    const { files } = (await engineer('GET', '/api/rules')).body;
    const found = files.find(({ file }: { file: string }) => file === 'house/copied.yml');
    expect(found.backtest).toMatchObject({ from: '2026-03-08', to: DAY, days_with_logs: 2, days_with_hits: 2 });
  });

  test('does not answer questions about somebody', async () => {
    for (const selection of [
      'User: P1',
      "User|startswith: 'P'",
      'activity_name: Copy\n    filename|contains: ada1',
      "filename: 'ada@house.example'",
    ]) {
      const text = RULE.replace('copy: { activity_name: Copy }', `copy:\n    ${selection}`);
      expect(await backtest(text), selection).toMatchObject({ status: 422, body: { code: 'invalid-input' } });
    }
  });

  test('of what does not compile, or of no log of ours, says where', async () => {
    expect((await backtest('title: t')).status).toBe(422);
    expect((await backtest(RULE.replace('countersign', 'mainframe'))).body.detail).toContain('no log of ours');
  });
});
