import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { docx, pdf } from '../samples.ts';
import { countersign } from './run.ts';

/** Papers are registered, issued as marked copies and read again; a decoy is made, opened and retired. */
let root: string;
const at = (...names: string[]) => join(root, ...names);
const PEOPLE = ['ABC0001', 'ABC0002', 'ABC0003'];
const MADE = /^(\w{10}) {2}(\\\\fs01\\plans\\[\w-]+\.docx) {2}from 2010-01-01 {2}untouched\n$/;
const TEXT = Array.from({ length: 20 }, (_, line) =>
  Array.from({ length: 60 }, (_, word) => `word${((line * 60 + word) * 7919) % 1000}`).join(' '),
).join('\n');

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'mark-cli-'));
  mkdirSync(at('papers'));
  writeFileSync(at('papers', 'plan.docx'), await docx(TEXT));
  writeFileSync(at('papers', 'notes.pdf'), pdf(TEXT));
  await countersign('documents', 'import', at('papers'), '--data', at('data'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.for(['plan.docx', 'notes.pdf'])(
  'the copies of %s are issued for nobody else, and each is told apart',
  async (name) => {
    const words = ['--to', ...PEOPLE, '--out', at('copies'), '--data', at('data')];
    const issued = await countersign('mark', 'issue', at('papers', name), ...words);
    expect(issued).toMatchObject({ code: 0 });
    const lines = issued.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split('  ')[2])).toEqual(PEOPLE);
    const files = lines.map((line) => line.split('  ')[3]!);
    for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);

    const read = await countersign('mark', 'read', ...files, at('papers', name), '--data', at('data'));
    expect(read).toMatchObject({ code: 0 });
    const found = [...read.stdout.matchAll(/^ {2}(Copy \d explains it|Cannot tell)/gm)].map(([, verdict]) => verdict);
    expect(found).toEqual(['Copy 1 explains it', 'Copy 2 explains it', 'Copy 3 explains it', 'Cannot tell']);
    for (const person of PEOPLE) expect(read.stdout).not.toContain(person);
  },
);

test('who opens a decoy stands out by it, and the list says that it is known', { timeout: 300_000 }, async () => {
  const place = ['--place', at('share'), '--logged-as', '\\\\fs01\\plans', '--from', '2010-01-01'];
  const made = await countersign('decoys', 'make', ...place, '--data', at('data'));
  expect(made).toMatchObject({ code: 0 });
  expect(made.stdout).toMatch(MADE);
  const [, id, path] = MADE.exec(made.stdout)!;

  // Days on which eight people open papers of their own; on the last day one of them opens the decoy too.
  const row = (key: string, day: number, person: number, file: string) =>
    `{${key}},01/${String(day).padStart(2, '0')}/2010 10:0${person}:00,ABC000${person},PC-${person},${file},File Open,False,False,`;
  const rows = Array.from({ length: 25 * 8 }, (_, n) => row(`F${n}`, 1 + (n >> 3), n & 7, `C:\\own\\R${n >> 3}.doc`));
  mkdirSync(at('logs'));
  const header = 'id,date,user,pc,filename,activity,to_removable_media,from_removable_media,content';
  writeFileSync(at('logs', 'file.csv'), `${[header, ...rows, row('D', 25, 3, path!)].join('\n')}\n`);
  const alerts = at('alerts.csv');
  const replayed = await countersign('replay', at('logs'), '--alerts', alerts, '--data', at('data'));
  expect(replayed).toMatchObject({ code: 0 });
  const decoyed = readFileSync(alerts, 'utf8')
    .split('\n')
    .filter((line) => line.includes('collect-decoy'));
  expect(decoyed).toEqual([expect.stringMatching(/^2010-01-25 10:\d\d:\d\d,ABC0003,/)]);

  expect((await countersign('decoys', 'list', '--data', at('data'))).stdout).toContain(
    `${path}  from 2010-01-01  touched once`,
  );
  const retired = await countersign('decoys', 'retire', id!, '--from', '2010-02-01', '--data', at('data'));
  expect(retired.stdout).toContain('from 2010-01-01 to 2010-02-01');
});

test('verify finds all of it as it was written', async () => {
  const verified = await countersign('verify', at('data'));
  expect(verified).toMatchObject({ code: 0 });
  expect(verified.stdout).toMatch(/all as they were written/);
});

test.for([
  ['another verb', ['mark', 'find', 'x.pdf'], 2, "'find' is neither issue nor read"],
  ['nobody to issue to', ['mark', 'issue', 'x.pdf', '--data', 'DATA'], 2, 'option --to PERSON... is missing'],
  ['no document', ['mark', 'issue', 'nowhere.pdf', '--to', 'ABC0001', '--data', 'DATA'], 3, 'nowhere.pdf'],
  ['no place', ['decoys', 'make', '--data', 'DATA'], 2, 'option --place FOLDER is missing'],
  ['no decoy', ['decoys', 'retire', 'NONE', '--data', 'DATA'], 3, 'There is no decoy of this id in use (NONE)'],
] as const)('wrong use: %s', async ([, args, code, message]) => {
  const done = await countersign(...args.map((word) => (word === 'DATA' ? at('data') : word)));
  expect(done).toMatchObject({ code, stdout: '' });
  expect(done.stderr).toContain(message);
});
