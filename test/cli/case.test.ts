import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { house } from '../cases.ts';
import { countersign } from './run.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-cli-case-'));
const data = join(root, 'data');
const password = join(root, 'password');
const out = join(root, 'dossier');
const PLAN = Buffer.from('the plan');
let id: string;

beforeAll(async () => {
  writeFileSync(password, 'correct horse battery\n');
  writeFileSync(join(root, 'wrong'), 'wrong horse battery\n');
  const at = await house(data);
  id = await at.opened('SUB0001');
  await at.step('otto', id, { kind: 'clock', text: 'tell him', basis: 'rule 4', due: '2026-03-08' });
  const sha256 = createHash('sha256').update(PLAN).digest('hex');
  await at.step('otto', id, { kind: 'evidence', sha256, what: 'plan', origin: 'office' });
  const part = { offset: 0, size: PLAN.length, base64: PLAN.toString('base64') };
  await at.as('otto')('POST', `/api/cases/${id}/evidence/E1`, part);
  await at.close();
});
afterAll(() => rmSync(root, { recursive: true }));

const run = (action: string, name: string, ...more: string[]) =>
  countersign('case', action, ...more, '--as', name, '--password-file', password, '--data', data);

test('a member lists and reads a case; for everybody else there is none', async () => {
  expect(await run('list', 'otto')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(`^${id}  [0-9A-Z]{5}  2026-03-02  open {8}7 steps  clock due 2026-03-08\n$`),
    ),
  });
  expect(await run('list', 'rita')).toMatchObject({ code: 0, stdout: 'You are a member of no case.\n' });
  const { code, stdout } = await run('show', 'piet', id);
  expect({ code, steps: stdout.match(/^-- \d+ /gm)?.length }).toEqual({ code: 0, steps: 7 });
  expect(stdout).toMatch(/-- 1 {2}2026-03-02T08:00:00\.000Z {2}open {2}otto\n {4}reason: papers of six projects/);
  expect(await run('show', 'rita', id)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('There is no such case'),
  });
  const wrong = await countersign(
    'case',
    'list',
    '--as',
    'otto',
    '--password-file',
    join(root, 'wrong'),
    '--data',
    data,
  );
  expect(wrong).toMatchObject({ code: 5, stdout: '' });
});

test('an exported case is verified by whoever has it, and refused when anything in it was changed', async () => {
  expect(await run('export', 'otto', id, '--out', out)).toMatchObject({
    code: 0,
    stdout: `7 steps and 1 pieces of evidence are in ${out}\n`,
  });
  expect(readdirSync(out).sort()).toEqual(['bundle.json', 'dossier.html', 'evidence']);
  expect(await run('export', 'otto', id, '--out', out)).toMatchObject({ code: 2 });
  const vkey = readFileSync(join(data, 'ledger/vkey'), 'utf8').trim();
  writeFileSync(join(root, 'policy'), `log ${vkey}\nquorum none\n`);
  const verify = () => countersign('verify', out, '--policy', join(root, 'policy'));
  expect(await verify()).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^case ${id}: 7 steps and 1 pieces of evidence, all as they were exported\nthey are in example.org/log, `,
      ),
    ),
  });
  const own = await countersign('verify', join(out, 'bundle.json'));
  expect(own).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^note: the key was taken from the bundle itself/),
  });

  const plan = join(out, 'evidence', createHash('sha256').update(PLAN).digest('hex'));
  writeFileSync(plan, 'the plot');
  expect(await verify()).toMatchObject({ code: 8, stderr: expect.stringContaining('evidence E1 was changed') });
  writeFileSync(plan, PLAN);
  const bundle = join(out, 'bundle.json');
  writeFileSync(bundle, readFileSync(bundle, 'utf8').replace('"basis": "rule 4"', '"basis": "rule 5"'));
  expect(await verify()).toMatchObject({
    code: 8,
    stderr: expect.stringContaining('step 5 is shown with other words'),
  });
});

test('retention says what it would destroy, destroys it, and leaves a certificate', async () => {
  const old = join(root, 'old');
  const at = await house(old, '2020-01-02T08:00:00Z');
  const lead = await at.lead('SUB0001');
  await at.as('anna')('POST', `/api/leads/${lead}/triage`, { decision: 'dismiss', reason: 'a project that ended' });
  await at.close();
  const run = (...more: string[]) => countersign('retention', '--data', old, ...more);
  const what = `triage  ${lead}  1 rows, 0 files  \\(decisions about leads that became no case: 180 days after the last\\)`;
  const dry = { code: 0, stdout: expect.stringMatching(new RegExp(`^would be destroyed: ${what}\n$`)) };
  expect(await run('--dry-run')).toMatchObject(dry);
  expect(await run('--dry-run')).toMatchObject(dry);
  const done = new RegExp(`^destroyed: ${what}\n {2}certificate [0-9A-Z]{12} {2}[0-9a-f]{64}\n$`);
  expect(await run()).toMatchObject({ code: 0, stdout: expect.stringMatching(done) });
  expect(await run()).toMatchObject({ code: 0, stdout: 'Nothing has reached the end of its term.\n' });
  expect(await countersign('verify', old)).toMatchObject({ code: 0 });
});

test('what was shown and exported is in the ledger, and the ledger verifies', async () => {
  expect(await countersign('verify', data)).toMatchObject({ code: 0 });
});
