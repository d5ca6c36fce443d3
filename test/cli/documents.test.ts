import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersign } from './run.ts';

/** The register from the command line: who keeps it signs in, and what takes two takes two there as well. */
let root: string;
const at = (...names: string[]) => join(root, ...names);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'documents-cli-'));
  mkdirSync(at('archive'));
  mkdirSync(at('empty'));
  writeFileSync(
    at('archive', 'documents.csv'),
    [
      'path,title,level,owner_team,project,registered_at,copies',
      'vault/plan.docx,Plan,机密,Team 1,P,2026-01-01,2',
      'vault/bad.docx,Bad,hidden,Team 1,P,2026-01-01,1',
      '',
    ].join('\n'),
  );
  // The data directory is there from the first import on.
  await countersign('documents', 'import', at('empty'), '--data', at('data'));
  for (const [name, role, person] of [
    ['rita', 'registrar', 'RIT0001'],
    ['piet', 'approver', 'PIE0001'],
    ['anna', 'analyst', 'ANN0001'],
  ])
    await made(name!, role!, person!);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function made(name: string, role: string, person: string): Promise<void> {
  const done = await countersign('account', name, '--role', role, '--person', person, '--data', at('data'));
  expect(done).toMatchObject({ code: 0 });
  writeFileSync(at(name), `${/password (\S+)/.exec(done.stdout)![1]}\n`);
}
const documents = (...args: string[]) => countersign('documents', ...args, '--data', at('data'));
const as = (name: string, ...args: string[]) => documents(...args, '--as', name, '--password-file', at(name));

test('import names the bad row, and a table alone is enough', async () => {
  const done = await documents('import', '--csv', at('archive', 'documents.csv'));
  expect(done).toMatchObject({ code: 7, stdout: expect.stringMatching(/^1 documents in the register/) });
  expect(done.stderr).toContain('NOT USED  documents.csv:3: the level is unknown');
  expect(await documents('import')).toMatchObject({ code: 2, stderr: expect.stringContaining('--csv FILE') });
});

test('a copy is lent, is on the list, comes back, and is destroyed by two with a certificate', async () => {
  const plan = 'vault/plan.docx';
  expect(await as('rita', 'lend', plan, '--copy', '1', '--to', 'ABC0001', '--due', '2099-01-01')).toMatchObject({
    ...{ code: 0, stdout: expect.stringMatching(/^step \d+ of [0-9A-Z]{10} is taken\n$/) },
  });
  const list = await as('rita', 'overdue');
  expect(list.stdout).toMatch(
    /\/1 {2}secret {8}ABC0001 {2}lent \d{4}-\d\d-\d\d {2}due 2099-01-01 {2}vault\/plan.docx\n$/,
  );
  expect(await as('rita', 'lend', plan, '--copy', '1', '--to', 'ABC0001', '--due', '2099-01-01')).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('it has to be returned first') },
  });
  expect(await as('rita', 'return', plan, '--copy', '1')).toMatchObject({ code: 0 });
  expect(await as('rita', 'destroy', plan, '--copy', '1', '--how', 'burnt')).toMatchObject({ code: 0 });
  expect(await as('rita', 'confirm', plan, '--copy', '1')).toMatchObject({ code: 2 });
  expect((await as('piet', 'proposals')).stdout).toContain('destroy copy 1  by rita');
  expect(await as('piet', 'show', plan)).toMatchObject({ code: 5 });
  expect(await as('piet', 'confirm', plan, '--copy', '1')).toMatchObject({ code: 0 });
  const { stdout } = await as('rita', 'certificate', plan, '--copy', '1');
  writeFileSync(at('certificate.json'), stdout);
  expect((await documents('verify', at('certificate.json'))).stdout).toContain(
    'copy 1 of vault/plan.docx was destroyed',
  );
  writeFileSync(at('false.json'), stdout.replace('burnt', 'kept'));
  expect(await documents('verify', at('false.json'))).toMatchObject({
    code: 8,
    stderr: expect.stringContaining('digest'),
  });
}, 180_000);

test('the register is for those who keep it, and its lists are checked against its steps', async () => {
  expect(await as('anna', 'list')).toMatchObject({ code: 5, stderr: expect.stringContaining('kept by registrars') });
  expect(await documents('list')).toMatchObject({ code: 2, stderr: expect.stringContaining('--as NAME') });
  expect((await as('rita', 'list')).stdout).toMatch(
    /^[0-9A-Z]{10} {2}secret {8} {2}0 of 1 away {2}vault\/plan.docx\n$/,
  );
  expect((await documents('check')).stdout).toBe('every document and copy is what its steps make\n');
  expect(await countersign('verify', at('data'))).toMatchObject({ code: 0 });
}, 120_000);
