import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { Fault } from './fault.ts';

const data = mkdtempSync(join(tmpdir(), 'countersign-config-'));
const file = join(data, 'config.yml');
beforeEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(data, { recursive: true, force: true }));

function refused(sources: Omit<Parameters<typeof readConfig>[0], 'data'> = {}): Fault {
  try {
    readConfig({ data, ...sources });
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

test('a later source wins over an earlier one', () => {
  expect(readConfig({ data })).toEqual({
    ...{ data, host: '127.0.0.1', port: 12339, log_level: 'info', session_idle_minutes: 30, session_hours: 12 },
    ...{ unmask_hours: 72, notify_after_days: 30 },
    ...{ oidc_client_id: 'countersign', oidc_person_claim: 'preferred_username' },
    ...{ retention_triage_days: 180, retention_unfounded_days: 180, retention_case_days: 1825 },
    ...{ portal_port: 12340, portal_round_minutes: 1440, portal_gigabytes: 20, intake_spool_gigabytes: 4 },
    administrator_roles: expect.arrayContaining(['NetworkAdministrator', 'DatabaseAdministrator']),
  });
  writeFileSync(file, 'port: 1000\nlog_level: warn\nsession_hours: 8\n');
  const environment = { COUNTERSIGN_PORT: '2000', COUNTERSIGN_LOG_LEVEL: 'error', COUNTERSIGN_HOST: '', PATH: '/bin' };
  const config = readConfig({ data, environment, options: { port: '3000', host: undefined } });
  expect(config).toMatchObject({ port: 3000, log_level: 'error', session_hours: 8, host: '127.0.0.1' });
});

test('a bad value is refused, naming its source and key', () => {
  writeFileSync(file, 'session_hours: soon\n');
  expect(refused()).toMatchObject({ code: 'invalid-content', place: `${file}: session_hours` });
  // Overridden by a better source, a bad value does no harm.
  expect(readConfig({ data, options: { session_hours: 9 } }).session_hours).toBe(9);
  rmSync(file);
  const fault = refused({ environment: { COUNTERSIGN_PORT: 'tcp://10.0.0.1:12339' } });
  expect(fault).toMatchObject({ code: 'invalid-input', place: 'COUNTERSIGN_PORT' });
  expect(refused({ options: { port: 70000 } })).toMatchObject({ code: 'usage', place: '--port' });
  expect(refused({ options: { log_level: 'loud' } })).toMatchObject({ code: 'usage', place: '--log-level' });
});

test('a list is one in the file, and words with commas between in the environment', () => {
  writeFileSync(file, 'administrator_roles:\n  - Keeper\n  - Night, shift\n');
  expect(readConfig({ data }).administrator_roles).toEqual(['Keeper', 'Night, shift']);
  const environment = { COUNTERSIGN_ADMINISTRATOR_ROLES: 'Keeper, Porter' };
  expect(readConfig({ data, environment }).administrator_roles).toEqual(['Keeper', 'Porter']);
  writeFileSync(file, 'administrator_roles: [1]\n');
  expect(refused()).toMatchObject({ code: 'invalid-content', place: `${file}: administrator_roles` });
  rmSync(file);
});

test('an unknown key and broken YAML are refused with their place', () => {
  writeFileSync(file, 'prot: 1000\n');
  expect(refused()).toMatchObject({ code: 'invalid-content', place: `${file}: prot` });
  expect(refused().message).toContain('There is no setting prot');
  writeFileSync(file, 'port: 1000\nhost: [\n');
  expect(refused().place).toMatch(/config\.yml:[23]$/);
  writeFileSync(file, '- port\n');
  expect(refused()).toMatchObject({ code: 'invalid-content', place: file });
});

test('a refusal never repeats a value, which may hold a password', () => {
  writeFileSync(file, 'public_origin: "ftp://casework:hunter2@db/casework"\n');
  expect(refused().message).not.toContain('hunter2');
  writeFileSync(file, 'public_origin: "https://casework:hunter2@db/casework\n');
  expect(refused().message).not.toContain('hunter2');
});
