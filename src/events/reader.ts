/**
 * A log reader is a folder under readers/: mapping.yml says how a line becomes an event, sample.csv and expected.jsonl
 * prove it. This file turns a mapping and a file's header into the SQL that the engine runs over raw lines.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { BAD_LINE_TEXT, BAD_LINE_UID, type CsvPositions, csvLines, IN_ORDER, literal } from '../stores/csv.ts';

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

const FOLDER = fileURLToPath(new URL('./readers/', import.meta.url));

/** Columns that every log has, read the same way for all of them. A bad line is a Base Event on the first day of 1970. */
const COMMON: Record<string, string> = {
  uid: `if(reason = '', line_uid, ${BAD_LINE_UID})`,
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

export function readers(): Reader[] {
  return readdirSync(FOLDER)
    .sort()
    .map((name) => readMapping(`${FOLDER}${name}/mapping.yml`));
}

export function readMapping(path: string): Reader {
  const parsed = Mapping.safeParse(parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Fault('invalid-content', z.prettifyError(parsed.error), { place: path });
}

/** SQL of a SELECT that reads the lines of one part of a segment; see csvLines for its columns and parameters. */
function linesSql(reader: Reader, positions: CsvPositions, part: string): string {
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
    part,
  );
}

/** The events table's columns that `reader` fills, each with its SQL expression over what linesSql gives. */
function eventColumns(reader: Reader): Record<string, string> {
  const classUid = `if(reason = '', ${reader.class_uid}, 0)`;
  return { ...COMMON, class_uid: classUid, log_name: literal(reader.log_name), ...reader.map };
}

/**
 * SQL that reads `parts` files of lines, normalises them at the same time and puts them into `table`.
 * Parameters: header_fields, and path0, first_line0, path1... for each part.
 */
export function normaliseSql(reader: Reader, positions: CsvPositions, table: string, parts: number): string {
  const columns = eventColumns(reader);
  const expressions = Object.entries(columns).map(([name, expression]) => `${expression} AS ${name}_`);
  const selects = Array.from({ length: parts }, (_, part) => {
    return `SELECT ${expressions.join(', ')} FROM (${linesSql(reader, positions, String(part))})`;
  });
  return `INSERT INTO ${table} (${Object.keys(columns).join(', ')})
    ${selects.join('\nUNION ALL\n')}
    ${IN_ORDER}`;
}
