import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadPeople } from '../people/people.ts';
import { type Data, openData } from '../stores/data.ts';
import { loadDocuments } from './jobs.ts';
import { type Explanations, explainTrove } from './who.ts';

const PEOPLE = Array.from({ length: 9 }, (_, at) => `USR00${at}`);
const path = (at: number) => `\\\\fs1\\vault\\paper-${at}.docx`;
const LEVELS = ['internal', 'confidential', 'secret'];

let folder: string;
let data: Data;
let found: Explanations;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'who-'));
  const rows = Array.from({ length: 30 }, (_, at) => `${path(at)},T,${LEVELS[at % 3]},Team 1,P,2026-01-01`);
  writeFileSync(
    join(folder, 'documents.csv'),
    `path,title,level,owner_team,project,registered_at\n${rows.join('\n')}\n`,
  );
  data = await openData(join(folder, 'data'), { create: true });
  await loadPeople(data.events, folder);
  await loadDocuments(data.events, folder);
  // Everybody reads the first ten; one of them also ten others, and another one of those.
  const acts = [
    ...PEOPLE.flatMap((user) => Array.from({ length: 10 }, (_, at) => [user, at])),
    ...Array.from({ length: 10 }, (_, at) => ['USR004', 10 + at]),
    ['USR005', 20],
  ] as [string, number][];
  const file = join(data.events.spool!, 'acts.jsonl');
  const lines = acts.map(([user_uid, at], number) => ({
    ...{ day: '2026-03-02', time: `2026-03-02 09:00:${String(number % 60).padStart(2, '0')}`, event_uid: number + 1 },
    ...{ user_uid, class_uid: 1001, activity_name: 'Open', document: path(at), registered: true },
  }));
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  await data.events.run(
    `INSERT INTO acts (day, time, event_uid, user_uid, class_uid, activity_name, document, registered)
     SELECT * FROM file({file:String}, 'JSONEachRow',
       'day Date, time DateTime, event_uid UInt128, user_uid String, class_uid UInt16, activity_name String, document String, registered Bool')`,
    { file },
  );
  // The trove: two that everybody read, six that one person read, and one that nobody did.
  found = await explainTrove(data, [0, 1, 10, 11, 12, 13, 14, 15, 29].map(path));
}, 120_000);

afterAll(async () => {
  await data?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('who had what nobody like him had comes first, with the events behind each claim', () => {
  const [first, ...others] = found.people;
  expect(first).toMatchObject({ documents: 8, share: 1, compared_with: 8 });
  expect(first!.surprise_bits).toBeGreaterThan(5);
  for (const other of others) expect(other.surprise_bits).toBeLessThan(3);
  expect(first!.events).toHaveLength(8);
  expect(first!.events[0]).toMatchObject({
    document: path(0),
    activity: 'Open',
    event: expect.stringMatching(/^\d+$/),
  });
  expect(found.groups).toEqual([{ subjects: [first!.subject], documents: 8 }]);
});

test('what else he had is his exposure, by level', () => {
  expect(found.people[0]!.exposure).toMatchObject({ internal: 4, confidential: 4, secret: 4, public: 0 });
});

test('what nobody in the logs had is named', () => {
  expect(found).toMatchObject({ documents: 9, in_logs: 8, nobody: [path(29)] });
});

test('people are pseudonyms', () => {
  const text = JSON.stringify(found);
  for (const user of PEOPLE) expect(text).not.toContain(user);
  expect(found.note).toContain('never guilt');
});

test('an empty trove and empty logs explain nothing', async () => {
  expect(await explainTrove(data, [])).toMatchObject({ documents: 0, people: [], groups: [] });
});
