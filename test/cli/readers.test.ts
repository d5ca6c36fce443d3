import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countersign } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-readers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const own = join(folder, 'own');
const doorlog = join(own, 'doorlog');
mkdirSync(doorlog, { recursive: true });
/** The mapping that docs/readers.md shows, as it stands there. */
const [, shown = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('docs/readers.md', 'utf8'))!;
writeFileSync(join(doorlog, 'mapping.yml'), shown.replace(/^ {3}/gm, ''));
const LINES = [
  '{"at":"2026-03-02T09:00:00Z","badge":{"owner":"ABC0001"},"door":"Archive 2","result":"open"}',
  '{"at":1772442060,"badge":{"owner":"ABC0002"},"door":"Archive 2","result":"denied"}',
  '{"at":"2026-03-02T09:02:00Z","badge":{},"door":"Gate"}',
];
writeFileSync(join(doorlog, 'sample.log'), LINES.map((line) => `${line}\n`).join(''));

test('the readers there are, an own one first', async () => {
  const { code, stdout } = await countersign('readers', 'list', '--readers', own);
  expect(code).toBe(0);
  expect(stdout.split('\n')[0]).toMatch(/^doorlog +json +Door controller$/);
  expect(stdout).toMatch(/^m365 +json +Microsoft 365 unified audit log$/m);
});

test("the documentation's reader does what it says, and one that does not is named with its line", async () => {
  const written = await countersign('readers', 'test', doorlog, '--update');
  expect(written).toMatchObject({ code: 0, stdout: expect.stringContaining('ok       doorlog: 2 of 3 lines read') });
  const rows = readFileSync(join(doorlog, 'expected.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row));
  expect(rows).toMatchObject([
    {
      time: '2026-03-02 09:00:00',
      class_uid: 3002,
      activity_name: 'Logon',
      actor_user_uid: 'ABC0001',
      device_hostname: 'Archive 2',
    },
    { time: '2026-03-02 09:01:00', class_uid: 3002, status: 'Failure', actor_user_uid: 'ABC0002' },
    { quarantine_reason: 'no badge', raw_data: LINES[2] },
  ]);
  writeFileSync(
    join(doorlog, 'expected.jsonl'),
    `${rows.map((row) => JSON.stringify({ ...row, file_line: 1 })).join('\n')}\n`,
  );
  const changed = await countersign('readers', 'test', own);
  expect(changed.code).toBe(2);
  expect(changed.stdout).toMatch(/DIFFERS {2}doorlog[^\n]*\n +line 2: became/);
});

test('the nearest reader to lines of a file, with what it would fill', async () => {
  const file = join(folder, 'some.log');
  writeFileSync(
    file,
    '{"published":"2026-03-02T09:00:00Z","eventType":"user.session.start","actor":{"type":"User","alternateId":"x"}}\n',
  );
  const { code, stdout } = await countersign('readers', 'nearest', file);
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^okta \(Okta System Log\): reads 1 of 1 lines\n {2}fills actor_user_uid in 1\n/),
  });
});

test.for<[args: string[], code: number, said: string]>([
  [['test', join(folder, 'nix')], 3, 'there is no such folder of readers'],
  [['nearest'], 2, 'nearest needs a file'],
  [['nearest', join(folder, 'nix')], 3, 'there is no such file'],
  [['lst'], 2, "'lst' is none of list, test, nearest"],
])('readers %j', async ([args, code, said]) => {
  const ended = await countersign('readers', ...args);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(said);
});

test.for<[text: string, said: string]>([
  [
    shown.replace(/^ {3}/gm, '').replace('lower(door) LIKE', '(SELECT 1) = 1 AND lower(door) LIKE'),
    'cannot hold a SELECT',
  ],
  [shown.replace(/^ {3}/gm, '').replace('log_name: doorlog', 'log_name: gate'), "log_name is not the folder's name"],
  [shown.replace(/^ {3}/gm, '').replace('shape: json', 'shape: regex\npattern: "(a)"'), 'every group of the pattern'],
  [shown.replace(/^ {3}/gm, '').replace('class_uid:', 'nationality:'), 'Unrecognized key'],
])('a mapping that is none is refused: %#', async ([text, said]) => {
  const place = join(mkdtempSync(join(folder, 'bad-')), 'doorlog');
  mkdirSync(place);
  writeFileSync(join(place, 'mapping.yml'), text);
  const { code, stderr } = await countersign('readers', 'list', '--readers', join(place, '..'));
  expect(code).toBe(2);
  expect(stderr).toContain(said);
});
