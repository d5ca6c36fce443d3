import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBundle } from '../../src/reports/bundle.ts';
import { ROOT } from '../files.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

function build(root: string, out: string): void {
  const env = { ...process.env, PORTAL_OUT: out, NODE_ENV: 'production' };
  execFileSync(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', join(root, 'portal')], {
    ...{ cwd: root, env, stdio: 'pipe' },
  });
}

describe('the pages that are built', () => {
  beforeAll(() => build(ROOT, join(folder, 'here')));

  test('are the same bytes wherever they are built', () => {
    const elsewhere = join(folder, 'a longer way to another place');
    for (const part of ['portal', 'content', 'src/reports/protocol', 'package.json', 'tsconfig.json']) {
      cpSync(join(ROOT, part), join(elsewhere, part), { recursive: true, filter: (path) => !path.endsWith('/dist') });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(elsewhere, 'node_modules'));
    build(elsewhere, join(folder, 'there'));
    const [here, there] = ['here', 'there'].map((name) => readBundle(join(folder, name)));
    expect([...there!.files.keys()]).toEqual(['index.html', 'portal.css', 'portal.js']);
    expect(there!.hash).toBe(here!.hash);
  });

  test('another byte is another hash', () => {
    const [before, after] = [join(folder, 'here'), join(folder, 'changed')];
    cpSync(before, after, { recursive: true });
    expect(readBundle(after).hash).toBe(readBundle(before).hash);
    execFileSync('sh', ['-c', `printf ' ' >> "${after}/portal.css"`]);
    expect(readBundle(after).hash).not.toBe(readBundle(before).hash);
  });

  test("carry the hash of script and style, nothing inline, and nobody else's address", () => {
    const page = readFileSync(join(folder, 'here/index.html'), 'utf8');
    const tags = page.match(/<(script|link)\b[^>]*>/g) ?? [];
    expect(tags).toHaveLength(2);
    for (const tag of tags) expect(tag).toMatch(/ integrity="sha384-[A-Za-z0-9+/]{64}"/);
    expect(page).not.toMatch(/<style|<script[^>]*>[^<]|\son[a-z]+=|style=/);
    const text = ['portal.js', 'portal.css'].map((name) => readFileSync(join(folder, 'here', name), 'utf8')).join('\n');
    const addresses = [...text.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([found]) => found);
    expect(addresses.filter((found) => !/^http:\/\/localhost$|json-schema\.org/.test(found))).toEqual([]);
    expect(text).not.toMatch(/\beval\(|localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|sendBeacon/);
  });
});

type Words = Readonly<Record<string, string>>;
const read = (path: string): Words => JSON.parse(readFileSync(join(ROOT, 'content', path), 'utf8')) as Words;
const sources = (place: string): string =>
  readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(ROOT, place, name), 'utf8'))
    .join('\n');

describe.each([
  ['portal', 'portal/src', /^(door|before|text|refused|reading)\./],
  ['declarations', 'src/people', /^(contact|gift|work|trip|first_day|last_day|note|official|devices|mistake)/],
] as const)('the words of %s', (name, place, chosen) => {
  const [en, chinese] = [read(`${name}/en.json`), read(`${name}/zh-CN.json`)];

  test('are the same in both languages, with the same values in them', () => {
    expect(Object.keys(chinese)).toEqual(Object.keys(en));
    const values = (text = ''): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [key, text] of Object.entries(en)) {
      expect(values(chinese[key]), key).toEqual(values(text));
      expect(chinese[key], key).toMatch(key.startsWith('language') ? /English/ : /\p{Script=Han}/u);
    }
  });

  test('are all used', () => {
    const text = sources(place);
    const unused = Object.keys(en).filter(
      (key) => !chosen.test(key) && !text.includes(`'${key}'`) && !text.includes(`w.${key}`),
    );
    expect(unused).toEqual([]);
  });
});

test('the promise has the same steps in both languages', () => {
  const [en, chinese] = ['en', 'zh-CN'].map(
    (language) => read(`promise/${language}.json`) as unknown as Record<string, unknown[]>,
  );
  for (const key of ['ladder', 'limits', 'not_promised']) expect(chinese![key], key).toHaveLength(en![key]!.length);
});
