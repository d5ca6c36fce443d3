import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countersign } from './run.ts';

/** Worlds whose truth is known, as an operator judges the detections by them. */
let root: string;
let world: string;
let answers: string;
let judged: { code: number | null; stdout: string; stderr: string };
const FIXTURES = 'src/evaluation/fixtures';

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'eval-'));
  [world, answers] = [join(root, 'world'), join(root, 'answers')];
  const size = ['--people', '40', '--days', '24', '--seed', '4', '--stories', 'B,E'];
  expect((await countersign('simulate', ...size, '--out', world, '--answers', answers)).code).toBe(0);
  const files = ['--json', join(root, 'a.json'), '--html', join(root, 'a.html')];
  judged = await countersign('eval', world, '--answers', answers, '--data', join(root, 'data'), ...files);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Judged {
  methods: string[];
  budgets: number[];
  worlds: { name: string; people: number }[];
  results: {
    world?: string;
    method: string;
    way: string;
    budget: number;
    summary: { cases: number; caught: number; lost: number };
  }[];
}
const json = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8')) as Judged;

test('eval replays a world, judges it beside forest and chance, and writes a report that stands alone', () => {
  expect(judged.code).toBe(0);
  expect(judged.stderr).toMatch(/^Replaying .* 24 days$/m);
  expect(judged.stdout).toMatch(
    /^1 world, 40 people, \d cases?\. Budget: alerts per 1,000 people and week\.\n\nRanked by week\n/,
  );
  for (const name of ['countersign', 'isolation forest', 'random'])
    expect(judged.stdout.match(new RegExp(`^\\d* *${name} +\\S+ of \\d`, 'gm'))).toHaveLength(6);
  const found = json('a.json');
  expect(found).toMatchObject({ methods: ['countersign', 'forest', 'random'], budgets: [1, 5, 20] });
  expect(found.worlds).toMatchObject([{ people: 40 }]);
  for (const { summary } of found.results) expect(summary.lost).toBeLessThanOrEqual(1);
  expect(readFileSync(join(root, 'a.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
});

/** What is said of our own alerts of all worlds in one way, by budget. */
function ours(name: string, way: 'weekly' | 'daily'): object[] {
  const own = json(name).results.filter((one) => one.method === 'countersign' && one.way === way && !one.world);
  return own.map(({ budget, summary }) => ({ budget, summary }));
}

test('the files of a replay are judged as the replay itself, with and without a budget', async () => {
  const data = ['--data', join(root, 'data')];
  for (const budget of [[], ['--budget', '20']]) {
    const [alerts, written] = ['alerts.csv', 'b.json'].map((name) => join(root, name)) as [string, string];
    expect((await countersign('replay', world, '--alerts', alerts, ...budget, ...data)).code).toBe(0);
    const files = ['--alerts', alerts, '--json', written, ...budget];
    expect((await countersign('eval', '--answers', answers, ...files)).code).toBe(0);
    const replayed = ours('a.json', budget.length > 0 ? 'daily' : 'weekly');
    expect(ours('b.json', 'weekly')).toEqual(budget.length > 0 ? replayed.slice(2) : replayed);
  }
});

test("alerts of several worlds are judged without folders, at budgets of one's own", async () => {
  const given = [
    `${FIXTURES}/world`,
    `${FIXTURES}/world`,
    '--alerts',
    `${FIXTURES}/alerts.csv`,
    `${FIXTURES}/alerts.csv`,
  ];
  const { code, stdout, stderr } = await countersign('eval', '--answers', ...given, '--budget', '20', '100');
  expect({ code, stderr: stderr.split('\n')[0] }).toEqual({ code: 0, stderr: 'World 1 of 2: fixtures/world' });
  expect(stdout).toMatch(
    /^20 +countersign +8 of 14 +6 of 14 +0\.79 +0\.73 +13\.3 +6 of 30\n100 +countersign +12 of 14 /m,
  );
  expect(stdout).toMatch(/^fixtures\/world \(2\) +countersign +0\.79, 3 of 7 /m);
});

test('a data directory with another world is left alone', async () => {
  const other = await countersign('eval', world, '--answers', `${FIXTURES}/world`, '--data', join(root, 'data'));
  expect(other).toMatchObject({ code: 2, stdout: '' });
  expect(other.stderr).toContain('holds other records');
});

test('answers that are not there, or not right, are said with their place', async () => {
  const missing = await countersign('eval', world, '--answers', join(root, 'none'));
  expect(missing).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('none') });
  const wrong = await countersign('eval', '--answers', `${FIXTURES}/world`, '--alerts', join(world, 'logon.csv'));
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toMatch(/^countersign: the header has no column score \(.*logon\.csv:1\)\nhint: \S/m);
  expect(statSync(world).isDirectory()).toBe(true);
});
