/**
 * A log reader is a folder under readers/: mapping.yml says how a line becomes an event, sample.csv and expected.jsonl
 * prove it. This file turns a mapping and a file's header into the SQL that the engine runs over raw lines.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { BAD_LINE_TEXT, type CsvPositions, csvLines, IN_ORDER, literal } from '../stores/csv.ts';

const Mapping = z.strictObject({
  log_name: z.string().regex(/^[a-z0-9_]+$/),
  file: z.string(),
  class_uid: z.int(),
  /** Column of the log -> 'required', or the value that stands for a column which the file does not have. */
  columns: z.record(z.string().regex(/^[a-z_]+$/), z.string()),
  /** The log's word -> the event's activity_name. Any other word makes the row bad. */
  activities: z.record(z.string(), z.string()),
  booleans: z.array(z.string()).default([]),
  numbers: z.array(z.string()).default([]),
  /** Column of the events table -> SQL expression over the log's columns. */
  map: z.record(z.string().regex(/^[a-z_]+$/), z.string()),
});

export type Reader = z.infer<typeof Mapping>;

export const FOLDER = fileURLToPath(new URL('./readers/', import.meta.url));

/** Columns that every log has, read the same way for all of them. A bad line is a Base Event on the first day of 1970. */
const COMMON: Record<string, string> = {
  uid: 'lines.uid',
  day: "if(reason = '', toDate(assumeNotNull(parsed_time)), toDate(0))",
  time: "if(reason = '', assumeNotNull(parsed_time), toDateTime(0, 'UTC'))",
  class_uid: '',
  activity_name: 'activity_name',
  log_name: '',
  actor_user_uid: "if(reason = '', user, '')",
  device_hostname: "if(reason = '', pc, '')",
  file_line: 'file_line',
  quarantine_reason: 'reason',
  raw_data: `if(reason = '', line, ${BAD_LINE_TEXT})`,
};

/** Of a log that gives the content's key words; a whole text has too many to tell one document from another. */
const KEYWORDS = `if(
  length(splitByChar(' ', lowerUTF8(content)) AS words) <= 12,
  arrayDistinct(arrayFilter(word -> length(word) > 2, words)),
  []
)`;

/** The readers of an organisation folder's tables. */
export function readers(): Reader[] {
  return readdirSync(FOLDER)
    .sort()
    .filter((name) => existsSync(`${FOLDER}${name}/sample.csv`))
    .map((name) => readMapping(`${FOLDER}${name}/mapping.yml`));
}

export function readMapping(path: string): Reader {
  const parsed = Mapping.safeParse(parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Fault('invalid-content', z.prettifyError(parsed.error), { place: path });
}

/** SQL of a SELECT that reads the lines of a segment; see csvLines for its columns and parameters. */
export function linesSql(reader: Reader, positions: CsvPositions, firstFields = 0): string {
  const words = Object.keys(reader.activities).map(literal);
  const names = Object.values(reader.activities).map(literal);
  return csvLines(
    reader.log_name,
    reader.columns,
    positions,
    [
      ['parsed_time IS NULL OR NOT (toYear(parsed_time) BETWEEN 1990 AND 2099)', 'the time cannot be read'],
      ["user = ''", 'no user'],
      ["activity_name = ''", 'unknown activity'],
      ...reader.booleans.map((b): [string, string] => [
        `\`${b}\` NOT IN ('True', 'False')`,
        `${b} is neither True nor False`,
      ]),
      ...reader.numbers.map((n): [string, string] => [`toUInt64OrNull(\`${n}\`) IS NULL`, `${n} is not a number`]),
    ],
    [
      "parseDateTimeOrNull(date, '%m/%d/%Y %H:%i:%s', 'UTC') AS parsed_time",
      `transform(activity, [${words.join(', ')}], [${names.join(', ')}], '') AS activity_name`,
    ],
    firstFields,
  );
}

/** The events table's columns that `reader` fills, each with its SQL expression over what linesSql gives. */
export function eventColumns(reader: Reader): Record<string, string> {
  const classUid = `if(reason = '', ${reader.class_uid}, 0)`;
  const keywords = 'content' in reader.columns ? { keywords: KEYWORDS } : {};
  return { ...COMMON, ...keywords, class_uid: classUid, log_name: literal(reader.log_name), ...reader.map };
}

/**
 * SQL that reads a segment's lines, normalises them and stores those that are not stored yet; of a line that comes twice
 * the first. The same line has the same day, so only the segment's days can hold it.
 * One thread reads, which keeps the order of lines; behind the join several normalise, and blocks of this size are packed
 * at the same time. A filter made of the join's right side would only be in front of what the join does anyway.
 */
export function normaliseSql(reader: Reader, positions: CsvPositions): string {
  const columns = eventColumns(reader);
  const expressions = Object.entries(columns).map(([name, expression]) => `${expression} AS ${name}_`);
  return `INSERT INTO events (${Object.keys(columns).join(', ')})
    SELECT ${expressions.join(', ')}
    FROM (${linesSql(reader, positions)} LIMIT 1 BY uid ${IN_ORDER}) AS lines
    LEFT ANTI JOIN (
      SELECT uid
      FROM events
      WHERE log_name = ${literal(reader.log_name)} AND (
        day = toDate(0)
        OR day IN (SELECT DISTINCT toDate(parsed_time) FROM (${linesSql(reader, positions, positions.get('date'))}))
      )
    ) AS stored ON stored.uid = lines.uid
    SETTINGS input_format_parallel_parsing = 0, enable_join_runtime_filters = 0, query_plan_join_swap_table = 'false',
      max_insert_threads = 2, min_insert_block_size_rows = 100000, min_insert_block_size_bytes = 0`;
}
