import { existsSync, readFileSync } from 'node:fs';
import { Fault } from '../base/fault.ts';

/** One row of a small CSV file by its columns, with the line it begins on. */
export class Row {
  readonly #file: string;
  readonly #line: number;
  readonly #fields: ReadonlyMap<string, string>;

  constructor(file: string, line: number, fields: ReadonlyMap<string, string>) {
    this.#file = file;
    this.#line = line;
    this.#fields = fields;
  }

  /** Empty when the row or the file does not have it. */
  optional(column: string): string {
    return this.#fields.get(column)?.trim() ?? '';
  }

  text(column: string): string {
    return this.optional(column) || this.#refuse(`${column} is empty`);
  }

  number(column: string): number {
    const given = this.text(column);
    const value = Number(given);
    return Number.isFinite(value) ? value : this.#refuse(`${column} is not a number: '${given}'`);
  }

  /** Seconds since 1970 by the clock on the wall; a bare date is its first second, or its last where `endOfDay` asks. */
  time(column: string, endOfDay = false): number {
    const given = this.text(column);
    return wallClock(given, endOfDay) ?? this.#refuse(`${column} is not a time: '${given}'`);
  }

  oneOf<T extends string>(column: string, words: readonly T[]): T {
    const given = this.text(column);
    return words.find((word) => word === given) ?? this.#refuse(`${column} is none of ${words.join(', ')}: '${given}'`);
  }

  #refuse(message: string): never {
    throw new Fault('invalid-content', message, { place: `${this.#file}:${this.#line}` });
  }
}

/**
 * The rows of a small CSV file; blank lines are left out. Errors: not-found without the file, invalid-content with file
 * and line for a missing column or an open quote.
 */
export function readTable(file: string, columns: readonly string[]): Row[] {
  if (!existsSync(file)) throw new Fault('not-found', 'there is no such file', { place: file });
  const [header, ...records] = parseCsv(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''), file);
  const names = header?.fields.map((name) => name.trim()) ?? [];
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new Fault('invalid-content', `the header has no column ${missing.join(', ')}`, { place: `${file}:1` });
  return records.map(
    ({ line, fields }) => new Row(file, line, new Map(names.map((name, at) => [name, fields[at] ?? '']))),
  );
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^,"\r\n][^,\r\n]*)?)(,|\r?\n|$)/y;

function parseCsv(text: string, file: string): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let begun = 1;
  let line = 1;
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length || fields.length > 0) {
    const found = FIELD.exec(text);
    if (found === null) throw new Fault('invalid-content', 'a quote is not closed', { place: `${file}:${line}` });
    const [whole, quoted, plain, end] = found;
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') records.push({ line: begun, fields });
    fields = [];
    begun = line;
  }
  return records;
}

const TIME = /^(?:(\d{4})-(\d\d)-(\d\d)|(\d\d)\/(\d\d)\/(\d{4}))(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;
const DAY = 86_400;

/** Seconds since 1970 of a date or a time; undefined for what is neither. */
export function wallClock(text: string, endOfDay = false): number | undefined {
  const found = TIME.exec(text);
  if (found === null) return undefined;
  const [, isoYear, isoMonth, isoDay, month, day, year, hour, minute, second] = found;
  const date = [isoYear ?? year, isoMonth ?? month, isoDay ?? day].join('-');
  const midnight = Date.parse(`${date}T00:00:00Z`) / 1000;
  // 02/30 becomes 2 March in some engines: the date must come back unchanged.
  if (Number.isNaN(midnight) || !new Date(midnight * 1000).toISOString().startsWith(date)) return undefined;
  if (hour === undefined) return endOfDay ? midnight + DAY - 1 : midnight;
  const clock = Number(hour) * 3600 + Number(minute) * 60 + Number(second ?? 0);
  return clock < DAY ? midnight + clock : undefined;
}

/** The day of a time, counted from 1970. */
export const dayOf = (time: number): number => Math.floor(time / DAY);

/** The last second of a day counted from 1970. */
export const endOf = (day: number): number => (day + 1) * DAY - 1;

/** A time as YYYY-MM-DD HH:MM:SS. */
export const clockText = (time: number): string => new Date(time * 1000).toISOString().slice(0, 19).replace('T', ' ');
