/** Which reader comes nearest to lines that none recognises, and what it would make of them. */
import type { Events } from '../../stores/clickhouse.ts';
import type { LineParameters } from './compile.ts';
import { type LineReader, pathOf } from './mapping.ts';
import { readLines } from './store.ts';

export interface Near {
  reader: string;
  title: string;
  /** Lines that were looked at, and how many of them it reads without complaint. */
  lines: number;
  read: number;
  /** Columns of an event that it fills, and in how many lines. */
  fills: { column: string; lines: number }[];
  /** Of the fields that it looks for, those that stand in the lines, and those that do not. */
  found: string[];
  missing: string[];
  /** Why it cannot read the others: the commonest reason, '' without any. */
  reason: string;
}

/** So many are run over the lines; the others have nothing in common with them. */
const TRIED = 6;
/** Filled in by every reader, whatever the line says. */
const ALWAYS = ['day', 'time', 'log_name', 'class_uid', 'activity_name', 'file_line', 'raw_data', 'quarantine_reason'];

/**
 * The readers that come nearest to some lines (as they stand in the file that the parameters name), best first; none when
 * no reader finds anything in them.
 */
export async function nearestReaders(
  events: Events,
  lines: readonly string[],
  parameters: LineParameters,
  readers: readonly LineReader[],
): Promise<Near[]> {
  const paths = new Set(lines.flatMap(keyPaths));
  const candidates = readers
    .map((reader) => ({ reader, ...common(reader, paths) }))
    .filter(
      ({ reader, found }) => (reader.shape === 'json') === paths.size > 0 && (paths.size === 0 || found.length > 0),
    )
    .sort((a, b) => share(b) - share(a) || b.found.length - a.found.length);
  const tried: Near[] = [];
  for (const { reader, found, missing } of paths.size === 0 ? candidates : candidates.slice(0, TRIED)) {
    const rows = await readLines(events, reader, parameters);
    const good = rows.filter(({ class_uid }) => class_uid !== 0);
    const reasons = rows.map(({ quarantine_reason }) => String(quarantine_reason)).filter((reason) => reason !== '');
    if (good.length === 0 && found.length === 0) continue;
    tried.push({
      ...{ reader: reader.log_name, title: reader.title, lines: rows.length, read: good.length },
      ...{ fills: fillsOf(good), found, missing, reason: commonest(reasons) },
    });
  }
  const filled = ({ fills }: Near) => fills.reduce((sum, { lines: count }) => sum + count, 0);
  return tried.sort((a, b) => filled(b) - filled(a) || b.read - a.read || b.found.length - a.found.length);
}

const share = ({ found, missing }: { found: string[]; missing: string[] }) =>
  found.length / (found.length + missing.length);

/** The fields of a JSON reader that stand in the lines and those that do not. */
function common({ shape, fields }: LineReader, paths: ReadonlySet<string>): { found: string[]; missing: string[] } {
  if (shape !== 'json') return { found: [], missing: [] };
  const names = [...new Set(Object.values(fields).map((path) => pathOf(path).keys.join('.')))];
  return { found: names.filter((name) => paths.has(name)), missing: names.filter((name) => !paths.has(name)) };
}

function fillsOf(rows: readonly Record<string, unknown>[]): { column: string; lines: number }[] {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => !ALWAYS.includes(column));
  return columns
    .map((column) => ({ column, lines: rows.filter((row) => isFilled(row[column])).length }))
    .filter(({ lines }) => lines > 0);
}

const isFilled = (value: unknown) => (Array.isArray(value) ? value.length > 0 : value !== '' && value !== false);

function commonest(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

const DEEPEST = 8;

/** Where values stand in a line of JSON, as `a.b`; nothing for another line. */
function keyPaths(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? pathsIn(value, '', 0) : [];
  } catch {
    return [];
  }
}

function pathsIn(value: object, above: string, depth: number): string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = above === '' ? key : `${above}.${key}`;
    return isObject(inner) && depth < DEEPEST ? [path, ...pathsIn(inner, path, depth + 1)] : [path];
  });
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
