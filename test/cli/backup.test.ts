/** A backup that was never restored is none: the whole way, by the commands themselves. */
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAccount } from '../../src/access/access.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openRecord } from '../../src/cli/record.ts';
import { openData } from '../../src/stores/data.ts';
import { countersign } from './run.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-backup-'));
const [data, kept, keys, restored] = ['data', 'kept', 'keys', 'restored'].map((name) => join(root, name)) as [
  ...[string, string, string, string],
];
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(async () => {
  const world = join(root, 'world');
  await countersign('simulate', '--out', world, '--people', '20', '--days', '20', '--seed', '5');
  await countersign('ingest', world, '--data', data);
  const open = await openData(data);
  const ledger = await openRecord(open);
  const limits = { idle: 60, absolute: 60 };
  const reach = { host: '127.0.0.1', publicOrigin: undefined };
  const access = { ledger, db: open.casework, clock: systemClock, secure: false, reach, provider: undefined, limits };
  await createAccount(access as never, { name: 'anna', role: 'analyst', password: 'a password for the test' });
  await ledger.close();
  await open.close();
}, 240_000);

// Each command starts both engines and copies thousands of files to the disk one by one: minutes on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

test('what was backed up and restored verifies and has the same leads; keys travel apart', async () => {
  const before = await countersign('leads', '--data', data, '--json');
  expect(JSON.parse(before.stdout)).not.toEqual([]);
  expect(await countersign('backup', kept, '--data', data, '--keys', keys)).toMatchObject({ code: 0 });
  const inBackup = readdirSync(kept, { recursive: true, encoding: 'utf8' });
  expect(inBackup.filter((name) => name.endsWith('.key'))).toEqual([]);
  expect(readdirSync(keys, { recursive: true, encoding: 'utf8' })).toEqual(
    expect.arrayContaining(['ledger.key', join('keys', 'casework.key')]),
  );
  expect(await countersign('restore', kept, '--data', restored, '--keys', keys)).toMatchObject({ code: 0 });
  const verified = await countersign('verify', restored);
  expect(verified).toMatchObject({ code: 0 });
  const after = await countersign('leads', '--data', restored, '--json');
  expect(JSON.parse(after.stdout)).toEqual(JSON.parse(before.stdout));
});

test('nothing is ever overwritten', async () => {
  expect(await countersign('backup', kept, '--data', data)).toMatchObject({ code: 2 });
  expect(await countersign('restore', kept, '--data', restored)).toMatchObject({ code: 2 });
  expect(await countersign('backup', join(data, 'inside'), '--data', data)).toMatchObject({ code: 2 });
});

test('without its keys a restored directory does not open, and makes no new ones', async () => {
  const bare = join(root, 'bare');
  expect(await countersign('restore', kept, '--data', bare)).toMatchObject({ code: 0 });
  expect(await countersign('leads', '--data', bare)).toMatchObject({ code: 6 });
  expect(existsSync(join(bare, 'keys', 'casework.key'))).toBe(false);
});

test('a backup in which a file was changed is refused by the name of the file, and nothing is made of it', async () => {
  appendFileSync(join(kept, 'ledger', 'checkpoint'), 'x');
  const target = join(root, 'refused');
  const { code, stderr } = await countersign('restore', kept, '--data', target);
  expect({ code, names: stderr.includes('ledger/checkpoint'), made: existsSync(target) }).toEqual({
    ...{ code: 8, names: true, made: false },
  });
});
