/** Each reader's sample beside what must become of it. After a wanted change: UPDATE_EXPECTED=1 vitest run <this file>. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { loadLogs } from './events.ts';

const READERS = fileURLToPath(new URL('./readers/', import.meta.url));
const NAMES = readdirSync(READERS).filter((name) => existsSync(join(READERS, name, 'sample.csv')));
const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
let events: Events;

beforeAll(async () => {
  events = await openEmbedded(join(dir, 'data'), { memoryBytes: 500_000_000 });
  await migrateEvents(events);
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The rows of a log as they are stored, columns that hold nothing left out. */
async function stored(log: string): Promise<string> {
  const rows = await events.rows<Record<string, unknown>>(
    `SELECT * EXCEPT (uid, log_name, received) FROM events WHERE log_name = {log:String} ORDER BY file_line LIMIT 1000`,
    { log },
  );
  const nothing = (value: unknown) =>
    value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
  const lines = rows.map((row) =>
    JSON.stringify(Object.fromEntries(Object.entries(row).filter(([, value]) => !nothing(value)))),
  );
  return lines.map((line) => `${line}\n`).join('');
}

test.for(['', '-r42'])('samples%s become what is expected of them', async (kind) => {
  const folder = mkdtempSync(join(dir, 'folder-'));
  for (const name of NAMES) cpSync(join(READERS, name, `sample${kind}.csv`), join(folder, `${name}.csv`));
  await events.run('TRUNCATE TABLE events');
  await events.run('TRUNCATE TABLE segments');
  const { unreadable } = await loadLogs(events, folder);
  expect(unreadable).toEqual([]);
  for (const name of NAMES) {
    const path = join(READERS, name, `expected${kind}.jsonl`);
    const rows = await stored(name);
    if (process.env.UPDATE_EXPECTED === '1') writeFileSync(path, rows);
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '', name).toBe(rows);
  }
});
