/**
 * Reading CSV in the engine, line by line. Each line stands alone: an unbalanced quote in one row cannot swallow its
 * neighbours, which a CSV parser over the whole file would allow and an attacker could use to hide rows.
 */
import { copyFile, readFile, rm, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../base/fault.ts';
import type { Events } from './clickhouse.ts';
import { spoolOf } from './spool.ts';

/** Column of the file -> 'required', or the value that stands for a column which the file does not have. */
export type CsvColumns = Record<string, string>;
export type CsvPositions = Map<string, number>;

/** A file is read by one thread, which keeps the order of lines, and with it the line numbers. */
export const IN_ORDER = 'SETTINGS parallelize_output_from_storages = 0, input_format_parallel_parsing = 0';

/** A SQL string literal of a constant from our own mappings; values from outside are always parameters. */
export const literal = (text: string) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

/**
 * Which of `columns` stands at which position (from 1) of a header line; columns not asked for are ignored.
 * Errors: invalid-input when a required column is missing.
 */
export function csvPositions(columns: CsvColumns, header: string, place: string): CsvPositions {
  const positions: CsvPositions = new Map();
  headerNames(header).forEach((column, index) => {
    if (column in columns && !positions.has(column)) positions.set(column, index + 1);
  });
  const missing = Object.keys(columns).filter((c) => columns[c] === 'required' && !positions.has(c));
  if (missing.length > 0)
    throw new Fault('invalid-input', `the header has no column ${missing.join(', ')}`, { place: `${place}:1` });
  return positions;
}

export function headerNames(header: string): string[] {
  const names = header
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(',');
  return names.map((name) => name.replace(/^"|"$/g, '').trim().toLowerCase());
}

/**
 * SQL of a SELECT over the lines of one file: `line`, `file_line`, `uid` (a hash of table and line), every column under
 * its own name, and `reason`, empty for a good row. `faults` are [condition, reason] pairs over the columns.
 * The engine computes only what the caller's SELECT uses; who needs the `firstFields` fields alone is spared the rest of a
 * line (0: all). Parameters: path, first_line and header_fields.
 */
export function csvLines(
  table: string,
  columns: CsvColumns,
  positions: CsvPositions,
  faults: [condition: string, reason: string][],
  computed: string[] = [],
  firstFields = 0,
): string {
  const width = Math.max(...positions.values());
  const selected = Object.entries(columns).map(([name, fallback]) =>
    positions.has(name) ? `parts[${positions.get(name)}] AS \`${name}\`` : `${literal(fallback)} AS \`${name}\``,
  );
  const conditions = [
    ['NOT isValidUTF8(line)', 'the line is not UTF-8'],
    ["position(line, '\\0') > 0", 'the line holds a NUL byte'],
    [`length(parts) < ${width}`, `fewer than ${width} fields`],
    ['length(parts) > {header_fields:UInt32}', 'more fields than the header'],
    ...faults,
  ].map(([condition, reason]) => `${condition}, ${literal(reason!)}`);
  return `
    SELECT
      line,
      toUInt32({first_line:UInt64} + rowNumberInAllBlocks()) AS file_line,
      reinterpretAsUInt128(sipHash128(${literal(table)}, line)) AS line_uid,
      if(
        position(line, '"') = 0,
        splitByChar(',', line, ${firstFields}),
        -- A quoted field may hold commas and doubled quotes; such lines are rare, so only they pay for the pattern.
        arrayMap(
          field -> if(startsWith(field, '"'), replaceAll(substring(field, 2, length(field) - 2), '""', '"'), field),
          arrayMap(
            found -> substring(found, 1, length(found) - 1),
            extractAll(concat(line, ','), '("(?:[^"]|"")*",|[^",]*,)')
          )
        )
      ) AS parts,
      ${[...selected, ...computed].join(',\n      ')},
      multiIf(
        ${conditions.join(',\n        ')},
        ''
      ) AS reason,
      -- A bad line is told apart by where it stands: ten empty lines are ten rows in the quarantine.
      if(reason = '', line_uid, reinterpretAsUInt128(sipHash128(line_uid, file_line))) AS uid
    FROM (SELECT trimRight(raw, '\\r') AS line FROM file({path:String}, 'LineAsString', 'raw String'))`;
}

/** What is kept of a bad line, whatever it holds. */
export const BAD_LINE_TEXT = 'substring(toValidUTF8(line), 1, 4000)';

/** SQL of a column's date, NULL when it is none, and the fault of a row without one. */
export const dateSql = (column: string) => `toDateOrNull(\`${column}\`)`;
export const noDate = (column: string): [string, string] => [`${dateSql(column)} IS NULL`, `${column} is not a date`];

/** A small table that stands beside the logs (directory, register, declared facts) and where its rows go. */
export interface SideTable {
  /** The file's name inside the organisation folder, for messages; also the quarantine's log_name. */
  name: string;
  columns: CsvColumns;
  faults: [condition: string, reason: string][];
  target: string;
  /** Column of the target -> SQL expression over the file's columns. */
  map: Record<string, string>;
  /** Its rows hold names: of a bad one only file, line and reason are kept. */
  holdsNames?: true;
}

/**
 * Loads one side table; rows that are stored already are left out, bad rows go to the quarantine. With `ended` a last line
 * without a line end is left out.
 * Returns the number of bad rows. Errors: invalid-input for a header without a required column.
 */
export async function loadSideTable(
  events: Events,
  table: SideTable,
  file: string,
  header: string,
  ended = false,
): Promise<number> {
  const positions = csvPositions(table.columns, header, table.name);
  const path = join(spoolOf(events), `side-${basename(table.name)}`);
  await copyFile(file, path);
  if (ended) await cutLastLine(path);
  const lines = csvLines(table.name, table.columns, positions, table.faults);
  const parameters = { path, first_line: 1, header_fields: headerNames(header).length };
  try {
    const columns = Object.entries(table.map);
    await events.run(
      `INSERT INTO ${table.target} (uid, ${columns.map(([name]) => name).join(', ')})
       SELECT uid, ${columns.map(([name, expression]) => `${expression} AS ${name}_`).join(', ')}
       FROM (${lines})
       WHERE reason = '' AND file_line > 1 AND uid NOT IN (SELECT uid FROM ${table.target})
       LIMIT 1 BY uid
       ${IN_ORDER}`,
      parameters,
    );
    return await quarantineLines(events, table, lines, parameters);
  } finally {
    await rm(path, { force: true });
  }
}

/** Takes the last line away when it lacks its end. */
async function cutLastLine(path: string): Promise<void> {
  const bytes = await readFile(path);
  await truncate(path, bytes.lastIndexOf('\n') + 1);
}

async function quarantineLines(
  events: Events,
  { name, holdsNames }: SideTable,
  lines: string,
  parameters: Record<string, unknown>,
): Promise<number> {
  const [count] = await events.rows<{ bad: number }>(
    `SELECT countIf(reason != '' AND file_line > 1) AS bad FROM (${lines}) ${IN_ORDER}`,
    parameters,
  );
  if (count!.bad > 0)
    await events.run(
      `INSERT INTO events (uid, log_name, file_line, quarantine_reason, raw_data)
       SELECT uid, {name:String}, file_line, reason, ${holdsNames ? "''" : BAD_LINE_TEXT}
       FROM (${lines})
       WHERE reason != '' AND file_line > 1
         AND uid NOT IN (SELECT uid FROM events WHERE day = toDate(0) AND log_name = {name:String})
       ${IN_ORDER}`,
      { ...parameters, name },
    );
  return count!.bad;
}
