/** Each reader's sample beside what must become of it. After a wanted change: UPDATE_EXPECTED=1 vitest run <this file>. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Events, openEmbedded } from '../../stores/clickhouse.ts';
import { lineReaders } from './catalog.ts';
import { proveReader } from './golden.ts';

const READERS = lineReaders();
const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
let events: Events;
beforeAll(async () => {
  events = await openEmbedded(join(dir, 'data'), { memoryBytes: 500_000_000 });
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});

test.for(READERS.map((reader) => [reader.log_name, reader] as const))('%s', async ([, reader]) => {
  const proof = await proveReader(events, reader, READERS, process.env.UPDATE_EXPECTED === '1');
  expect(proof.differences).toEqual([]);
  expect(proof.read).toBeGreaterThan(1);
});

test('the formats that an organisation is likely to have are read', () => {
  expect(READERS.map(({ log_name }) => log_name)).toEqual([
    ...['auditd', 'cloudtrail', 'ecs', 'google_workspace', 'laurel', 'm365', 'ocsf', 'okta', 'osquery', 'squid'],
    ...['syslog', 'syslog_bsd', 'wazuh', 'windows', 'windows_xml', 'winlogbeat', 'zeek', 'zeek_tsv'],
  ]);
});
