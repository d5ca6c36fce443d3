/** The stores on real servers: what a part that is away does, and moving there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { acquireLock } from '../../src/base/lock.ts';
import { loadLogs } from '../../src/events/events.ts';
import { type Events, openEmbedded } from '../../src/stores/clickhouse.ts';
import { migrateEvents, openData } from '../../src/stores/data.ts';
import { moveCasework, moveEvents } from '../../src/stores/move.ts';
import { openCasework } from '../../src/stores/postgres.ts';
import { openServers } from '../../src/stores/servers.ts';
import {
  type ClickHouse,
  clickhouseLibrary,
  postgresPrograms,
  type Running,
  startClickHouse,
  startPostgres,
} from './servers.ts';

// Starting, killing and starting again takes minutes on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

const [programs, library] = [postgresPrograms(), clickhouseLibrary()];
if (!programs) console.warn('NOT TESTED: casework on PostgreSQL; Debian: apt-get install postgresql');
if (!library) console.warn('NOT TESTED: events on ClickHouse servers; they need python3');

const root = mkdtempSync(join(tmpdir(), 'countersign-servers-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const options = { onRows: () => {}, signal: new AbortController().signal };

const FIRST = 5000;
const pad = (n: number) => String(n).padStart(2, '0');
/** `count` lines of a log of logons from number `from` on, by 300 people. */
const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const time = `0${1 + (n % 9)}/${pad(1 + (n % 28))}/2026 ${pad(n % 24)}:${pad(n % 60)}:${pad((n * 7) % 60)}`;
    return `{${n}},${time},P${n % 300},PC-${n % 300},Logon\n`;
  }).join('');

describe.skipIf(!library)('three ClickHouse servers', () => {
  let servers: ClickHouse;
  let events: Events;
  const folder = join(root, 'world');
  const open = (name: string) => {
    const spool = join(root, name);
    mkdirSync(spool, { recursive: true });
    return openServers({ url: servers.urls.map((url) => `${url}/${name}`).join(), cluster: servers.cluster, spool });
  };
  const summary = (of: Events) =>
    of.rows(`SELECT count() AS rows, uniqExact(uid) AS lines, uniqExact(actor_user_uid) AS people FROM events`);

  beforeAll(async () => {
    servers = await startClickHouse(library!, 3);
    events = await open('whole');
    await migrateEvents(events);
    mkdirSync(folder);
    writeFileSync(join(folder, 'logon.csv'), `id,date,user,pc,activity\n${lines(0, FIRST)}`);
  });
  afterAll(async () => {
    await events?.close();
    await servers?.stop();
  });

  test('each keep some of the people, and each person wholly', async () => {
    await loadLogs(events, folder);
    expect(await summary(events)).toEqual([{ rows: FIRST, lines: FIRST, people: 300 }]);
    const parts = await Promise.all(
      events.shards!.nodes.map((node) =>
        node.rows<{ people: string[] }>(`SELECT groupUniqArray(actor_user_uid::String) AS people FROM events`),
      ),
    );
    const people = parts.map(([part]) => part!.people);
    expect(people.every((part) => part.length > 50)).toBe(true);
    expect(people.flat()).toHaveLength(300);
  });

  test('rows that come with a migration are there once', async () => {
    const [words] = await events.rows<{ n: number; words: number }>(
      'SELECT count() AS n, uniqExact(word) AS words FROM level_words',
    );
    expect(words!.n).toBeGreaterThan(0);
    expect(words!.n).toBe(words!.words);
  });

  test('a deletion is done everywhere before anybody goes on', async () => {
    await events.run(
      `INSERT INTO staff (day, user_uid, role, team, projects, clearance) SELECT toDate('2026-01-01'), concat('P', toString(number)), '', '', [], 0 FROM numbers(300)`,
    );
    await events.run(`ALTER TABLE staff DELETE WHERE day >= toDate('2026-01-01') SETTINGS mutations_sync = 0`);
    expect(await events.rows('SELECT count() AS n FROM staff')).toEqual([{ n: 0 }]);
  });

  test('one that is killed while rows arrive: questions name it, nothing is lost or doubled when it is back', async () => {
    writeFileSync(join(folder, 'logon.csv'), `id,date,user,pc,activity\n${lines(0, 4 * FIRST)}`);
    let batches = 0;
    const acknowledged: number[] = [];
    const load = loadLogs(events, folder, {
      segmentBytes: 20_000,
      async onBatch({ rows }) {
        acknowledged.push(rows);
        if (++batches === 3) await servers.nodes[1]!.kill();
      },
    });
    await expect(load).rejects.toMatchObject({ code: expect.stringMatching(/part-missing|engine-stopped/) });
    const port = new URL(servers.nodes[1]!.url).port;
    for (const question of ['SELECT count() AS n FROM events', 'SELECT max(day) AS day FROM events']) {
      const asked = events.rows(question);
      await expect(asked).rejects.toMatchObject({ code: 'part-missing', place: expect.stringContaining('127.0.0.1:') });
    }
    // A deletion that one of them cannot do is an error too.
    await expect(events.run('TRUNCATE TABLE staff')).rejects.toMatchObject({ message: expect.stringContaining(port) });
    await servers.nodes[1]!.start();
    const [stored] = await events.rows<{ rows: number }>('SELECT sum(rows) AS rows FROM segments FINAL');
    expect(stored!.rows).toBeGreaterThanOrEqual(acknowledged.reduce((sum, rows) => sum + rows, 0));
    await loadLogs(events, folder, { segmentBytes: 20_000 });
    expect(await summary(events)).toEqual([{ rows: 4 * FIRST, lines: 4 * FIRST, people: 300 }]);
  });

  test('the first of the addresses may be the one that is away', async () => {
    await servers.nodes[0]!.kill();
    // Another one is asked, and says what it cannot reach.
    await expect(events.rows('SELECT count() AS n FROM events')).rejects.toMatchObject({ code: 'part-missing' });
    expect(await events.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await servers.nodes[0]!.start();
    expect(await events.rows('SELECT count() AS n FROM events')).toEqual([{ n: 4 * FIRST }]);
  });

  test('embedded events move there, row by row the same, and what came over half is made whole', async () => {
    const dir = join(root, 'embedded');
    const [from, to] = [await openEmbedded(dir, { memoryBytes: 500_000_000 }), await open('moved')];
    await migrateEvents(from);
    await migrateEvents(to);
    await loadLogs(from, folder);
    const moved = await moveEvents(from, to, options);
    expect(moved.find(({ table }) => table === 'events')).toMatchObject({ rows: 4 * FIRST });
    await to.shards!.nodes[2]!.run('ALTER TABLE events DELETE WHERE file_line % 2 = 0 SETTINGS mutations_sync = 1');
    expect(await moveEvents(from, to, options)).toEqual(moved);
    expect(await summary(to)).toEqual(await summary(from));
    await from.close();
    await to.close();
  });
});

describe.skipIf(!programs)('PostgreSQL', () => {
  let postgres: Running;
  beforeAll(async () => {
    postgres = await startPostgres(programs!);
  });
  afterAll(() => postgres?.stop());

  test('one program at a time writes there, from whichever directory', async () => {
    const url = `${postgres.url}/postgres`;
    const [one, other] = [await openCasework({ url }), await openCasework({ url })];
    const lock = await one.lockAlone('countersign serve');
    await expect(other.lockAlone('countersign account')).rejects.toMatchObject({ code: 'data-in-use' });
    await lock.close();
    await (await other.lockAlone('countersign account')).close();
    await one.close();
    await other.close();
  });

  test('a data directory whose config.yml names it keeps its casework there, and moving brings it over', async () => {
    const dir = join(root, 'moving');
    const data = await openData(dir, { create: true, memoryBytes: 500_000_000 });
    const insert = { id: 'L1', person_mark: 'm', first_day: '2026-01-01', last_day: '2026-01-02', as_of: '2026-01-02' };
    const rest = { score: 41.5, signals: 2, stages: ['a'], detections: ['b'], administrator: false, evidence: 12.25 };
    const lists = { top: JSON.stringify([['b', 3]]), trend: [1, 2] };
    await data.casework
      .insertInto('leads' as never)
      .values({ ...insert, ...rest, ...lists } as never)
      .execute();
    await sql`select nextval('directory_n') from generate_series(1, 3)`.execute(data.casework);
    await data.close();
    const url = `${postgres.url}/template1`;
    const [from, to] = [await openCasework({ dir }), await openCasework({ url })];
    const moved = await moveCasework(from.db, to.db, options);
    expect(moved.find(({ table }) => table === 'leads')).toMatchObject({ rows: 1 });
    expect(await moveCasework(from.db, to.db, options)).toEqual(moved);
    // Numbers go on after the last one: the event store has rows by them.
    const { rows } = await sql<{ n: number }>`select nextval('directory_n')::integer as n`.execute(to.db);
    expect(rows).toEqual([{ n: 4 }]);
    await from.close();
    await to.close();
    writeFileSync(join(dir, 'config.yml'), `postgres_url: ${url}\n`);
    const again = await openData(dir);
    expect(
      await again.casework
        .selectFrom('leads' as never)
        .selectAll()
        .execute(),
    ).toMatchObject([{ id: 'L1' }]);
    await again.close();
    await (await acquireLock(dir, 'test')).release();
  });
});
