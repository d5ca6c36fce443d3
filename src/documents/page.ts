/** An assessment as one page of HTML that needs nothing else: no script, no font, no image from anywhere. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { escaped as escapedHtml, PAGE_STYLE } from '../base/html.ts';
import { LEVELS, type Level } from '../base/level.ts';
import type { Assessment } from './assess.ts';
import { LEVELS_DOWN } from './report.ts';
import type { Explanations } from './who.ts';

export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A browser shows so many rows of a table without trouble; the others stand in the JSON and CSV. */
const MOST_ROWS = 2000;
const MOST_EVENTS = 200;

type Words = ((key: string, values?: Record<string, string | number>) => string) & {
  /** Why something could not be read, as the readers say it. */
  reason(why: string): string;
};

/** The words of a language, from content/words/assessment.<language>.json. */
export function assessmentWords(language: Language): Words {
  const file = new URL(`../../content/words/assessment.${language}.json`, import.meta.url);
  const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  const word = (key: string, values: Record<string, string | number> = {}) =>
    texts[key]!.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name]!;
      return typeof value === 'number' ? value.toLocaleString(language) : value;
    });
  return Object.assign(word, { reason: (why: string) => (language === 'zh-CN' ? chineseReason(why) : why) });
}

let reasons: Record<string, string> | undefined;

/**
 * A reason in Chinese, by content/words/unreadable.zh-CN.json: numbers stand there as #, and what a library said, in brackets
 * at the end, stays as it is. A reason that is not there stays English: better than none.
 */
export function chineseReason(why: string): string {
  reasons ??= JSON.parse(
    readFileSync(new URL('../../content/words/unreadable.zh-CN.json', import.meta.url), 'utf8'),
  ) as Record<string, string>;
  const [, plain = why, detail = ''] = /^(.*?)( \([^)]*\)?)?$/s.exec(why) ?? [];
  const numbers = plain.match(/\d+/g) ?? [];
  const text = reasons[plain.replace(/\d+/g, '#')];
  return text === undefined ? why : text.replace(/#/g, () => numbers.shift() ?? '#') + detail;
}

export function assessmentPage(found: Assessment, explanations: Explanations | undefined, language: Language): string {
  const words = assessmentWords(language);
  const style = createHash('sha256').update(PAGE_STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`;
  const sections = [counts(found, words), documents(found, words), files(found, words)];
  if (explanations) sections.push(who(explanations, words));
  sections.push(rest(found, words));
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Countersign: ${escaped(words('title'))}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(words('title'))}</h1>
<p>${escaped(words('lead'))}</p>
${sections.map((section) => `<section>\n${section}\n</section>`).join('\n')}
</main>
</body>
</html>
`;
}

function counts({ counts: levels, files: all, unmatched, unreadable }: Assessment, words: Words): string {
  const rows = LEVELS_DOWN.filter((level) => level !== 'unknown' || levels.unknown > 0).map((level) => [
    words(`level.${level}`),
    String(levels[level]),
  ]);
  const numbers = { matched: all.length - unmatched.length, files: all.length, unreadable: unreadable.length };
  return `${table(words('counts'), [words('level'), words('documents')], rows, words)}
<p>${escaped(words('of_files', numbers))}</p>`;
}

function documents({ documents: all }: Assessment, words: Words): string {
  const rows = all.map(({ document, level, coverage, files: holding }) => [
    document,
    words(`level.${level}`),
    percent(coverage),
    holding.length > 5 ? `${holding.slice(0, 5).join('\n')}\n+ ${holding.length - 5}` : holding.join('\n'),
  ]);
  const header = [words('document'), words('level'), words('most'), words('in_files')];
  return `<h2>${escaped(words('listed'))}</h2>\n${table(words('listed'), header, rows, words)}`;
}

function files({ files: all }: Assessment, words: Words): string {
  const rows = all.flatMap(({ path, matches, alternatives }) =>
    matches.map(({ document, level, match, coverage, passages }, at) => [
      path,
      words(`match.${match}`),
      document,
      words(`level.${level}`),
      percent(coverage.file),
      percent(coverage.document),
      passages
        .slice(0, 5)
        .map(({ file, document: place }) => `${file.join('-')} = ${place.join('-')}`)
        .join('\n') + (passages.length > 5 ? `\n+ ${passages.length - 5}` : ''),
      at === 0 ? alternatives.slice(0, 3).join('\n') : '',
    ]),
  );
  const header = ['file', 'match', 'document', 'level', 'of_file', 'of_document', 'passages', 'alternatives'];
  const shown = table(
    words('files'),
    header.map((key) => words(key)),
    rows,
    words,
  );
  return `<h2>${escaped(words('files'))}</h2>\n<p class="quiet">${escaped(words('offsets'))}</p>\n${shown}`;
}

function who({ documents: total, in_logs, nobody, people, groups }: Explanations, words: Words): string {
  const header = ['subject', 'had', 'share', 'expected', 'surprise', 'compared', 'first', 'last', 'exposure'];
  const rows = people.map((one) => [
    one.subject,
    String(one.documents),
    percent(one.share),
    String(one.expected),
    String(one.surprise_bits),
    String(one.compared_with),
    one.first,
    one.last,
    levelList(one.exposure, words),
  ]);
  const events = people.map(({ subject, events: all }) =>
    details(
      words('events', { subject, count: all.length }),
      table(
        words('events', { subject, count: all.length }),
        ['document', 'time', 'activity', 'event'].map((key) => words(key)),
        all
          .slice(0, MOST_EVENTS)
          .map(({ document, time, activity, event, channels }) => [
            document,
            time,
            [activity, ...channels].join(', '),
            event,
          ]),
        words,
      ),
    ),
  );
  const grouped = groups.map(({ subjects, documents: count }) => [subjects.join(', '), String(count)]);
  return `<h2>${escaped(words('who'))}</h2>
<p>${escaped(words('note'))}</p>
<p>${escaped(words('in_logs', { documents: total, seen: in_logs, nobody: nobody.length }))}</p>
${table(words('groups'), [words('group'), words('documents')], grouped, words)}
${table(
  words('who'),
  header.map((key) => words(key)),
  rows,
  words,
)}
${events.join('\n')}
${list(words('nobody', { count: nobody.length }), nobody, words)}`;
}

function rest({ unmatched, unreadable }: Assessment, words: Words): string {
  const rows = unreadable.map(({ path, why }) => [path, words.reason(why)]);
  const title = words('unreadable', { count: unreadable.length });
  return `${list(words('unmatched', { count: unmatched.length }), unmatched, words)}
${details(title, table(title, [words('file'), words('why')], rows, words))}`;
}

function levelList(levels: Record<Level, number>, words: Words): string {
  const some = [...LEVELS].reverse().filter((level) => levels[level] > 0);
  return some.map((level) => `${words(`level.${level}`)} ${levels[level]}`).join(', ');
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

function list(title: string, items: readonly string[], words: Words): string {
  return details(
    title,
    table(
      title,
      [words('file')],
      items.map((item) => [item]),
      words,
    ),
  );
}

const details = (summary: string, content: string) =>
  `<details><summary>${escaped(summary)}</summary>\n${content}\n</details>`;

/** The first cell of a row names it. A line break inside a cell stays one. */
function table(caption: string, header: readonly string[], rows: readonly (readonly string[])[], words: Words): string {
  const head = header.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
  const body = rows
    .slice(0, MOST_ROWS)
    .map(
      ([first = '', ...cells]) =>
        `<tr><th scope="row">${shown(first)}</th>${cells.map((cell) => `<td>${shown(cell)}</td>`).join('')}</tr>`,
    );
  const left = rows.length - body.length;
  const more = left > 0 ? `<p class="quiet">${escaped(words('more', { count: left }))}</p>` : '';
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escaped(caption)}">
<table><caption>${escaped(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>${more}`;
}

const shown = (text: string) => escaped(text).replaceAll('\n', '<br>');

/** Signs that turn the direction of writing are shown as what they are, or a name in the trove could read as another. */
function escaped(text: string): string {
  return escapedHtml(text).replace(
    /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `[U+${sign.charCodeAt(0).toString(16).toUpperCase()}]`,
  );
}
