import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aliases, QUEUE } from '../../identities/identities.ts';
import { type Data, openData } from '../../stores/data.ts';
import { sampleParameters } from './golden.ts';
import { storeIntake } from './intake.ts';
import { lineRoutes } from './routes.ts';

let data: Data;
const okta = (minute: string, more = '') =>
  `{"published":"2026-03-02T09:${minute}:00Z","eventType":"user.session.start","outcome":{"result":"SUCCESS"}${more}}`;
const KNOWN = okta('00', ',"uuid":"1","actor":{"type":"User","alternateId":"abc0001"}');

beforeAll(async () => {
  data = await openData(undefined);
  await data.events.run(
    `INSERT INTO directory (uid, valid_from, user_uid, email, role) VALUES (1, '2026-01-01', 'ABC0001', 'abc0001@house.example', 'x')`,
  );
  const path = join(data.events.spool!, 'a.lines');
  const lines = [
    KNOWN,
    okta('01', ',"who":"abc0001"'),
    okta('02', ',"who":"abc0002"'),
    'door 4: ABC0001 read',
    'door 17: card read',
  ];
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  await storeIntake(data.events, '', { ...sampleParameters(path), source: 'tenant' });
});
afterAll(() => data.close());

function call<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const { query: schema, handler, response } = lineRoutes(data).find((each) => each.path === path)!;
  const context = { request: new Request('http://localhost/'), headers: new Headers() };
  const answer = Promise.resolve().then(() =>
    handler({ params: {}, query: schema.parse(query), body: undefined }, context),
  );
  return answer.then((found) => response.parse(found) as T);
}

const AT = '2026-03-04T05:00:00Z';

test('what came in, by source and reader', async () => {
  expect(await call('/api/sources/arrivals')).toEqual({
    arrivals: [
      { source: 'tenant', reader: 'unknown', rows: 4, quarantined: 0, last_received: AT },
      { source: 'tenant', reader: 'okta', rows: 1, quarantined: 0, last_received: AT },
    ],
  });
});

interface Shape {
  id: string;
  shape: string;
  rows: number;
  sample: string;
}

test('lines that no reader knows stand together by what they look like, without names', async () => {
  const { shapes } = await call<{ shapes: Shape[] }>('/api/sources/shapes');
  expect(shapes.map(({ shape, rows }) => [shape, rows])).toEqual(
    expect.arrayContaining([
      ['{eventType, outcome, published, who}', 2],
      ['a 1: a a', 1],
      ['a 1: a1 a', 1],
    ]),
  );
  for (const { sample } of shapes) expect(sample).not.toMatch(/abc0001/i);
});

test('the nearest reader, with what it would fill; of no shape, nothing', async () => {
  const { shapes } = await call<{ shapes: Shape[] }>('/api/sources/shapes');
  const shape = shapes.find(({ rows }) => rows === 2)!.id;
  const { nearest } = await call<{ nearest: object[] }>('/api/sources/nearest', { shape });
  expect(nearest[0]).toEqual({
    ...{ reader: 'okta', title: 'Okta System Log', lines: 2, read: 2, fills: [], reason: '' },
    found: ['published', 'eventType', 'outcome.result'],
    missing: ['actor.alternateId', 'actor.id', 'actor.type'],
  });
  await expect(call('/api/sources/nearest', { shape: 'ffff' })).rejects.toMatchObject({ code: 'not-found' });
});

test('a text is found in what was not read alone, and never tells under which pseudonym somebody is a lead', async () => {
  const { lines } = await call<{ lines: { raw: string; line: number }[] }>('/api/sources/search', { text: 'ABC0001' });
  expect(lines.map(({ line }) => line).sort()).toEqual([2, 4]);
  const alias = (await aliases(data, QUEUE, ['ABC0001'])).get('ABC0001')!;
  for (const { raw } of lines) {
    expect(raw).not.toMatch(/abc0001/i);
    expect(raw).not.toContain(alias);
  }
  const wild = await call<{ lines: object[] }>('/api/sources/search', { text: '%' }).catch(() => 'refused');
  expect(wild).toBe('refused');
  expect(await call('/api/sources/search', { text: "'; DROP" })).toEqual({ lines: [] });
  expect(await call('/api/sources/search', { text: 'door', source: 'another' })).toEqual({ lines: [] });
});
