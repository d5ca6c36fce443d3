/** A folder that grows while it is followed: from the row to the lead, through faults and a stop in between. */
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Log, silentLog } from '../base/log.ts';
import { loadDocuments } from '../documents/documents.ts';
import { checksum, loadLogs, logTotals } from '../events/events.ts';
import { aliases, QUEUE } from '../identities/identities.ts';
import { Gate, leadRoutes, replay } from '../leads/leads.ts';
import { loadPeople } from '../people/people.ts';
import { type Data, openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { follow } from './follow.ts';

const DAY = '01/21/2026';
let root: string;
let world: string;
let person: string;
/** A data directory that has lived through the world, to be copied. */
let lived: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'follow-'));
  world = join(root, 'world');
  lived = join(root, 'lived');
  await simulate({ people: 20, days: 17, seed: 5, out: world, dirty: false, stories: false });
  person = table('LDAP/2026-01.csv').find(([, , , role]) => role !== 'ServiceAccount')![1]!;
  const data = await openData(lived, { create: true });
  await loadPeople(data.events, world);
  await loadDocuments(data.events, world);
  await loadLogs(data.events, world);
  await replay(data);
  await data.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Stage {
  data: Data;
  folder: string;
  gate: Gate;
  log: string[];
  /** Follows until `until` holds, then stops and waits for the end. */
  follow: (until: () => Promise<boolean>) => Promise<void>;
}

async function stage(name: string, play: (stage: Stage) => Promise<void>): Promise<void> {
  const [dir, folder] = [join(root, `${name}-data`), join(root, `${name}-world`)];
  cpSync(lived, dir, { recursive: true });
  cpSync(world, folder, { recursive: true });
  const data = await openData(dir);
  const [gate, said] = [new Gate(), [] as string[]];
  const note: Log['info'] = (fields, message) =>
    said.push([message, fields.source, fields.code].filter(Boolean).join(' '));
  const log = { ...silentLog, info: note, warn: note };
  try {
    await play({
      ...{ data, folder, gate, log: said },
      async follow(until) {
        const stop = new AbortController();
        const following = follow(data, folder, { log, gate, signal: stop.signal, pauseMs: 20 });
        await expect
          .poll(until, { timeout: 50_000, interval: 50 })
          .toBe(true)
          .finally(() => stop.abort());
        await following;
      },
    });
  } finally {
    await data.close();
  }
}

/** The fields of a table's rows, without quoted ones. */
const table = (file: string) =>
  readFileSync(join(world, file), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .filter((row) => !row.includes('"'))
    .map((row) => row.split(','));

/** Fifty secret documents opened, copied to a medium and printed in the night of a day that is computed already. */
const burst = () => {
  const secrets = table('documents.csv').filter(([, , level]) => level!.includes('secret'));
  const act = (hour: number, i: number, path: string, activity: string, medium = 'False') =>
    `{${activity}-${i}},${DAY} ${hour}:${String(i).padStart(2, '0')}:00,${person},PC-9999,${path},${activity},${medium},False,\n`;
  const rows = secrets
    .slice(0, 50)
    .map(
      ([path], i) =>
        act(21, i, path!, 'File Open') +
        act(22, i, `R:\\NEW\\${path!.split('\\').at(-1)}`, 'File Write', 'True') +
        act(23, i, path!, 'File Print'),
    );
  return rows.join('');
};

/** The leads of both queues. */
const queue = ({ casework }: Data) => casework.selectFrom('leads').selectAll().orderBy('id').execute();
const isLead = async (data: Data) => {
  const alias = (await aliases(data, QUEUE, [person])).get(person);
  return (await queue(data)).some(({ id }) => id === alias);
};
test('rows that are added become a lead, as a load of the whole folder would have it', () =>
  stage('grows', async ({ data, folder, follow: until, log }) => {
    expect(await isLead(data)).toBe(false);
    appendFileSync(join(folder, 'file.csv'), burst());
    await until(() => isLead(data));
    expect(log).toEqual(['taken in']);
    const followed = await queue(data);
    // Nothing is left to compute, and the queue is the one that computing gives.
    await replay(data, { onDay: ({ day }) => expect(day).toBe('none') });
    expect(await queue(data)).toEqual(followed);
    const whole = await openData(undefined);
    await loadLogs(whole.events, folder);
    expect(await checksum(data.events)).toEqual(await checksum(whole.events));
    await whole.close();
  }));

test('a stop while days are computed leaves the old queue and a directory that goes on', () =>
  stage('stops', async ({ data, folder, gate, follow: until }) => {
    const before = await queue(data);
    appendFileSync(join(folder, 'file.csv'), burst().replaceAll(DAY, '01/16/2026'));
    await until(async () => gate.changing);
    expect(gate.changing).toBe(false);
    expect(await queue(data)).toEqual(before);
    await until(() => isLead(data));
  }));

test('a table and a log that cannot be read stop neither the other logs nor each other, and are named without a name', () =>
  stage('breaks', async ({ data, folder, follow: until, log }) => {
    writeFileSync(join(folder, 'clearances.csv'), 'who,what\nA,secret\n');
    rmSync(join(folder, 'email.csv'));
    mkdirSync(join(folder, 'email.csv'));
    const documents = (await data.events.rows<{ n: number }>('SELECT count() AS n FROM documents'))[0]!.n;
    appendFileSync(
      join(folder, 'documents.csv'),
      '\\\\fs01\\prj\\NEW\\new.docx,New,secret,Design 1,NEW,2026-01-21,,\n\\\\fs01\\ha',
    );
    appendFileSync(join(folder, 'file.csv'), burst());
    await until(() => isLead(data));
    expect([...new Set(log)].sort()).toEqual([
      'could not be taken in, tried again later clearances.csv invalid-input',
      'could not be taken in, tried again later email.csv invalid-input',
      'taken in',
    ]);
    const [after] = await data.events.rows<{ n: number }>('SELECT count() AS n FROM documents');
    expect(after!.n).toBe(documents + 1);
  }));

test('a person asked for while days are computed again is seen as before or after, never in between', () =>
  stage('reads', async ({ data, folder, gate, follow: until }) => {
    const all = leadRoutes({ ...data, synthetic: true, gate });
    const route = all.find(({ path }) => path === '/api/people/:subject')!;
    const subject = (await aliases(data, QUEUE, [person])).get(person)!;
    const seen = new Set<string>();
    const look = async () => {
      const input = { params: { subject }, query: {}, body: undefined };
      const { last_day, score_days } = (await route.handler(input, {
        account: { id: '1', name: 'mira', roles: ['analyst'], person: null },
      } as never)) as {
        last_day: string;
        score_days: { score: number }[];
      };
      seen.add(`${last_day} ${score_days.at(-1)?.score !== 0}`);
    };
    await look();
    const [before] = seen;
    appendFileSync(join(folder, 'file.csv'), burst().replaceAll(DAY, '01/20/2026'));
    await until(async () => {
      await look();
      return isLead(data);
    });
    await look();
    expect(before).toBe('2026-01-21 false');
    expect([...seen]).toEqual([before, '2026-01-21 true']);
  }));

test('a line in two halves is taken in whole, and a data directory that is empty is filled from the beginning', async () => {
  const folder = join(root, 'fresh-world');
  cpSync(world, folder, { recursive: true });
  const data = await openData(undefined);
  const stop = new AbortController();
  const following = follow(data, folder, { log: silentLog, gate: new Gate(), signal: stop.signal, pauseMs: 20 });
  const counted = async () => (await logTotals(data.events)).find(({ log_name }) => log_name === 'file')?.events ?? 0;
  const lines = readFileSync(join(folder, 'file.csv'), 'utf8').trimEnd().split('\n').length - 1;
  try {
    appendFileSync(join(folder, 'file.csv'), burst().slice(0, 70));
    await expect.poll(counted, { timeout: 100_000 }).toBe(lines);
    appendFileSync(join(folder, 'file.csv'), burst().slice(70));
    await expect.poll(() => isLead(data), { timeout: 100_000 }).toBe(true);
    expect(await counted()).toBe(lines + burst().trimEnd().split('\n').length);
  } finally {
    stop.abort();
    await following;
    await data.close();
  }
}, 240_000);
