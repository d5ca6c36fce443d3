import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listAccounts } from '../../src/access/access.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type Cases, openCase, personLooking } from '../../src/cases/work.ts';
import { openRecord } from '../../src/cli/record.ts';
import { aliases, QUEUE } from '../../src/identities/identities.ts';
import { writeDirectory } from '../../src/identities/sample-house.ts';
import { openData } from '../../src/stores/data.ts';
import { countersign, type Running, start } from './run.ts';

/** The way from a pseudonym to a name without a browser: three people at three machines, and a server. */
const root = mkdtempSync(join(tmpdir(), 'countersign-unmask-'));
const at = (name: string): string => join(root, name);
const data = at('data');
let server: Running;
let origin = '';
let alias = '';
let caseId = '';

const STAFF = [
  ['asker', 'case_officer', 'ASK0001'],
  ['cora', 'case_officer', 'COR0001'],
  ['hanna', 'approver', 'HAN0001'],
  ['subject', 'approver', 'ADA0001'],
] as const;

beforeAll(async () => {
  writeDirectory(root);
  writeFileSync(at('logon.csv'), 'id,date,user,pc,activity\n{1},01/05/2026 08:00:00,ADA0001,PC-1,Logon\n');
  writeFileSync(at('passphrase'), 'correct horse battery staple\n');
  writeFileSync(at('reason'), 'The logs alone cannot tell whether the trip was official.\n');
  expect((await countersign('ingest', root, '--data', data)).code).toBe(0);
  for (const [name, role, person] of STAFF) {
    const made = await countersign('account', name, '--role', role, '--person', person, '--data', data);
    writeFileSync(at(`${name}.password`), /password (\S+)/.exec(made.stdout)?.[1] ?? made.stderr);
  }
  await openedCase();
  await serve();
}, 240_000);
afterAll(async () => {
  await stop();
  rmSync(root, { recursive: true });
});

/** A case of which the asker is a member, about somebody of the directory. */
async function openedCase(): Promise<void> {
  const opened = await openData(data);
  const ledger = await openRecord(opened);
  const cases: Cases = {
    ...opened,
    ledger,
    clock: systemClock,
    keep: { triage: 180, without_burden: 180, others: 1825 },
  };
  const asker = (await listAccounts({ db: opened.casework, clock: systemClock })).find(({ name }) => name === 'asker')!;
  const lead = (await aliases(opened, QUEUE, ['ADA0001'])).get('ADA0001')!;
  const opening = { reason: 'r', purpose: 'p', innocent: 'i', innocent_evidence: 'e' };
  caseId = await openCase(cases, await personLooking(cases, asker), { id: lead } as never, opening);
  alias = (await aliases(opened, caseId, ['ADA0001'])).get('ADA0001')!;
  await ledger.close();
  await opened.close();
}

async function serve(): Promise<void> {
  server = start('bin/countersign.js', ['serve', '--data', data, '--port', '0']);
  while (!server.stderr().includes('Countersign: ')) {
    if (server.child.exitCode !== null) throw new Error(server.stderr());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  origin = /http:\/\/[\d.:]+/.exec(server.stderr())?.[0] ?? '';
}
async function stop(): Promise<void> {
  server.child.kill('SIGTERM');
  await server.ended;
}

/** A command as one of the staff types it on his own machine. */
const as = (name: string, ...args: string[]) =>
  countersign(
    ...args,
    ...['--server', origin, '--as', name, '--password-file', at(`${name}.password`)],
    ...['--key', at(`${name}.key`), '--passphrase-file', at('passphrase')],
  );
const idIn = (text: string): string => /^([0-9A-Z]{20}) /m.exec(text)?.[1] ?? text;
const request = () => as('asker', 'unmask', 'request', '--case', caseId, '--alias', alias, '--reason', at('reason'));

test('without officers nothing is opened, and the program says what to do', async () => {
  const { code, stderr } = await request();
  expect(code).toBe(3);
  expect(stderr).toContain('No officers of both classes are enrolled: the identity cannot be opened');
  expect((await as('asker', 'officer', 'list')).stdout).toBe(
    'No keys: no identity can be opened, and no name is kept in any form.\n',
  );
});

test('a key is made on the officer’s machine, proposed by him, and confirmed by another who compared it', async () => {
  for (const name of ['cora', 'hanna', 'subject']) {
    const made = await countersign('officer', 'key', at(`${name}.key`), '--passphrase-file', at('passphrase'));
    const fingerprint = /Fingerprint (.+)\n/.exec(made.stdout)?.[1] ?? made.stderr;
    expect(statSync(at(`${name}.key`)).mode & 0o777).toBe(0o600);
    expect(readFileSync(at(`${name}.key`), 'utf8')).toContain('BEGIN AGE ENCRYPTED FILE');
    const proposed = await as(name, 'officer', 'enroll');
    expect(proposed.stdout).toContain(fingerprint);
    const other = name === 'cora' ? 'hanna' : 'cora';
    const confirm = (who: string, hex: string) =>
      as(who, 'officer', 'confirm', idIn(proposed.stdout), '--fingerprint', hex);
    expect(await confirm(name, fingerprint)).toMatchObject({ code: 5 });
    expect(await confirm(other, fingerprint.replace(/^..../, '0000'))).toMatchObject({ code: 5 });
    expect((await confirm(other, fingerprint)).stdout).toContain('confirmed');
  }
  await stop();
  const again = await countersign('ingest', root, '--data', data);
  expect(again.code).toBe(0);
  await serve();
}, 240_000);

test('two officers open a name together; only the requester sees it; the ledger verifies', async () => {
  const asked = await request();
  const id = idIn(asked.stdout);
  expect(asked.stdout).toContain(`waits_for_case      case ${caseId}  ${alias}  (yours)`);
  expect(await as('subject', 'unmask', 'list')).toMatchObject({ code: 0, stdout: 'No requests.\n' });
  expect(await as('subject', 'unmask', 'open', id, '--yes')).toMatchObject({ code: 3 });
  const shown = await as('cora', 'unmask', 'open', id);
  expect(shown.stderr).toContain('Reason: The logs alone cannot tell');
  expect(shown.stderr).toContain(`request ${id}\ncase ${caseId}\nalias ${alias}\nreason `);
  expect(shown.stderr).toContain('Nothing was opened.');
  expect(await as('hanna', 'unmask', 'open', id, '--yes')).toMatchObject({ code: 5 });
  expect((await as('cora', 'unmask', 'open', id, '--yes')).stdout).toContain('waits_for_approval');
  expect(await as('asker', 'unmask', 'show', id)).toMatchObject({ code: 5, stdout: '' });
  expect(await as('cora', 'unmask', 'open', id, '--yes')).toMatchObject({ code: 5 });
  expect((await as('hanna', 'unmask', 'open', id, '--yes')).stdout).toMatch(/ open .*\n {2}the person is told from /);
  expect(await as('asker', 'unmask', 'show', id)).toMatchObject({
    code: 0,
    stdout: 'Example, Ada\nada.example@house.example\nADA0001\n',
  });
  expect(await as('cora', 'unmask', 'show', id)).toMatchObject({ code: 5, stdout: '' });
  expect(await as('hanna', 'unmask', 'show', id)).toMatchObject({ code: 5, stdout: '' });
  expect((await as('asker', 'unmask', 'end', id)).stdout).toContain('ended');
  expect(await as('asker', 'unmask', 'show', id)).toMatchObject({ code: 5, stdout: '' });
  const held = await as('cora', 'unmask', 'hold', id, '--until', '2020-01-01', '--reason', at('reason'));
  expect(held).toMatchObject({ code: 5, stderr: expect.stringContaining('a hold ends in the future') });
  await stop();
  const verified = await countersign('verify', data);
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.stdout).toContain('unmasking_steps');
  expect(readFileSync(join(data, 'ledger', 'vkey'), 'utf8')).not.toContain('ADA0001');
  await serve();
}, 240_000);
