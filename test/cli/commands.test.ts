import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { countersign } from './run.ts';

const COMMANDS = [
  ...[
    'serve',
    'demo',
    'ingest',
    'replay',
    'leads',
    'case',
    'documents',
    'assess',
    'mark',
    'decoys',
    'rules',
    'readers',
    'portal',
    'reports',
  ],
  ...['seal', 'account', 'people', 'officer', 'unmask', 'token', 'simulate', 'eval', 'retention', 'verify', 'witness'],
  'doctor',
];

const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the list of commands has one line for each', async () => {
  const { code, stdout, stderr } = await countersign('--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const listed = stdout.split('\n').filter((line) => /^ {4}[a-z]+ {2,}\S/.test(line));
  expect(listed.map((line) => line.trim().split(' ')[0])).toEqual(COMMANDS);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('the version is that of the package', async () => {
  expect(await countersign('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

describe('the help of', () => {
  test.for(COMMANDS)('%s', async (name) => {
    const { code, stdout, stderr } = await countersign(name, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage:\n {4}countersign ${name}\\b`));
    expect(stdout).toMatch(new RegExp(`\nExample:\n {4}\\$ (countersign ${name}|npm run ${name})\\b`));
    expect(stdout).toMatch(/\nExit codes:\n {4}0 {2,}done\n/);
    const described = stdout.split('\n').filter((line) => /^ {4}\S/.test(line) && !line.includes('countersign'));
    expect(described.filter((line) => /^ {4}\S+( \S+)?$/.test(line.trimEnd()))).toEqual([]);
  });
});

describe('wrong use', () => {
  const help = (name: string): string => `hint: \`countersign ${name}--help\` shows the options and an example.\n`;
  test.for<[args: string[], said: string]>([
    [['simulat'], `countersign: there is no command 'simulat'; did you mean simulate?\n${help('')}`],
    [['simulate'], `countersign: option --out DIR is missing (simulate)\n${help('simulate ')}`],
    [
      ['simulate', '--out', 'x', '--sead', '3'],
      `countersign: there is no option '--sead'; did you mean --seed? (simulate)\n${help('simulate ')}`,
    ],
    [
      ['simulate', '--out', 'x', '--start', '05.01.2026'],
      `countersign: '05.01.2026' is not a day of the calendar written YYYY-MM-DD (--start)\n${help('simulate ')}`,
    ],
    [
      ['simulate', '--out', 'x', '--people', 'many'],
      `countersign: 'many' is not a whole number between 8 and 30000 (--people)\n${help('simulate ')}`,
    ],
    [['eval', 'DIR'], `countersign: option --answers DIR... is missing (eval)\n${help('eval ')}`],
    [['eval', '--answers', 'A'], `countersign: give the organisation folders, or --alerts (eval)\n${help('eval ')}`],
    [
      ['eval', 'DIR', '--answers', 'A', 'B'],
      `countersign: answers to 2 worlds, but folders of 1 (--answers)\n${help('eval ')}`,
    ],
    [
      ['eval', 'DIR', '--answers', 'A', '--budget', '5', 'much'],
      `countersign: 'much' is not a number between 0.01 and 1000 (--budget)\n${help('eval ')}`,
    ],
    [
      ['eval', 'DIR', '--answers', 'src/evaluation/fixtures/world', '--without', 'moonlight'],
      `countersign: there is no detection moonlight (--without)\n${help('eval ')}`,
    ],
    [
      ['eval', '--answers', 'src/evaluation/fixtures/world', '--alerts', 'FILE', '--leave-one-out'],
      `countersign: of alerts in a file no detection can be left out (--alerts)\n${help('eval ')}`,
    ],
    [['ingest'], `countersign: operand DIR is missing (ingest)\n${help('ingest ')}`],
    [
      ['replay', 'DIR', '--until', '2026-13-01'],
      `countersign: '2026-13-01' is not a day of the calendar written YYYY-MM-DD (--until)\n${help('replay ')}`,
    ],
    [
      ['serve', '--port', '70000'],
      `countersign: '70000' is not a port: 0 to 65535, where 0 takes any free one (--port)\n${help('serve ')}`,
    ],
  ])('%j', async ([args, said]) => {
    expect(await countersign(...args)).toEqual({ code: 2, stdout: '', stderr: said });
  });
});

test('what is not there is exit code 3', async () => {
  const missing = join(folder, 'missing');
  const [ingest, leads] = await Promise.all([
    countersign('ingest', missing, '--data', join(folder, 'data')),
    countersign('leads', '--data', missing),
  ]);
  expect(ingest).toMatchObject({ code: 3, stdout: '' });
  expect(ingest.stderr).toMatch(/^countersign: .*missing.*\nhint: \S.*\n$/);
  expect(leads).toMatchObject({ code: 3, stdout: '' });
  expect(leads.stderr).toMatch(/^countersign: .*missing.*\nhint: \S.*\n$/);
});

test('simulate writes a folder, says what is in it, and refuses a story that does not exist', async () => {
  const out = join(folder, 'world');
  const made = await countersign('simulate', '--people', '8', '--days', '7', '--out', out);
  expect(made.code).toBe(0);
  expect(made.stdout).toMatch(/^\S+: [\d,]+ rows \(logon [\d,]+, .*\), [\d,]+ documents\n$/);
  expect(made.stderr).toMatch(/^Simulating {2}7 days in /);
  expect(readdirSync(out)).toEqual(expect.arrayContaining(['LDAP', 'documents.csv', 'file.csv', 'logon.csv']));
  const refused = await countersign('simulate', '--stories', 'Z', '--out', join(folder, 'other'));
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^countersign: There is no story Z/);
});

test('doctor prints its checks as lines and as JSON', async () => {
  const lines = await countersign('doctor', '--data', join(folder, 'none'));
  expect(lines).toMatchObject({ code: 0, stderr: '' });
  expect(lines.stdout).toMatch(/^ok {4}node {10}Node \d+\./);
  const { stdout } = await countersign('doctor', '--json', '--data', join(folder, 'none'));
  const { checks } = JSON.parse(stdout) as { checks: Array<{ name: string; state: string }> };
  expect(checks.map(({ name }) => name)).toEqual([
    'node',
    'disk',
    'data',
    'event engine',
    'casework',
    'console',
    'chromium',
  ]);
});
