import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../access/access.ts';
import { openData } from '../stores/data.ts';
import { bytes, type Check, checkNode, judgeAccounts, judgeDisk, judgeRows, runChecks } from './checks.ts';

test('Node before 24 fails', () => {
  expect(checkNode('24.0.0').state).toBe('ok');
  expect(checkNode('20.20.2')).toEqual({
    name: 'node',
    state: 'fail',
    found: 'Node 20.20.2',
    todo: 'Install Node 24 or newer.',
  });
});

test('a disk that fills is a warning before it is a failure', () => {
  expect([6e9, 5e9, 4.9e9, 1e9, 0.9e9].map((free) => judgeDisk(free).state)).toEqual([
    'ok',
    'ok',
    'warn',
    'warn',
    'fail',
  ]);
});

test('sizes are said in three digits', () => {
  expect([0, 45_300, 1_200_000, 123_400_000, 1.25e9].map(bytes)).toEqual([
    '0.0 kB',
    '45.3 kB',
    '1.2 MB',
    '123 MB',
    '1.3 GB',
  ]);
});

test('rows in quarantine are counted by log, and a tenth of all rows is a warning', () => {
  const logon = { log_name: 'logon', rows: 1000, bad: 0, events: 998 };
  const file = { log_name: 'file', rows: 2000, bad: 299, events: 1701 };
  expect(judgeRows([logon])).toEqual({ name: 'rows', state: 'ok', found: '998 events, none in quarantine' });
  expect(judgeRows([logon, file])).toMatchObject({
    state: 'ok',
    found: '2,699 events, 299 rows in quarantine (file 299)',
    todo: expect.stringContaining('file, line and reason'),
  });
  expect(judgeRows([logon, { ...file, bad: 300 }]).state).toBe('warn');
  expect(judgeRows([])).toMatchObject({ state: 'ok', found: '0 events, none in quarantine' });
});

test('an account that sees more than an employee’s and that nobody said whose it is is named', () => {
  const account = (name: string, roles: Role[], person: string | null, disabledAt: Date | null = null) => ({
    ...{ name, roles, person, disabledAt },
  });
  const fine = [
    account('mira', ['analyst'], 'ABC1'),
    account('own', ['employee'], null),
    account('gone', ['auditor'], null, new Date(0)),
  ];
  expect(judgeAccounts(fine)).toEqual({ name: 'accounts', state: 'ok', found: '2' });
  expect(judgeAccounts([...fine, account('noor', ['engineer'], null)])).toMatchObject({
    state: 'warn',
    found: 'nobody said whose these are: noor',
    todo: expect.stringContaining('--person'),
  });
});

describe('a data directory', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-doctor-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  const found = async (): Promise<Record<string, Check>> =>
    Object.fromEntries((await runChecks(dir, {})).map((check) => [check.name, check]));

  test('that holds nothing yet is a warning, and the engines are tried without it', async () => {
    const checks = await found();
    expect(checks.data).toMatchObject({ state: 'warn', found: `no data in ${dir} yet` });
    expect(checks['event engine']).toMatchObject({ state: 'ok', found: expect.stringMatching(/ClickHouse \d+\.\d+/) });
    expect(checks.casework).toMatchObject({ state: 'ok', found: expect.stringMatching(/PostgreSQL \d+\.\d+/) });
    expect(checks.lock).toBeUndefined();
    expect(checks.chromium).toMatchObject({ state: 'warn', found: 'not found' });
  });

  test('that another process has is named with its holder, and left alone; free again, it is opened', async () => {
    const held = await openData(dir, { create: true, purpose: 'countersign serve' });
    const checks = await found().finally(() => held.close());
    expect(checks.lock?.found).toContain(`process ${process.pid} (countersign serve`);
    expect(checks['event engine']?.state).toBe('ok');
    const freed = await found();
    expect(freed.lock).toEqual({ name: 'lock', state: 'ok', found: 'free' });
    expect(freed.rows).toEqual({ name: 'rows', state: 'ok', found: '0 events, none in quarantine' });
    expect(freed.data?.found).toMatch(/casework \d.* MB/);
    expect(freed.casework?.found).toMatch(/tables \d{4}-/);
  });

  test('whose engine does not start is a failure with its hint', async () => {
    rmSync(join(dir, 'events'), { recursive: true });
    writeFileSync(join(dir, 'events'), 'not a folder');
    const failed = (await runChecks(dir, {})).filter(({ state }) => state === 'fail');
    expect(failed).toEqual([expect.objectContaining({ todo: expect.stringMatching(/\S/) })]);
  });
});
