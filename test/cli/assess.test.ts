import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { docx, zip } from '../samples.ts';
import { countersign } from './run.ts';

/** A register is filled, and a found folder compared with it, as an operator does. */
let root: string;
const at = (...names: string[]) => join(root, ...names);
const PAPER = Array.from({ length: 300 }, (_, word) => `word${(word * 7919) % 1000}`).join(' ');
const OTHER = Array.from({ length: 300 }, (_, word) => `term${(word * 104729) % 1000}`).join(' ');

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'assess-cli-'));
  mkdirSync(at('archive', 'plans'), { recursive: true });
  mkdirSync(at('trove'));
  writeFileSync(at('archive', 'plans', 'paper.txt'), PAPER);
  writeFileSync(at('archive', 'plans', 'other.txt'), OTHER);
  writeFileSync(
    at('table.csv'),
    [
      'path,title,level,owner_team,project,registered_at,sha256,bytes',
      'plans/paper.txt,Paper,secret,Team 1,P,2026-01-01,,',
      'plans/other.txt,Other,internal,Team 1,P,2026-01-01,,',
      'plans/bad.txt,Bad,internal,Team 1,P,yesterday,,',
      '',
    ].join('\n'),
  );
  writeFileSync(at('trove', '=cmd.zip'), await zip({ 'inner.docx': await docx(PAPER) }));
  writeFileSync(at('trove', 'broken.pdf'), '%PDF-1.4');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('documents import says what was read, and which row was not used and why', async () => {
  const done = await countersign('documents', 'import', at('archive'), '--csv', at('table.csv'), '--data', at('data'));
  expect(done).toMatchObject({ code: 7 });
  expect(done.stderr).toContain('NOT USED  table.csv:4: registered_at is not a date');
  expect(done.stdout).toBe(
    [
      '2 files in the folder, 2 read now, 0 as they were.',
      '2 documents in the register, 0 of them without a file.',
      '2 files known by 2 different texts.',
      '',
    ].join('\n'),
  );
});

test('assess counts by level and writes its reports for nobody else', async () => {
  const files = ['--json', at('a.json'), '--csv', at('a.csv'), '--html', at('a.html'), '--language', 'zh-CN'];
  const done = await countersign('assess', at('trove'), '--data', at('data'), ...files);
  expect(done).toMatchObject({ code: 0 });
  expect(done.stdout).toBe(
    [
      '1 document of the register in 1 file:',
      '  secret              1',
      '1 file without a match, 1 file or part that could not be read.',
      'Nobody in the logs had any of them.',
      '',
    ].join('\n'),
  );
  const json = JSON.parse(readFileSync(at('a.json'), 'utf8')) as Record<string, unknown>;
  expect(json).toMatchObject({
    files: [
      {
        ...{ path: '=cmd.zip/inner.docx', match: 'same text in another format', document: 'plans/paper.txt' },
        ...{ level: 'secret', coverage: { file: 1, document: 1 } },
        matches: [{ document: 'plans/paper.txt', coverage: { file: 1, document: 1 } }],
      },
      { path: 'broken.pdf', match: 'no match', document: null },
    ],
    counts: { secret: 1, internal: 0 },
    unreadable: [{ path: 'broken.pdf', why: 'a damaged PDF' }],
    explanations: { documents: 1, in_logs: 0, nobody: ['plans/paper.txt'], people: [] },
  });
  expect(readFileSync(at('a.csv'), 'utf8')).toContain('\n"\'=cmd.zip/inner.docx",same text in another format');
  expect(readFileSync(at('a.html'), 'utf8')).toContain('失去了什么');
  for (const name of ['a.json', 'a.csv', 'a.html']) expect(statSync(at(name)).mode & 0o777).toBe(0o600);
});

test('two runs give the same JSON', async () => {
  const again = await countersign('assess', at('trove'), '--data', at('data'), '--json', at('b.json'));
  expect(again.code).toBe(0);
  expect(readFileSync(at('b.json'), 'utf8')).toBe(readFileSync(at('a.json'), 'utf8'));
});

test.for([
  ['another verb', ['documents', 'export', '.'], 2, "'export' is not one of import, watch"],
  ['no folder', ['documents', 'import', 'nowhere', '--data', 'DATA'], 3, 'there is no such folder (nowhere)'],
  ['no table', ['documents', 'import', '.', '--csv', 'nowhere.csv', '--data', 'DATA'], 3, 'no such table'],
  ['no trove', ['assess', 'nowhere', '--data', 'DATA'], 3, 'there is no such file or folder (nowhere)'],
  ['no data', ['assess', '.', '--data', 'nowhere'], 3, 'the directory holds no data of this program'],
  ['another language', ['assess', '.', '--language', 'fr'], 2, 'one of en, zh-CN'],
] as const)('wrong use: %s', async ([, args, code, message]) => {
  const done = await countersign(...args.map((word) => (word === 'DATA' ? at('data') : word)));
  expect(done).toMatchObject({ code, stdout: '' });
  expect(done.stderr).toContain(message);
});
