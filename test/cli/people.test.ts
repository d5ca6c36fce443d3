import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countersign } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-people-'));
afterAll(() => rmSync(folder, { recursive: true }));
const data = ['--data', join(folder, 'data')];
const file = join(folder, 'people.ldif');
writeFileSync(
  file,
  'dn: uid=ada,dc=x\nobjectClass: inetOrgPerson\nuid: ada\ncn: Ada\ntitle: Clerk\n\ndn: uid=bo,dc=x\nobjectClass: inetOrgPerson\nuid bo\n',
);

test('a directory is tried out, taken in, and an account linked, shown and unlinked', async () => {
  const tried = await countersign('people', 'import', file, '--dry-run', ...data);
  expect({ ...tried, stderr: tried.stderr.split('\n').find((line) => line.startsWith('NOT TAKEN')) }).toEqual({
    code: 7,
    stdout: `added    ada   (${file}:1)\nWould be: 1 added, 0 changed, 0 ended, 0 linked, 0 as they were, 0 passed over, 1 not taken.\n`,
    stderr: `NOT TAKEN  ${file}:9: a line is a name, a colon and a value`,
  });
  const taken = await countersign('people', 'import', file, ...data);
  expect(taken.stdout).toBe('1 added, 0 changed, 0 ended, 0 linked, 0 as they were, 0 passed over, 1 not taken.\n');
  expect(taken.stderr).toContain('No names were kept');
  const why = ['--reason', 'her second account'];
  const linked = await countersign('people', 'link', 'adm-ada', 'ada', '--from', '2026-01-05', ...why, ...data);
  expect(linked).toMatchObject({ code: 0, stdout: 'adm-ada  is ada from 2026-01-05 on\n' });
  const ended = await countersign('people', 'unlink', 'adm-ada', '--until', '2026-01-09', ...why, ...data);
  expect(ended.stdout).toBe('adm-ada  is ada from 2026-01-05 to 2026-01-09\n');
  expect((await countersign('people', 'show', 'ada', ...data)).stdout).toBe(ended.stdout);
  const verified = await countersign('verify', data[1]!);
  expect(verified).toMatchObject({ code: 0 });
}, 120_000);

test.for<[args: string[], code: number, said: string]>([
  [['link', 'a', 'b', ...data], 2, '--reason is missing'],
  [['link', ...data], 2, 'people link takes 1 to 2 names'],
  [['links', ...data], 2, 'there is no action links'],
  [['unlink', 'nobody', '--reason', 'x', ...data], 3, 'There is no such link'],
  [['link', 'a', 'A', '--reason', 'x', ...data], 2, 'its own person'],
  [['import', join(folder, 'none'), ...data], 3, 'cannot be read'],
])('people %j', async ([args, code, said]) => {
  const ended = await countersign('people', ...args);
  expect(ended.stderr).toContain(said);
  expect(ended.code).toBe(code);
});
