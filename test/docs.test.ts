import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, readSources } from './files.ts';

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
  .concat(readSources(['docs'], ['.md']));
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

function mentions(pattern: RegExp): string[] {
  const found = pages.flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  return [...new Set(found)].sort();
}

test('every link between the pages leads somewhere', () => {
  const links = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => ({ path, to: match[1] ?? '' })),
  );
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter(({ path, to }) => !existsSync(join(ROOT, dirname(path), to)))).toEqual([]);
});

test('every script the pages name exists', () => {
  const named = mentions(/\bnpm run ([a-z0-9:]+)/g);
  expect(named).toEqual(expect.arrayContaining(['demo', 'e2e']));
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  expect(scripts).toMatchObject({ test: expect.any(String), start: expect.any(String) });
});

test('every command the pages name exists', () => {
  const help = execFileSync(process.execPath, ['bin/countersign.js', '--help'], { cwd: ROOT, encoding: 'utf8' });
  const commands = [...help.matchAll(/^ {4}([a-z]+) {2,}\S/gm)].map((match) => match[1]);
  const named = mentions(/(?:npx |`)countersign ([a-z]+)\b/g);
  expect(named).toEqual(expect.arrayContaining(['ingest', 'doctor']));
  expect(named.filter((name) => !commands.includes(name))).toEqual([]);
});

test('CI runs the test command that the README promises', () => {
  const awk = '/^```sh test$/ { inside = 1; next } /^```/ { inside = 0 } inside';
  expect(readFileSync(join(ROOT, '.ci/run'), 'utf8')).toContain(awk);
  expect(execFileSync('awk', [awk, join(ROOT, 'README.md')], { encoding: 'utf8' })).toBe('npm ci && npm test\n');
});
