/**
 * A reader of lines that arrive one by one is a folder: mapping.yml says in SQL how a line becomes an event, sample.log and
 * expected.jsonl prove it. This file reads the mapping and makes the SQL of its fields.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Fault } from '../../base/fault.ts';
import { literal } from '../../stores/csv.ts';

const NAME = /^[a-z][a-z0-9_]*$/;
/** A mapping speaks of the line alone: it asks no table, no file and no address. */
const Sql = z
  .string()
  .min(1)
  .refine((text) => !/\bselect\b/i.test(text), 'an expression over the line cannot hold a SELECT')
  .refine((text) => !/;|--|\/\*/.test(withoutTexts(text)), 'an expression holds no semicolon and no comment');

/** Columns of the table events that a mapping may fill; the rest is the same for every reader. */
export const COLUMNS = [
  'class_uid',
  'activity_name',
  'status',
  'actor_user_uid',
  'device_hostname',
  'file_path',
  'to_removable_media',
  'email_from',
  'email_to',
  'email_attachments',
  'url_hostname',
  'url_path',
  'medium',
  'keywords',
] as const;

const LogSource = z.strictObject({
  product: z.string().optional(),
  category: z.string().optional(),
  service: z.string().optional(),
});

const Mapping = z.strictObject({
  log_name: z.string().regex(NAME),
  /** What the log is called by those who write it, and where its form is published. */
  title: z.string().min(1),
  reference: z.string().min(1),
  /** A reader in a folder beside this one, whose mapping holds where this one says nothing. */
  like: z.string().regex(NAME).optional(),
  /** json: one object a line. pairs: key=value. regex: named groups. table: tab-separated, with #fields above. */
  shape: z.enum(['json', 'pairs', 'regex', 'table']),
  /** SQL over `line` and `keys` (of the JSON object): whether a line that nobody has named is of this log. */
  recognise: Sql,
  /** json: SQL of the object that the fields are read from, where that is not the line. */
  from: Sql.optional(),
  /** regex: RE2, every group named. */
  pattern: z.string().optional(),
  /** table: SQL of the columns' names, where no #fields stands above a line. */
  layout: Sql.optional(),
  /** Name -> where it lies. json: `a.b`, or [a, b] where a key holds a dot; with [] at its end a list of texts. */
  fields: z.record(z.string().regex(NAME), z.union([z.string(), z.array(z.string()).min(1)])).default({}),
  /** Name -> SQL over the fields and over those before it. */
  let: z.record(z.string().regex(NAME), Sql).default({}),
  /** Lines with the same key tell of one thing: name -> SQL of what each of them then knows. */
  together: z.strictObject({ key: Sql, share: z.record(z.string().regex(NAME), Sql) }).optional(),
  /** SQL of a text: a date, or seconds, milli-, micro- or nanoseconds since 1970. */
  time: Sql,
  /** What makes a line unreadable: [SQL condition, reason]. */
  faults: z.array(z.tuple([Sql, z.string().min(1)])).default([]),
  /** Column of the table events -> SQL. */
  map: z.partialRecord(z.enum(COLUMNS), Sql),
  /** Which logs of Sigma it is, and SQL of the JSON in which a rule's fields lie, over the stored line `raw`. */
  sigma: z.strictObject({ logsources: z.array(LogSource), record: Sql.optional() }).optional(),
});

export type LineMapping = z.infer<typeof Mapping>;

export interface LineReader extends LineMapping {
  /** Its folder, with sample.log and expected.jsonl. */
  readonly folder: string;
}

/** Reads the mapping of a folder. Errors: invalid-content, not-found. */
export function readLineMapping(folder: string): LineReader {
  const place = join(folder, 'mapping.yml');
  const parsed = Mapping.safeParse(inherited(place, []));
  if (!parsed.success) throw new Fault('invalid-content', z.prettifyError(parsed.error), { place });
  const reader = { ...parsed.data, folder };
  if (reader.log_name !== basename(folder))
    throw new Fault('invalid-content', `log_name is not the folder's name, ${basename(folder)}`, { place });
  if (reader.shape === 'regex') groupsOf(reader);
  if (reader.map.class_uid === undefined) throw new Fault('invalid-content', 'map says no class_uid', { place });
  if (reader.shape === 'json') recordType(reader);
  return reader;
}

/** A mapping together with what it takes from the one that it is like. */
function inherited(place: string, seen: readonly string[]): unknown {
  if (!existsSync(place)) throw new Fault('not-found', 'the folder holds no mapping.yml', { place });
  const own: unknown = parse(readFileSync(place, 'utf8'));
  if (own === null || typeof own !== 'object' || !('like' in own)) return own;
  const like = String(own.like);
  if (!NAME.test(like) || seen.includes(like))
    throw new Fault('invalid-content', `it cannot be like '${like}'`, { place });
  const base = inherited(join(dirname(dirname(place)), like, 'mapping.yml'), [...seen, like]) as LineMapping;
  const mapping = own as Partial<LineMapping>;
  const both = (key: 'fields' | 'let' | 'map') => ({ ...base[key], ...mapping[key] });
  return { ...base, ...mapping, fields: both('fields'), let: both('let'), map: both('map') };
}

function withoutTexts(sql: string): string {
  return sql.replace(/'(?:[^'\\]|\\.|'')*'/g, "''");
}

/** Where a field lies, key by key, and whether it is a list. */
export function pathOf(path: string | readonly string[]): { keys: string[]; list: boolean } {
  const keys = typeof path === 'string' ? path.split('.') : [...path];
  const last = keys.at(-1)!;
  const list = last.endsWith('[]');
  return { keys: list ? [...keys.slice(0, -1), last.slice(0, -2)] : keys, list };
}

/** SQL `expression AS name` of each field, in an order in which one may use those before it. */
export function fieldsSql(reader: LineReader): string[] {
  const fields = Object.entries(reader.fields);
  const direct = (value: (key: string) => string) =>
    fields.map(([name, path]) => {
      const { keys, list } = pathOf(path);
      const text = value(keys.join('.'));
      return `${list ? `arrayFilter(one -> one != '', splitByChar(',', ${text}))` : text} AS ${name}`;
    });
  switch (reader.shape) {
    case 'json': {
      const from = reader.from ?? 'line';
      return [
        `JSONExtract(${from}, ${literal(recordType(reader))}) AS record`,
        ...fields.map(([name, path]) => {
          const { keys } = pathOf(path);
          return `${keys.reduce((inner, key) => `tupleElement(${inner}, ${literal(key)})`, 'record')} AS ${name}`;
        }),
      ];
    }
    case 'pairs':
      return [`extractKeyValuePairs(line, '=', ' \\x1d', '"') AS pairs`, ...direct((key) => `pairs[${literal(key)}]`)];
    case 'regex':
      return [
        `extractGroups(line, ${literal(reader.pattern!)}) AS found`,
        ...groupsOf(reader).map((name, index) => `found[${index + 1}] AS ${name}`),
      ];
    case 'table':
      return [
        "splitByChar('\\t', line) AS parts",
        `if(notEmpty(header), header, ${reader.layout ?? '[]'}) AS names`,
        ...direct((key) => `replaceRegexpOne(parts[indexOf(names, ${literal(key)})], '^(-|\\\\(empty\\\\))$', '')`),
      ];
  }
}

/** SQL of what makes a line no line of its shape: [condition, reason]. */
export function shapeFaults(reader: LineReader): [string, string][] {
  if (reader.shape === 'json')
    return [["NOT (startsWith(trimLeft(line), '{') AND isValidJSON(line))", 'the line is not a JSON object']];
  if (reader.shape === 'regex') return [['empty(found)', 'the line has another form']];
  if (reader.shape === 'pairs') return [['empty(pairs)', 'the line has no key=value']];
  return [
    ["startsWith(line, '#')", 'a header, not an event'],
    ['empty(names)', 'nothing says what its columns are'],
    ['length(parts) != length(names)', 'it has not as many fields as its header'],
  ];
}

interface Tree extends Map<string, Tree | 'text' | 'list'> {}

/** The type that one pass over the line fills: a tuple of tuples, every value a text or a list of texts. */
function recordType(reader: LineReader): string {
  const tree: Tree = new Map();
  for (const [name, path] of Object.entries(reader.fields)) {
    const { keys, list } = pathOf(path);
    let at = tree;
    for (const key of keys.slice(0, -1)) {
      const next = at.get(key) ?? new Map();
      if (typeof next === 'string') throw twice(reader, name);
      at.set(key, next);
      at = next;
    }
    const last = keys.at(-1)!;
    const kind = list ? 'list' : 'text';
    if ((at.get(last) ?? kind) !== kind) throw twice(reader, name);
    at.set(last, kind);
  }
  return typeOf(tree);
}

function twice(reader: LineReader, name: string): Fault {
  const place = join(reader.folder, 'mapping.yml');
  return new Fault('invalid-content', `field ${name} lies within another field, or is both a list and a text`, {
    place,
  });
}

function typeOf(node: Tree | 'text' | 'list'): string {
  if (node === 'text') return 'String';
  if (node === 'list') return 'Array(String)';
  const parts = [...node].map(([key, child]) => `\`${key.replace(/[\\`]/g, '\\$&')}\` ${typeOf(child)}`);
  return `Tuple(${parts.join(', ')})`;
}

/** The names of a pattern's groups, in their order. Errors: invalid-content when one has none. */
function groupsOf({ pattern, folder }: LineReader): string[] {
  const place = join(folder, 'mapping.yml');
  if (pattern === undefined) throw new Fault('invalid-content', 'shape regex needs a pattern', { place });
  const bare = pattern.replace(/\\./gs, '').replace(/\[\^?\]?[^\]]*\]/g, '');
  const groups = [...bare.matchAll(/\((?!\?)|\(\?P<([a-z][a-z0-9_]*)>/g)].map(([, name]) => name);
  if (groups.length === 0 || groups.includes(undefined))
    throw new Fault('invalid-content', 'every group of the pattern is (?P<name>...) or (?:...)', { place });
  return groups as string[];
}
