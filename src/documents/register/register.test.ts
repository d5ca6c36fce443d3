import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Registry, registry } from '../../../test/register.ts';
import { parsePolicy } from '../../ledger/ledger.ts';
import { checkCertificate, checkRegister } from '../documents.ts';

const HEAD = 'path,title,level,owner_team,project,registered_at,copies,custodians,need_to_know,origin,keep_until';
const PLAN = 'vault/plan.docx';
const NOTE = 'vault/note.txt';
const DAY = 86_400;

let at: Registry;
beforeAll(async () => {
  at = await registry();
  const done = await at.table(
    HEAD,
    `${PLAN},The plan,top_secret,Team 1,Heron,2026-01-10,3,1=ADA0001,project:Heron;ADA0001,from a partner,`,
    `${NOTE},A note,internal,Team 2,,2026-01-11,1,,,,`,
    'vault/bad.txt,Bad,hidden,Team 2,,2026-01-11,1,,,,',
    'vault/many.txt,Many,internal,Team 2,,2026-01-11,lots,,,,',
    'vault/old.txt,Old,secret,Team 2,,2026-01-05,,,,,',
    'vault/old.txt,Old,confidential,Team 2,,2026-02-05,,,,,',
  );
  expect(done).toMatchObject({ added: 3, bad: 2, refused: 0 });
  expect(done.badRows).toEqual([
    { line: 4, reason: 'the level is unknown' },
    { line: 5, reason: 'copies is not a number up to 999' },
  ]);
});
afterAll(() => at.close());

const get = async (path: string) => (await at.as('reg')('GET', path)).json;
const whole = async (path: string) => await get(`/api/documents/${await at.idOf(path)}`);

test('a table fills the register: copies, custodians, who needs to know, and the levels there were', async () => {
  expect(await whole(PLAN)).toMatchObject({
    ...{
      path: PLAN,
      title: 'The plan',
      level: 'top_secret',
      owner: 'Team 1',
      project: 'Heron',
      origin: 'from a partner',
    },
    need_to_know: ['project:Heron', 'person:ADA0001'],
    copies: [
      { copy: 1, state: 'issued', holder: 'ADA0001', places: [{ state: 'in registry' }, { state: 'issued' }] },
      { copy: 2, state: 'in registry', holder: null },
      { copy: 3, state: 'in registry' },
    ],
  });
  expect((await whole('vault/old.txt')).levels).toMatchObject([
    { level: 'secret', since: '2026-01-05' },
    { level: 'confidential', since: '2026-02-05' },
  ]);
  const { totals } = await get('/api/documents');
  expect(totals).toEqual({ documents: 3, copies: 4, away: 1, overdue: 0, missing: 0, waiting: 0 });
});

test('casework holds no account of a custodian, in the clear or encoded', async () => {
  const { rows } = await sql<{ text: string }>`
    SELECT t::text AS text FROM register_steps t UNION ALL SELECT t::text FROM register_copies t
    UNION ALL SELECT t::text FROM register_documents t`.execute(at.data.casework);
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ text }) => /ADA0001/.test(text))).toEqual([]);
});

test('lists: by level, owner, project, words, who holds and what is overdue', async () => {
  const paths = async (query: string) =>
    (await get(`/api/documents?${query}`)).documents.map((one: { path: string }) => one.path);
  expect(await paths('')).toEqual([PLAN, 'vault/old.txt', NOTE]);
  expect(await paths('level=top_secret,internal')).toEqual([PLAN, NOTE]);
  expect(await paths('owner=Team%202')).toEqual(['vault/old.txt', NOTE]);
  expect(await paths('project=Heron')).toEqual([PLAN]);
  expect(await paths('q=NOTE')).toEqual([NOTE]);
  expect(await paths('holder=ADA0001')).toEqual([PLAN]);
  expect(await paths('state=no_copies')).toEqual(['vault/old.txt']);
  expect(await get('/api/document-choices')).toEqual({ owners: ['Team 1', 'Team 2'], projects: ['Heron'] });
});

test('a loan: only to whoever is cleared and needs to know it; overdue the day after; never returned when he left', async () => {
  const plan = await at.idOf(PLAN);
  const lend = (to: string) => at.step('reg', plan, { kind: 'copy', act: 'lent', copy: 2, to, due: '2026-03-20' });
  expect((await lend('EVE0001')).json.detail).toContain('above his clearance');
  expect((await lend('BOB0001')).json.detail).toContain('above his clearance');
  expect((await lend('XXX9999')).json.detail).toContain('knows no such account');
  const note = await at.idOf(NOTE);
  const list = { kind: 'need to know', add: ['person:EVE0001'], reason: 'works on it' };
  expect((await at.step('reg', note, list)).status).toBe(200);
  const give = (to: string) => at.step('reg', note, { kind: 'copy', act: 'lent', copy: 1, to, due: '2026-03-20' });
  expect((await give('BOB0001')).json.detail).toContain('need-to-know list');
  expect((await at.step('reg', note, { ...list, add: ['team:Team 2'] })).status).toBe(200);
  expect((await give('BOB0001')).status).toBe(200);
  expect((await give('EVE0001')).json.detail).toContain('has to be returned first');
  at.clock.advance(18 * DAY);
  expect((await get('/api/documents?state=overdue')).total).toBe(0);
  at.clock.advance(DAY);
  expect(await get('/api/documents?state=overdue')).toMatchObject({
    documents: [{ path: NOTE, next_due: '2026-03-20' }],
  });
  expect((await get('/api/documents?state=never_returned')).total).toBe(0);
  at.clock.advance(11 * DAY);
  expect(await get('/api/documents?state=never_returned')).toMatchObject({ documents: [{ path: NOTE }] });
  const { copies } = await get('/api/document-copies');
  expect(copies).toMatchObject([
    { path: NOTE, holder: 'BOB0001', overdue: true, left: true },
    { path: PLAN, holder: 'ADA0001', overdue: false, left: false },
  ]);
  expect((await at.step('reg', note, { kind: 'copy', act: 'returned', copy: 1 })).status).toBe(200);
});

describe('levels', () => {
  test('one raises, two lower; detection reads each level as of its day', async () => {
    const id = await at.idOf(NOTE);
    const day = at.clock().toISOString().slice(0, 10);
    expect((await at.step('reg', id, { kind: 'raised', level: 'internal', reason: 'x' })).status).toBe(422);
    expect((await at.step('reg', id, { kind: 'raised', level: 'secret', reason: 'names a source' })).status).toBe(200);
    expect([await at.levelOn(NOTE, '2026-02-01'), await at.levelOn(NOTE, day)]).toEqual([2, 4]);
    const down = { kind: 'downgrade proposed', level: 'public', reason: 'published' };
    expect((await at.step('nobody', id, down)).json.detail).toContain('nobody said whose account');
    expect((await at.step('reg', id, down)).status).toBe(200);
    expect(await at.levelOn(NOTE, day)).toBe(4);
    const confirm = (name: string, fresh = true) =>
      at.as(name, fresh)('POST', `/api/documents/${id}/confirm`, { kind: 'downgrade' });
    expect((await confirm('reg')).status).toBe(422);
    expect((await confirm('twin')).json.detail).toContain('two different people');
    expect((await confirm('anna')).status).toBe(403);
    expect((await confirm('piet', false)).json.code).toBe('step-up-required');
    expect((await at.step('rosa', id, { kind: 'downgrade confirmed' })).status).toBe(403);
    const waiting = (await at.as('piet')('GET', '/api/document-proposals')).json;
    expect(waiting.proposals).toMatchObject([
      { path: NOTE, kind: 'downgrade', to: 'public', why: 'published', own: false },
    ]);
    expect((await confirm('piet')).status).toBe(200);
    // Two levels on one day: the last one holds, and there is one row for the day.
    expect([await at.levelOn(NOTE, '2026-02-01'), await at.levelOn(NOTE, day)]).toEqual([2, 1]);
    expect((await whole(NOTE)).levels.at(-1)).toMatchObject({ level: 'public', by_name: 'reg', confirmed_by: 'piet' });
  });

  test('a table raises a level and lowers none: what it says of lower ones is reported, and detection does not follow', async () => {
    const done = await at.table(
      HEAD,
      `${PLAN},The plan,internal,Team 1,Heron,2026-03-01,3,1=BOB0001,,,`,
      `${PLAN},The plan,public,Team 1,Heron,2026-01-10,3,,,,`,
      'vault/old.txt,Old,secret,Team 3,,2026-03-01,,,,,2031-01-01',
    );
    expect(done).toMatchObject({ added: 0, changed: 1, refused: 1, refusedPaths: [PLAN] });
    expect(done.more.elsewhere).toEqual([]);
    for (const day of ['2026-01-10', '2026-03-01', '2026-12-01']) expect(await at.levelOn(PLAN, day)).toBe(5);
    expect(await whole('vault/old.txt')).toMatchObject({ level: 'secret', owner: 'Team 3', keep_until: '2031-01-01' });
    const again = await at.table(HEAD, `${PLAN},The plan,internal,Team 1,Heron,2026-03-01,3,1=BOB0001,,,`);
    expect(again).toMatchObject({ added: 0, changed: 0 });
    expect(again.more.elsewhere).toEqual([{ line: 2, path: PLAN, copy: 1 }]);
    expect((await whole(PLAN)).copies[0].holder).toBe('ADA0001');
    expect((await get('/api/document-imports')).imports.length).toBe(3);
  });
});

describe('destroying a copy', () => {
  const propose = (id: string, copy: number, name = 'reg') =>
    at.step(name, id, { kind: 'copy', act: 'destruction proposed', copy, how: 'shredded, P-5' });
  const confirm = (name: string, id: string, copy: number) =>
    at.as(name)('POST', `/api/documents/${id}/confirm`, { kind: 'destruction', copy });

  test('takes two people and leaves a certificate that can be checked without the server', async () => {
    const id = await at.idOf(PLAN);
    expect((await confirm('piet', id, 3)).json.detail).toContain('nobody has proposed it');
    expect((await propose(id, 3)).status).toBe(200);
    expect((await confirm('twin', id, 3)).status).toBe(403);
    expect((await confirm('rosa', id, 3)).status).toBe(200);
    const { text, status } = await at.as('reg')('GET', `/api/documents/${id}/copies/3/certificate`);
    expect(status).toBe(200);
    const key = readFileSync(join(at.data.dir, 'ledger', 'vkey'), 'utf8').trim();
    const policy = parsePolicy(`log ${key}\nquorum none\n`, 'policy');
    expect(checkCertificate(text, policy, 'c').certificate).toMatchObject({
      path: PLAN,
      copy: 3,
      how: 'shredded, P-5',
    });
    expect(checkCertificate(text, policy, 'c').index).toBeGreaterThan(0);
    for (const [from, to] of [
      ['"copy": 3', '"copy": 2'],
      ['P-5', 'P-1'],
      ['2026', '2025'],
    ] as const)
      expect(() => checkCertificate(text.replace(from, to), undefined, 'c')).toThrow('does not hold');
    expect((await at.step('reg', id, { kind: 'copy', act: 'returned', copy: 3 })).json.detail).toContain(
      'was destroyed',
    );
  });

  test('is refused, in the same words, while a term or something else keeps it', async () => {
    const id = await at.idOf(PLAN);
    const old = await at.idOf('vault/old.txt');
    await at.step('reg', old, { kind: 'copy', act: 'registered', copy: 1 });
    at.held.add(PLAN);
    const [held, kept] = [await propose(id, 2), await propose(old, 1)];
    expect(held.status).toBe(403);
    expect(held.json.detail).toBe(kept.json.detail);
    at.held.clear();
    expect((await propose(id, 2)).status).toBe(200);
    at.held.add(PLAN);
    expect((await confirm('piet', id, 2)).status).toBe(403);
    at.held.clear();
  });
});

test('the database refuses what the program would not do', async () => {
  const db = at.data.casework;
  const refused = async (query: ReturnType<typeof sql>) =>
    await expect(query.execute(db)).rejects.toThrow(/written once|does not return|violates check/);
  await refused(sql`UPDATE register_steps SET taken_by = 'x' WHERE n = 1`);
  await refused(sql`DELETE FROM register_steps`);
  await refused(sql`TRUNCATE register_steps`);
  await refused(sql`DELETE FROM register_imports`);
  await refused(sql`UPDATE register_copies SET state = 'in registry' WHERE state = 'destroyed'`);
  await refused(sql`DELETE FROM register_copies`);
  await refused(sql`UPDATE register_copies SET holder = NULL WHERE state = 'issued'`);
});

test('the ledger has every step, and the lists are what the steps make', async () => {
  expect(await at.findings()).toEqual([]);
  expect(await checkRegister(at.register)).toEqual([]);
  await sql`UPDATE register_documents SET level = 1 WHERE path = ${PLAN}`.execute(at.data.casework);
  expect(await checkRegister(at.register)).toMatchObject([{ what: 'level' }]);
});

test('a document is registered by hand, and only the registrar reads any of it', async () => {
  const { json } = await at.as('reg')('POST', '/api/documents', { path: 'hand/made.txt', level: 'confidential' });
  expect(await at.levelOn('hand/made.txt', '2026-12-01')).toBe(3);
  expect((await at.as('reg')('POST', '/api/documents', { path: 'hand/made.txt', level: 'public' })).status).toBe(422);
  for (const path of ['/api/documents', `/api/documents/${json.id}`, '/api/document-copies', '/api/document-imports'])
    for (const name of ['anna', 'piet']) expect((await at.as(name)('GET', path)).status).toBe(403);
});
