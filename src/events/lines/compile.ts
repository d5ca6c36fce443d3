/** A reader's mapping becomes the query that normalises lines which arrived one by one. */
import { IN_ORDER, literal } from '../../stores/csv.ts';
import { eventColumns, linesSql, type Reader } from '../reader.ts';
import { fieldsSql, type LineReader, shapeFaults } from './mapping.ts';

/** What lines can be read with: a reader of single lines, or one of a folder's tables, whose columns stand in its order. */
export type AnyReader = LineReader | Reader;
export const isLineReader = (reader: AnyReader): reader is LineReader => 'shape' in reader;

/** The name under which lines stand that no reader has recognised. */
export const UNKNOWN = 'unknown';
export const NO_READER = 'no reader';
/** Of a line that is longer no more is kept. */
const KEPT_CHARACTERS = 1_000_000;
/** Blocks of lines are cut by their size too: a thousand lines of ten megabytes do not fit into memory. */
const BY_SIZE = 'input_format_max_block_size_bytes = 33554432';

/**
 * Evaluated row by row only where a condition holds, a line would be taken apart once for each column: 20 times slower.
 * So what stands behind a condition is evaluated for every line, and must not fail on any.
 */
const AT_ONCE = "short_circuit_function_evaluation = 'disable'";
/** Lines are numbered as they are read, and not after they were sorted for something else. */
const NUMBERED = 'query_plan_execute_functions_after_sorting = 0';
/** Of every statement that reads lines. */
export const READING = `${AT_ONCE}, ${NUMBERED}`;

/**
 * Parameters of every query here. path: the lines, one file or a glob, as the engine sees it; first_line: the number of
 * their first line; source and stream: who sent them, which tells equal lines apart; key: the sender's own number of
 * this delivery, '' without any; received: seconds since 1970.
 */
export interface LineParameters extends Record<string, unknown> {
  path: string;
  first_line: number;
  source: string;
  stream: string;
  key: string;
  received: number;
}

/**
 * An event is known by who sent it and what it says, so that a line that is sent again is stored once, in whichever
 * segment and at whichever place it comes. With a key, also by its place in that delivery: then equal lines are two.
 */
const UID = `reinterpretAsUInt128(if(
  {key:String} = '',
  sipHash128({source:String}, {stream:String}, line),
  sipHash128({source:String}, {stream:String}, {key:String}, file_line, line)
))`;

/** SQL of the lines: `line`, `file_line`, `uid`. */
function rawLines(): string {
  return `
    SELECT line, file_line, ${UID} AS uid
    FROM (
      SELECT
        trimRight(raw, '\\r') AS line,
        toUInt32({first_line:UInt64} + rowNumberInAllBlocks()) AS file_line
      FROM file({path:String}, 'LineAsString', 'raw String')
    )`;
}

/** SQL of the name of the first reader that recognises a line. */
function recognisedSql(readers: readonly LineReader[]): string {
  const tests = readers.map(({ recognise, log_name }) => `(${recognise}), ${literal(log_name)}`);
  return `multiIf(
      NOT isValidUTF8(line), ${literal(UNKNOWN)},
      ${[...tests, literal(UNKNOWN)].join(',\n      ')}
    )`;
}

/** SQL of the lines with the reader that each is of. */
export function recognisedLines(readers: readonly LineReader[]): string {
  return `
    SELECT *, JSONExtractKeys(line) AS keys, ${recognisedSql(readers)} AS reader_name
    FROM (${rawLines()})`;
}

/** SQL of the lines that are recognised as a reader's among others; of all lines without those. */
function linesOf(reader: AnyReader | undefined, among: readonly LineReader[] | undefined): string {
  if (among === undefined) return rawLines();
  return `SELECT * FROM (${recognisedLines(among)}) WHERE reader_name = ${literal(reader?.log_name ?? UNKNOWN)}`;
}

/** SQL of what a log means by its time: NULL when it is none. */
function timeSql(text: string): string {
  const number = 'toUInt64OrZero(said_time)';
  return `
      toString(${text}) AS said_time,
      multiIf(
        match(said_time, '^[0-9]{9,10}(\\\\.[0-9]+)?$'), toDateTime64OrNull(said_time, 3, 'UTC'),
        match(said_time, '^[0-9]{13}$'), fromUnixTimestamp64Milli(toInt64(${number}), 'UTC'),
        match(said_time, '^[0-9]{16}$'), fromUnixTimestamp64Milli(toInt64(intDiv(${number}, 1000)), 'UTC'),
        match(said_time, '^[0-9]{19}$'), fromUnixTimestamp64Milli(toInt64(intDiv(${number}, 1000000)), 'UTC'),
        length(said_time) < 10 OR match(said_time, '^[0-9]+$'), NULL,
        parseDateTime64BestEffortOrNull(said_time, 3, 'UTC')
      ) AS parsed_time`;
}

/** SQL of a SELECT with everything that a mapping names, and `reason`, empty for a line that was read. */
function readSql(reader: LineReader, among: readonly LineReader[] | undefined): string {
  const faults: [string, string][] = [
    ['NOT isValidUTF8(line)', 'the line is not UTF-8'],
    ["position(line, '\\0') > 0", 'the line holds a NUL byte'],
    ["trim(line) = ''", 'an empty line'],
    ...shapeFaults(reader),
    [
      'isNull(parsed_time) OR NOT (toYear(assumeNotNull(parsed_time)) BETWEEN 1990 AND 2099)',
      'the time cannot be read',
    ],
    ...reader.faults,
  ];
  const lines = linesOf(reader, among);
  const shared = Object.entries(reader.together?.share ?? {}).map(
    ([name, sql]) => `max(${sql}) OVER (PARTITION BY ${reader.together!.key}) AS ${name}`,
  );
  return `
    SELECT
      *,
      ${[...shared, timeSql(reader.time)].join(',\n      ')},
      multiIf(
        ${faults.map(([condition, reason]) => `${condition}, ${literal(reason)}`).join(',\n        ')},
        ''
      ) AS reason
    FROM (${takenApart(reader, reader.shape === 'table' ? withHeaders(lines) : lines)})`;
}

/**
 * SQL of lines with all that a mapping names of them. Each name is a level of its own: the engine calls an expression by its
 * whole text, which would grow beyond measure where names are made of names.
 */
export function takenApart(reader: LineReader, lines: string): string {
  const [first = '*', ...fields] = fieldsSql(reader);
  const levels = [[first], ...(fields.length > 0 ? [fields] : [])];
  levels.push(...Object.entries(reader.let).map(([name, sql]) => [`${sql} AS ${name}`]));
  return levels.reduce((inner, level) => `SELECT *, ${level.join(', ')} FROM (${inner})`, lines);
}

/** The nearest #fields above a line says what its columns are. */
function withHeaders(lines: string): string {
  return `
    SELECT
      *,
      arrayLast(one -> one.1 < file_line, (
        SELECT arraySort(groupArray((file_line, arrayPopFront(splitByChar('\\t', line)))))
        FROM (${rawLines()})
        WHERE startsWith(line, '#fields\\t')
        ${IN_ORDER}
      )).2 AS header
    FROM (${lines})`;
}

const DEFAULTS: Record<string, string> = {
  to_removable_media: 'false',
  email_to: '[]',
  email_attachments: '[]',
  keywords: '[]',
};

/** The events table's columns that a reader fills, each with its SQL over what readSql gives. */
function columnsOf(reader: AnyReader | undefined): Record<string, string> {
  const sent = { source: '{source:String}', received: "toDateTime({received:UInt32}, 'UTC')" };
  if (reader !== undefined && !isLineReader(reader)) return { ...eventColumns(reader), uid: UID, ...sent };
  const good = (sql: string, bad: string) => (reader === undefined ? bad : `if(reason = '', ${sql}, ${bad})`);
  const mapped = Object.entries(reader?.map ?? {}).map(([column, sql]) => {
    const bad = column === 'class_uid' ? '0' : (DEFAULTS[column] ?? "''");
    return [column, good(`(${sql})`, bad)];
  });
  const columns = Object.fromEntries(mapped) as Record<string, string>;
  return {
    uid: 'uid',
    day: good('toDate(assumeNotNull(parsed_time))', 'toDate(0)'),
    time: good("toDateTime(assumeNotNull(parsed_time), 'UTC')", "toDateTime(0, 'UTC')"),
    log_name: literal(reader?.log_name ?? UNKNOWN),
    ...sent,
    file_line: 'file_line',
    quarantine_reason: reader === undefined ? literal(NO_READER) : 'reason',
    raw_data: `substringUTF8(toValidUTF8(line), 1, ${KEPT_CHARACTERS})`,
    ...columns,
  };
}

/**
 * SQL of a SELECT that gives the events of all lines; with `among` of those alone that are recognised as this reader's. The
 * reader undefined keeps lines as they are.
 */
export function eventsSql(reader: AnyReader | undefined, among?: readonly LineReader[]): string {
  const columns = columnsOf(reader);
  const rows = rowsSql(reader, among);
  // What a column means is computed below this level, so that no name of a mapping hides one of the table.
  return `
    SELECT ${Object.keys(columns)
      .map((name) => `${name}_ AS ${name}`)
      .join(', ')}
    FROM (
      SELECT ${Object.entries(columns)
        .map(([name, sql]) => `${sql} AS ${name}_`)
        .join(',\n        ')}
      FROM (${rows})
      ${IN_ORDER}, ${BY_SIZE}, ${READING}
    )`;
}

function rowsSql(reader: AnyReader | undefined, among: readonly LineReader[] | undefined): string {
  if (reader === undefined) return linesOf(reader, among);
  if (isLineReader(reader)) return readSql(reader, among);
  const columns = Object.keys(reader.columns);
  return linesSql(reader, new Map(columns.map((column, index) => [column, index + 1]))).replaceAll(
    '{header_fields:UInt32}',
    String(columns.length),
  );
}

/** An account that the directory names, by its id or its address whatever their capitals, is that person's. */
const ACCOUNTS = `(
  SELECT lowerUTF8(account) AS name, argMax(user_uid, valid_from) AS person
  FROM (
    SELECT user_uid AS account, user_uid, valid_from FROM directory
    UNION ALL
    SELECT email AS account, user_uid, valid_from FROM directory
  )
  WHERE name != ''
  GROUP BY name
)`;

/**
 * SQL that stores those lines of `reader` that are not stored yet; safe to repeat at any time. The same line has the
 * same day, so only the days that it speaks of can hold it.
 */
export function insertSql(reader: AnyReader | undefined, among?: readonly LineReader[]): string {
  const columns = Object.keys(columnsOf(reader));
  const select = eventsSql(reader, among);
  const named = columns.includes('actor_user_uid');
  const value = (column: string) =>
    named && column === 'actor_user_uid'
      ? "if(accounts.person != '', accounts.person, lines.actor_user_uid)"
      : `lines.${column}`;
  return `INSERT INTO events (${columns.join(', ')})
    SELECT ${columns.map((column) => `${value(column)} AS ${column}_`).join(', ')}
    FROM (SELECT * FROM (${select}) LIMIT 1 BY uid) AS lines
    ${named ? `LEFT ANY JOIN ${ACCOUNTS} AS accounts ON accounts.name = lowerUTF8(lines.actor_user_uid)` : ''}
    WHERE lines.uid NOT IN (
      SELECT uid
      FROM events
      WHERE source = {source:String}
        AND (day = toDate(0) OR day IN (SELECT DISTINCT day FROM (${select})))
        AND uid IN (SELECT uid FROM (${rawLines()}) ${IN_ORDER})
    )
    SETTINGS ${READING}, input_format_parallel_parsing = 0, max_insert_threads = 2, min_insert_block_size_rows = 100000,
      min_insert_block_size_bytes = 268435456`;
}

/**
 * SQL of the stored events of a reader whose records Sigma's rules speak of: `id`, `time`, `day`, `actor_user_uid` and `raw`, the JSON in
 * which a rule's fields lie. Only those for which `where` holds, over the columns of the table events.
 */
export function recordsSql(reader: LineReader, where: string): string {
  const stored = `
    SELECT uid AS id, time, day, actor_user_uid, received, raw_data AS line, CAST([] AS Array(String)) AS header
    FROM events
    WHERE class_uid != 0 AND log_name = ${literal(reader.log_name)} AND (${where})`;
  const record = reader.sigma?.record;
  if (record === undefined) return `SELECT id, time, day, actor_user_uid, line AS raw FROM (${stored})`;
  const parts = takenApart(reader, stored).replaceAll('{received:UInt32}', 'toUInt32(received)');
  return `SELECT id, time, day, actor_user_uid, ${record} AS raw FROM (${parts})`;
}
