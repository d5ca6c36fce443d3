/** An assessment for people and for other programs: JSON, CSV, a few lines of text. */
import { LEVELS } from '../base/level.ts';
import type { Assessment } from './assess.ts';

/** The levels from the most protected down: the order in which a loss is told. */
export const LEVELS_DOWN = [...LEVELS].reverse();

/** Every figure of the assessment. Two runs over the same folders give the same text. */
export function assessmentJson(found: object): string {
  return `${JSON.stringify(found, undefined, 2)}\n`;
}

const COLUMNS = [
  ...['path', 'match', 'document', 'level', 'coverage_of_file', 'coverage_of_document'],
  ...['passages', 'alternatives', 'bytes', 'sha256', 'why'],
];

/** One row for each match of each file, one for a file without any, one for what could not be read. RFC 4180. */
export function assessmentCsv({ files, unreadable }: Assessment): string {
  const rows = files.flatMap(({ path, matches, alternatives, bytes, sha256 }) =>
    matches.length === 0
      ? [[path, 'no match', '', '', '', '', '', '', bytes, sha256, '']]
      : matches.map(({ match, document, level, coverage, passages }) => [
          ...[path, match, document, level, coverage.file, coverage.document],
          passages.map(({ file, document: place }) => `${file.join('-')}=${place.join('-')}`).join('; '),
          ...[alternatives.join('; '), bytes, sha256, ''],
        ]),
  );
  const bad = unreadable.map(({ path, why }) => [path, 'could not be read', '', '', '', '', '', '', '', '', why]);
  return [COLUMNS, ...rows, ...bad].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/**
 * A cell that a spreadsheet takes for text. File names come from whoever had the trove, and one that begins with = + - @
 * or a tab would be run as a formula when the table is opened: an apostrophe before it prevents that.
 */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]/.test(text) || text !== value ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The result in a few lines. */
export function assessmentText({ files, counts, documents, unreadable, unmatched }: Assessment): string {
  const matched = files.length - unmatched.length;
  const lines = LEVELS_DOWN.filter((level) => counts[level] > 0).map(
    (level) => `  ${level.replace('_', ' ').padEnd(14)}${String(counts[level]).padStart(7)}`,
  );
  return [
    `${plural(documents.length, 'document')} of the register in ${plural(matched, 'file')}:`,
    ...(lines.length > 0 ? lines : ['  none']),
    `${plural(unmatched.length, 'file')} without a match, ${plural(unreadable.length, 'file or part', 'files or parts')} that could not be read.`,
  ].join('\n');
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
