import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(ROOT, `content/words/${language}.json`), 'utf8')) as Record<string, string>;
const en = read('en');
const chinese = read('zh-CN');

/** An element of a parsed message; the numbers of `type` are those of ICU's reference parser. */
interface Element {
  type: number;
  value?: string;
  children?: Element[];
  options?: Record<string, { value: Element[] }>;
}
const [LITERAL, POUND] = [0, 7];

/** Names of the variables of a message. */
function variables(elements: Element[]): string[] {
  return elements.flatMap(({ type, value, children, options }) => {
    if (type === LITERAL || type === POUND) return [];
    const inner = [...(children ?? []), ...Object.values(options ?? {}).flatMap((option) => option.value)];
    return [value ?? '', ...variables(inner)];
  });
}
const variablesOf = (message: string) =>
  [...new Set(variables(new IntlMessageFormat(message, 'en').getAst() as Element[]))].sort();

test('both languages have the same keys in the same order', () => {
  expect(Object.keys(chinese)).toEqual(Object.keys(en));
});

test('a message has the same variables in both languages, and none is empty', () => {
  for (const [key, message] of Object.entries(en)) {
    expect(chinese[key]?.trim(), key).toBeTruthy();
    expect(variablesOf(chinese[key] ?? ''), key).toEqual(variablesOf(message));
  }
});

test('Chinese is Chinese: no message is left in English', () => {
  const same = Object.keys(en).filter((key) => en[key] === chinese[key]);
  expect(same).toEqual(['product.name', 'language.en', 'language.zh-CN']);
});

const SOURCES = readdirSync(join(ROOT, 'web/src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(join(ROOT, 'web/src', file), 'utf8') }));

test('every key is used, by itself or as one of a group that data chooses from', () => {
  const all = SOURCES.map(({ text }) => text).join('\n');
  const groups = [...all.matchAll(/\bname\(\s*'(\w+)'/g), ...all.matchAll(/`(\w+)\.\$\{/g)].map((match) => match[1]);
  const unused = Object.keys(en).filter((key) => !all.includes(`'${key}'`) && !groups.includes(key.split('.')[0]));
  expect(unused).toEqual([]);
});

/** Attributes that are shown or read out. */
const SHOWN = new Set([
  'aria-label',
  'aria-description',
  'aria-valuetext',
  'title',
  'alt',
  'placeholder',
  'label',
  'text',
]);

/** What a reader would see that does not come from the words: text between tags, and texts of attributes. */
function literals(node: unknown, found: string[] = [], attribute = ''): string[] {
  if (Array.isArray(node)) for (const child of node) literals(child, found, attribute);
  else if (typeof node === 'object' && node !== null) {
    const { type, name, value } = node as { type?: string; name?: { name?: string }; value?: unknown };
    let within = attribute;
    if (type === 'JSXText') found.push(String(value));
    if (type === 'JSXAttribute') within = SHOWN.has(name?.name ?? '') ? 'shown' : 'other';
    // A text inside {…} counts where it is the child of an element or of a shown attribute.
    if (type === 'JSXElement') within = 'shown';
    if (type === 'CallExpression' || type === 'BinaryExpression' || type === 'MemberExpression') within = 'other';
    if (type === 'ArrowFunctionExpression' && attribute !== 'shown') within = 'other';
    if (type === 'Literal' && typeof value === 'string' && attribute === 'shown') found.push(value);
    if (type === 'TemplateElement' && attribute === 'shown') found.push((value as { raw: string }).raw);
    if (type === 'JSXOpeningElement') literals((node as { attributes: unknown }).attributes, found, 'other');
    else if (type === 'JSXAttribute') literals(value, found, within);
    else for (const child of Object.values(node)) if (typeof child === 'object') literals(child, found, within);
  }
  return found.filter((text) => /\p{L}{2,}/u.test(text));
}
const literalsOf = (text: string) => literals(parseAst(text, { lang: 'tsx' }).body);

test('no text that a reader sees stands in the code', () => {
  for (const { file, text } of SOURCES.filter(({ file }) => file.endsWith('.tsx'))) {
    expect(literalsOf(text), file).toEqual([]);
  }
});

test('the search for such texts finds them', () => {
  expect(literalsOf('const a = <p>Hello</p>;')).toEqual(['Hello']);
  expect(literalsOf('const a = <p title="Some hint">{x}</p>;')).toEqual(['Some hint']);
  expect(literalsOf("const a = <p>{on ? 'Yes' : t('no.key')}</p>;")).toEqual(['Yes']);
  expect(literalsOf('const a = <p className="quiet">{t("some.key")}</p>;')).toEqual([]);
});
