/** The dossier: a case as one page of HTML that needs nothing else and prints well. It is made of the bundle and says no more. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { escaped as escapedHtml, PAGE_STYLE } from '../base/html.ts';
import { LEVELS } from '../base/level.ts';
import type { Bundle } from './bundle.ts';
import { type Case, stateOf } from './case.ts';
import { readCase } from './order.ts';
import { PROGRAM, StepShape, SUBJECT } from './step.ts';
import { thingsIn } from './story.ts';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

const STYLE = PAGE_STYLE + readFileSync(new URL('./dossier.css', import.meta.url), 'utf8');

type Words = (key: string, values?: Record<string, string | number>) => string;

/** The words of a language, from content/words/case.<language>.json. */
export function caseWords(language: Language): Words {
  const file = new URL(`../../content/words/case.${language}.json`, import.meta.url);
  const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  return (key, values = {}) => texts[key]!.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

interface Telling {
  readonly bundle: Bundle;
  readonly found: Case;
  readonly words: Words;
  readonly nameOf: (by: string) => string;
}

export function dossierPage(bundle: Bundle, language: Language): string {
  const words = caseWords(language);
  const found = readCase(bundle.steps.map(({ step, by, at }) => ({ step: StepShape.parse(step), by, at })));
  const nameOf = (by: string) =>
    by === PROGRAM || by === SUBJECT ? words(`part.${by}`) : (bundle.names[by] ?? '') || by;
  const telling: Telling = { bundle, found, words, nameOf };
  const style = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
  const title = words('title', { case: bundle.case });
  const sections = [summary, hypotheses, evidence, documents, openItems, story, check].map((part) => part(telling));
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Countersign: ${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(words('lead', { alias: bundle.alias }))}</p>
<p class="screen quiet">${escaped(words('print'))}</p>
${sections.map((section) => `<section>\n${section}\n</section>`).join('\n')}
</main>
</body>
</html>
`;
}

const heading = (text: string) => `<h2>${escaped(text)}</h2>`;

function list(rows: readonly (readonly [string, string])[]): string {
  const items = rows.map(([term, value]) => `<dt>${escaped(term)}</dt><dd>${escaped(value)}</dd>`);
  return `<dl>\n${items.join('\n')}\n</dl>`;
}

function summary({ bundle, found, words, nameOf }: Telling): string {
  const outcome = found.outcome === undefined ? words('none') : words(`outcome.${found.outcome}`);
  return `${heading(words('summary'))}
${list([
  [words('state'), words(`state.${stateOf(found)}`)],
  [words('outcome'), outcome],
  [words('opened'), found.steps[0]!.at],
  [words('closed'), found.closedAt ?? words('none')],
  [words('exported'), `${bundle.exported_at}, ${nameOf(bundle.exported_by)}`],
])}`;
}

function hypotheses({ found, words, nameOf }: Telling): string {
  const rows = thingsIn(found, nameOf).hypotheses.map((one) => [
    ...[one.id, one.text, words(one.innocent ? 'yes' : 'no'), one.would_show],
    ...[one.for.join(', '), one.against.join(', '), one.answered ?? ''],
  ]);
  const header = ['hypothesis', 'text', 'innocent', 'would_show', 'for', 'against', 'answered'];
  return heading(words('hypotheses')) + table(words, 'hypotheses', header, rows);
}

function evidence({ found, words, nameOf }: Telling): string {
  const rows = thingsIn(found, nameOf).evidence.map((one) => [
    ...[one.id, one.what, one.origin],
    one.bytes === null ? one.sha256 : `${one.sha256}\n${words('bytes', { bytes: one.bytes })}`,
    one.custody.map(({ at, act, by, text }) => `${at} ${words(`custody.${act}`)}, ${nameOf(by)} ${text}`).join('\n'),
  ]);
  const header = ['evidence', 'what', 'origin', 'hash', 'custody'];
  return heading(words('evidence')) + table(words, 'evidence', header, rows);
}

function documents({ found, words }: Telling): string {
  const all = [...found.documents];
  const levels = LEVELS.toReversed().map((level) => [level, all.filter(([, one]) => one === level).length] as const);
  const counts = levels
    .filter(([, count]) => count > 0)
    .map(([level, count]) => [words(`level.${level}`), String(count)]);
  const rows = all.map(([path, level]) => [path, words(`level.${level}`)]);
  const listed = table(words, 'documents', ['document', 'level'], rows);
  return heading(words('documents')) + table(words, 'documents', ['level', 'count'], counts) + listed;
}

function openItems({ found, words, nameOf }: Telling): string {
  const { tasks, clocks, effects } = thingsIn(found, nameOf);
  const done = (is: boolean) => words(is ? 'yes' : 'no');
  const rows = [
    ...tasks.map((one) => [one.id, words('term.task'), one.text, one.due ?? '', done(one.done)]),
    ...clocks.map((one) => [one.id, words('term.clock'), `${one.text}\n${one.basis}`, one.due, done(one.met)]),
    ...effects.map((one) => [one.id, words(`effect.${one.effect}`), one.text, '', done(one.undone)]),
  ];
  return heading(words('open_items')) + table(words, 'open_items', ['field.id', 'what', 'text', 'due', 'done'], rows);
}

function story({ bundle, words, nameOf }: Telling): string {
  const articles = bundle.steps.map(({ n, by, at, step: { kind, ...fields } }) => {
    const said = Object.entries(fields).map(
      ([name, value]) => [words(`field.${name}`), valueText(words, nameOf, name, value)] as const,
    );
    const title = `${words('step', { n })}: ${words(`kind.${String(kind)}`)}`;
    return `<article id="step-${n}">
<h3>${escaped(title)}</h3>
<p class="quiet">${escaped(`${at}, ${nameOf(by)}`)}</p>
${list(said.filter(([, value]) => value !== ''))}
</article>`;
  });
  return `${heading(words('story'))}\n${articles.join('\n')}`;
}

function valueText(words: Words, nameOf: (by: string) => string, name: string, value: unknown): string {
  if (name === 'account') return nameOf(String(value));
  if (name === 'outcome') return words(`outcome.${String(value)}`);
  if (name === 'act') return words(`custody.${String(value)}`);
  if (name === 'innocent' && typeof value === 'boolean') return words(value ? 'yes' : 'no');
  if (name === 'effect' && typeof value === 'string' && !/^X\d/.test(value)) return words(`effect.${value}`);
  if (Array.isArray(value)) return value.map((one) => partText(words, one)).join('\n');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, text]) => `${key}: ${String(text)}`)
    .join('\n');
}

const partText = (words: Words, one: unknown): string =>
  typeof one === 'object' && one !== null && 'path' in one && 'level' in one
    ? `${String(one.path)} (${words(`level.${String(one.level)}`)})`
    : String(one);

function check({ bundle, words }: Telling): string {
  return `${heading(words('check'))}\n<p>${escaped(words('check_text', { key: bundle.verifier_key }))}</p>`;
}

function table(words: Words, caption: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return `<p>${escaped(words('none'))}</p>`;
  const head = header.map((key) => `<th scope="col">${escaped(words(key))}</th>`).join('');
  const shown = (text: string) => escaped(text).replaceAll('\n', '<br>');
  const body = rows.map(
    ([first = '', ...cells]) =>
      `<tr><th scope="row">${shown(first)}</th>${cells.map((cell) => `<td>${shown(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escaped(words(caption))}">
<table><thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>`;
}

/** Signs that turn the direction of writing are shown as what they are, or a text could read as another. */
function escaped(text: string): string {
  return escapedHtml(text).replace(
    /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `[U+${sign.charCodeAt(0).toString(16).toUpperCase()}]`,
  );
}
