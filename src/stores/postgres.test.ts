import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CaseworkStore, openCasework } from './postgres.ts';

const dir = mkdtempSync(join(tmpdir(), 'countersign-casework-'));
/** Set it to an empty database to run the same tests on a PostgreSQL server. */
const url = process.env.COUNTERSIGN_TEST_POSTGRES_URL;
const engines = [{ dir, waitMilliseconds: 1000 }, ...(url === undefined ? [] : [{ url }])];
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.each(engines)('%o', (place) => {
  let store: CaseworkStore;
  beforeAll(async () => {
    store = await openCasework(place);
  });
  afterAll(() => store.close());

  test('values come out of both engines alike', async () => {
    const query = sql<Record<string, unknown>>`select 9007199254740991::bigint as "bigint", 1.50::numeric as "numeric",
      date '2026-03-01' as "date", timestamp '2026-03-01 08:30:00' as "timestamp", 0.5::float8 as "float",
      timestamptz '2026-03-01 08:30:00+08' as "timestamptz", '{"a":[1]}'::jsonb as "json", true as "boolean",
      ${JSON.stringify(['x'])}::jsonb as "json_parameter", ${new Date(0)}::timestamptz as "time_parameter"`;
    expect((await query.execute(store.db)).rows[0]).toEqual({
      bigint: Number.MAX_SAFE_INTEGER,
      numeric: '1.50',
      date: '2026-03-01',
      timestamp: '2026-03-01 08:30:00',
      float: 0.5,
      timestamptz: new Date('2026-03-01T00:30:00Z'),
      json: { a: [1] },
      boolean: true,
      json_parameter: ['x'],
      time_parameter: new Date(0),
    });
  });

  test('transactions are apart from each other and from single queries, and roll back', async () => {
    await sql`create table apart (n int)`.execute(store.db);
    const add = (n: number, fail: boolean) =>
      store.db.transaction().execute(async (tx) => {
        await sql`insert into apart values (${n})`.execute(tx);
        await sql`select 1`.execute(tx);
        if (fail) throw new Error('roll back');
      });
    const all = [add(1, true), sql`insert into apart values (2)`.execute(store.db), add(3, false), add(4, true)];
    await Promise.allSettled(all);
    const { rows } = await sql<{ n: number }>`select n from apart order by n`.execute(store.db);
    expect(rows).toEqual([{ n: 2 }, { n: 3 }]);
    await sql`drop table apart`.execute(store.db);
  });

  test('counts of changed rows are given', async () => {
    await sql`create table counted (n int)`.execute(store.db);
    await sql`insert into counted values (1), (2), (3)`.execute(store.db);
    const result = await sql`update counted set n = 0 where n > 1`.execute(store.db);
    expect(result.numAffectedRows).toBe(2n);
    await sql`drop table counted`.execute(store.db);
  });
});

test('what was written is there when the directory is opened again', async () => {
  const first = await openCasework({ dir });
  await sql`create table kept (n int)`.execute(first.db);
  await sql`insert into kept values (7)`.execute(first.db);
  await first.close();
  const second = await openCasework({ dir });
  expect((await sql`select n from kept`.execute(second.db)).rows).toEqual([{ n: 7 }]);
  await second.close();
});

test('a process that opened a store and closed it again ends, even if it asked nothing', async () => {
  const kept = join(dir, 'ends');
  const program = `
    const { openCasework } = await import(${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)});
    for (let n = 0; n < 2; n++) {
      const store = await openCasework({ dir: ${JSON.stringify(kept)} });
      await store.close();
      await store.close();
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('half a store, left by a first start that was killed, is laid out anew', async () => {
  const fresh = join(dir, 'fresh');
  mkdirSync(join(fresh, 'casework.new', 'global'), { recursive: true });
  writeFileSync(join(fresh, 'casework.new', 'PG_VERSION'), '18');
  const store = await openCasework({ dir: fresh });
  expect(await store.db.selectFrom('accounts').selectAll().execute()).toEqual([]);
  await store.close();
  expect(readdirSync(fresh)).toEqual(['casework']);
});

test('the outer handle inside a transaction is a fault, not a wait for ever', async () => {
  const store = await openCasework({ memory: true, waitMilliseconds: 50 });
  const mistake = store.db.transaction().execute(() => sql`select 1`.execute(store.db));
  await expect(mistake).rejects.toMatchObject({ code: 'query-too-slow' });
  expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
  await store.close();
});

test('a server that does not answer is a fault that keeps the password to itself', async () => {
  const refusal = await openCasework({ url: 'postgres://casework:hunter2@127.0.0.1:1/casework' }).catch(
    (error) => error,
  );
  expect(refusal).toMatchObject({ code: 'engine-stopped' });
  expect(refusal.message).not.toContain('hunter2');
});
