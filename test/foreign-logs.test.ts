/** A person who collects and carries out papers is found whichever log tells of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LineParameters, storeIntake } from '../src/events/events.ts';
import { openData } from '../src/stores/data.ts';
import { simulate } from '../src/worlds/worlds.ts';
import { changed, type Folder, live, logRow, readFolder, writeFolder } from './folders.ts';

const PERSON = 'ABC9999';
let root: string;
let whole: Folder;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'foreign-'));
  const out = join(root, 'world');
  await simulate({ people: 16, days: 30, seed: 5, start: '2026-01-05', out, dirty: false, stories: false });
  whole = withCollector(
    changed(readFolder(out), (rows, name) => (name === 'file.csv' ? rows.map(withoutContent) : rows)),
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Microsoft's log tells what was done to a file and not its words. */
const withoutContent = (row: string) => fields(row).with(8, '').map(quoted).join(',');
const fields = (row: string) =>
  [...`${row},`.matchAll(/("(?:[^"]|"")*"|[^",]*),/g)].map(([, field = '']) =>
    field.replace(/^"|"$/g, '').replaceAll('""', '"'),
  );
const quoted = (field: string) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** Somebody of the directory, who on one evening opens forty papers and writes each to a medium. */
function withCollector(folder: Folder): Folder {
  const file = folder.get('file.csv')!;
  const user = fields(file.rows.find((row) => /,[A-Z]{3}\d{4},/.test(row))!)[2]!;
  const papers = folder
    .get('documents.csv')!
    .rows.map((row) => fields(row)[0]!)
    .slice(0, 40);
  const rows = papers.flatMap((path, index) => {
    const minute = String(index).padStart(2, '0');
    const common = { user, pc: 'PC-9', from_removable_media: 'False' };
    const opened = {
      id: `{O${index}}`,
      date: `01/29/2026 20:${minute}:00`,
      filename: path,
      activity: 'File Open',
      to_removable_media: 'False',
    };
    const name = path.split('\\').at(-1);
    const taken = {
      id: `{T${index}}`,
      date: `01/29/2026 20:${minute}:30`,
      filename: `R:\\${name}`,
      activity: 'File Write',
      to_removable_media: 'True',
    };
    return [logRow(file.header, { ...common, ...opened }), logRow(file.header, { ...common, ...taken })];
  });
  collector = user;
  return changed(folder, (before, name) => (name === 'file.csv' ? [...before, ...rows] : before));
}
let collector = PERSON;

/** The same row as Microsoft 365 would tell of it. */
function asMicrosoft365(row: string): string {
  const [id, date = '', user, pc, path = '', activity = '', removable] = fields(row);
  const [month, day, year, time] = date.split(/[/ ]/);
  const common = {
    CreationTime: `${year}-${month}-${day}T${time}`,
    Id: id,
    RecordType: 6,
    UserId: user?.toLowerCase(),
    DeviceName: pc,
  };
  const share = path.startsWith('\\\\') && removable === 'False' && activity !== 'File Print';
  const operations: Record<string, [string, string]> = {
    'File Open': ['FileAccessed', 'FileRead'],
    'File Copy': ['FileDownloaded', removable === 'True' ? 'FileCopiedToRemovableMedia' : 'FileCopied'],
    'File Write': ['FileModified', removable === 'True' ? 'FileCreatedOnRemovableMedia' : 'FileModified'],
    'File Delete': ['FileDeleted', 'FileDeleted'],
    'File Print': ['FilePrinted', 'FilePrinted'],
  };
  const Operation = operations[activity]![share ? 0 : 1];
  const address = `https:${path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')}`;
  const where = share ? { Workload: 'SharePoint', ObjectId: address } : { Workload: 'Endpoint', FilePath: path };
  return JSON.stringify({ ...common, Operation, ...where });
}

test('through raw lines of Microsoft 365 as through file.csv', { timeout: 240_000 }, async () => {
  const expected = await openData(undefined);
  const found = await openData(undefined);
  try {
    const { alerts } = await live(expected, writeFolder(whole, join(root, 'csv')));
    const file = whole.get('file.csv')!;
    const rest = new Map([...whole].filter(([name]) => name !== 'file.csv'));
    // The directory is there before its people do anything.
    await live(found, writeFolder(rest, join(root, 'rest')), { until: '2026-01-05' });
    const path = join(found.events.spool!, 'm365.lines');
    writeFileSync(path, file.rows.map((row) => `${asMicrosoft365(row)}\n`).join(''));
    const parameters: LineParameters = {
      path,
      first_line: 1,
      source: 'tenant',
      stream: '',
      key: '',
      received: 1770000000,
    };
    await storeIntake(found.events, '', parameters);
    const files = `SELECT toString(time) AS time, activity_name, actor_user_uid, device_hostname, file_path, to_removable_media
      FROM events WHERE class_uid = 1001 ORDER BY ALL LIMIT 100000`;
    expect(await found.events.rows(files)).toEqual(await expected.events.rows(files));
    const again = await live(found, join(root, 'rest'));
    expect(collector).not.toBe(PERSON);
    expect(alerts.filter(({ user }) => user === collector).length).toBeGreaterThan(0);
    expect(again.alerts).toEqual(alerts);
  } finally {
    await expected.close();
    await found.close();
  }
});
