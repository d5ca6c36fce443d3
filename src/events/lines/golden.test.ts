/** Each reader's sample beside what must become of it. After a wanted change: UPDATE_EXPECTED=1 vitest run <this file>. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Events, openEmbedded } from '../../stores/clickhouse.ts';
import { lineReaders } from './catalog.ts';
import { proveReader } from './golden.ts';
import { type LineReader, pathOf } from './mapping.ts';

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

/** Every name by which a mapping looks into a line: its fields, and those of the objects it takes apart itself. */
function namesOf({ fields, let: computed, pattern = '' }: LineReader): string[] {
  const paths = Object.values(fields).map((path) => pathOf(path).keys.join('.'));
  const within = Object.values(computed).flatMap((sql) => [
    ...sql.matchAll(/(?<=Tuple\(|, *|,\s)`?([@\w]+)`? (?:String|Array)/g),
  ]);
  const groups = [...pattern.matchAll(/\(\?P<(\w+)>/g)];
  return [...new Set([...paths, ...[...within, ...groups].map(([, name = '']) => name)])];
}

test('docs/readers.md names every field that is read', () => {
  const place = new URL('../../../docs/readers.md', import.meta.url);
  const text = readFileSync(place, 'utf8');
  const rows = READERS.map((reader) => `| ${reader.log_name} | ${namesOf(reader).join(', ')} |\n`);
  const table = `\n| reader | fields |\n|---|---|\n${rows.join('')}\n`;
  const wanted = text.replace(
    /(<!-- fields:[^>]*-->\n)[\s\S]*(<!-- end -->)/,
    (_, before, after) => before + table + after,
  );
  if (process.env.UPDATE_EXPECTED === '1') writeFileSync(place, wanted);
  expect(readFileSync(place, 'utf8')).toBe(wanted);
});
