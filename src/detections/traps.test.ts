/** What real logs and tables do to a join: rows that come twice, names that are missing, tables that are not there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { rules } from './rule.ts';
import { computeDay, deleteDerivedFrom } from './store.ts';

const DAY = '2026-03-31';
let dir: string;
let events: Events;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'traps-'));
  events = await openEmbedded(dir);
  await migrateEvents(events);
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  await deleteDerivedFrom(events, '2026-01-01');
  for (const table of ['events', 'directory', 'documents']) await events.run(`TRUNCATE TABLE ${table}`);
});

/** A row of the directory of 2026-01. */
const person = (uid: number, user: string, projects: string[], team = 'T') =>
  events.run(
    `INSERT INTO directory (uid, valid_from, user_uid, email, role, projects, team)
     SELECT {uid:UInt32}, '2026-01-01', {user:String}, concat({user:String}, '@house.example'), 'Clerk', {projects:Array(String)}, {team:String}`,
    { uid, user, projects, team },
  );

const registered = (path: string, project: string, team: string) =>
  events.run(
    `INSERT INTO documents (uid, path, name, level, owner_team, project, registered)
     SELECT sipHash64({path:String}), {path:String}, splitByChar('\\\\', {path:String})[-1], 4, {team:String}, {project:String}, '2026-01-01'`,
    { path, project, team },
  );

let uid = 0;
/** An event of the day, with other columns given as SQL. */
const event = (user: string, classUid: number, activity: string, columns: Record<string, string> = {}) => {
  const names = Object.keys(columns).map((name) => `, ${name}`);
  return events.run(
    `INSERT INTO events (uid, day, time, class_uid, activity_name, log_name, actor_user_uid, device_hostname${names.join('')})
     SELECT ${++uid}, '${DAY}', '${DAY} 10:00:00', ${classUid}, '${activity}', 'x', '${user}', 'PC'
       ${Object.values(columns)
         .map((value) => `, ${value}`)
         .join('')}`,
  );
};

const path = (text: string) => `'${text.replaceAll('\\', '\\\\')}'`;
const compute = () =>
  computeDay(events, DAY, { rules: rules(), insideDomains: ['house.example'], learnFrom: '2026-01-01' });

it('a directory month that was exported again does not count anybody twice', async () => {
  await person(1, 'P0', ['OWN']);
  await person(2, 'P0', ['OWN', 'NEW']);
  await event('P0', 1001, 'Copy', { file_path: path('R:\\a.txt'), to_removable_media: 'true' });
  await compute();
  expect(await events.rows('SELECT user_uid FROM staff')).toHaveLength(1);
  expect(await events.rows('SELECT user_uid FROM observations')).toHaveLength(1);
});

it('a registered folder is not the document of every act without a name', async () => {
  await person(1, 'P0', []);
  await registered('\\\\s\\PLANS\\', 'PLANS', 'X');
  await event('P0', 3002, 'Logon');
  await event('P0', 4009, 'Send', { email_to: "['a@partner.example']" });
  await compute();
  expect(await events.rows('SELECT document, registered FROM observations')).toEqual([
    { document: '', registered: false },
    { document: '', registered: false },
  ]);
});

it('papers of no team are not the own papers of somebody without a team', async () => {
  await person(1, 'P0', ['A'], '');
  await person(2, 'P1', ['A'], 'T');
  await registered('\\\\s\\B\\b.txt', 'B', '');
  for (const user of ['P0', 'P1', 'STRANGER']) await event(user, 1001, 'Open', { file_path: path('\\\\s\\B\\b.txt') });
  await compute();
  const rows = await events.rows<{ need_to_know: boolean }>('SELECT need_to_know FROM observations');
  expect(rows.map((row) => row.need_to_know)).toEqual([false, false, false]);
});

it('attachments that a log only counts leave all the same, each mail once', async () => {
  await person(1, 'P0', []);
  const columns = { email_to: "['a@partner.example', 'b@partner.example']", email_attachments: "['', '', '']" };
  await event('P0', 4009, 'Send', columns);
  await event('P0', 4009, 'Send', columns);
  await event('P0', 4009, 'Send', { email_to: "['a@partner.example']" });
  await compute();
  expect(
    await events.rows(`SELECT value, events FROM measures WHERE detection = 'exfiltrate-mail' AND span = 1`),
  ).toEqual([{ value: 2, events: 4 }]);
});

it('no file is a medium of its own: bare names and source paths are one unknown, a top folder is its drive', async () => {
  await person(1, 'P0', []);
  const removable = { to_removable_media: 'true' };
  await event('P0', 1001, 'Copy', { file_path: path('X12Q.doc'), ...removable });
  await event('P0', 1001, 'Copy', { file_path: path('\\\\s\\A\\a.txt'), ...removable });
  await event('P0', 1001, 'Update', { file_path: path('R:\\one.txt'), ...removable });
  await event('P0', 1001, 'Update', { file_path: path('R:\\two.txt'), ...removable });
  await compute();
  expect(await events.rows(`SELECT what FROM first_seen WHERE kind = 'channel' ORDER BY what`)).toEqual([
    { what: 'R:' },
    { what: 'unknown' },
  ]);
});

it('without a register every file may be a document', async () => {
  await person(1, 'P0', []);
  await event('P0', 1001, 'Copy', { file_path: path('X12Q.doc'), to_removable_media: 'true' });
  await compute();
  expect(await events.rows('SELECT document, registered FROM observations')).toEqual([
    { document: '', registered: true },
  ]);
});

it('people of whom the directory knows nothing are compared with each other, and one of them can stand out', async () => {
  await events.run(
    `INSERT INTO working_hours
     SELECT toDate('${DAY}') - 1 - intDiv(number, 20), concat('P', toString(number % 20)), 10, 20 FROM numbers(1200)`,
  );
  // Everybody copies a file now and then, one of them often many; today another copies forty.
  await events.run(
    `INSERT INTO measures (day, detection, span, user_uid, role, value, events)
     SELECT
       toDate('${DAY}') - 1 - intDiv(number, 20), 'exfiltrate-removable-media', arrayJoin([1, 7, 28]),
       concat('P', toString(number % 20)), '', if(number % 60 = 3, 64, 1), 1
     FROM numbers(1200)
     WHERE number % 3 = 0`,
  );
  for (let i = 0; i < 40; i++)
    await event('P0', 1001, 'Copy', { file_path: path(`R:\\f${i}.doc`), to_removable_media: 'true' });
  await compute();
  const [signal] = await events.rows<{ bits: number; peers: number }>(
    `SELECT bits, peers FROM signals WHERE detection = 'exfiltrate-removable-media'`,
  );
  expect(signal!.peers).toBe(19);
  expect(signal!.bits).toBeGreaterThan(7);
});
