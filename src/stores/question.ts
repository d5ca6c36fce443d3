/**
 * A statement as a ClickHouse server takes it. What the embedded engine reads from our disk with `file({path:String}, ...)`
 * a server is sent along with the statement, as a table that exists for this statement alone; the SQL stays the same.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Parameters } from './clickhouse.ts';

export interface Question {
  /** The body of the request, multipart/form-data: statement, parameters and files. */
  readonly body: Readable;
  readonly contentType: string;
  /** For the address: formats and columns of the files. */
  readonly tables: Record<string, string>;
}

/** A file of ours inside a statement: the parameter with its path, its format, its columns. */
const FILE = /file\(\{(\w+):String\},\s*'(\w+)',\s*'((?:[^'\\]|\\.)*)'\)/g;
/** A server refuses a longer parameter unless its profile says otherwise (http_max_field_value_size): it goes as a table. */
const LONGEST_PARAMETER = 60_000;
/** Reading a table in several streams would mix the lines of a file up; the embedded engine reads a file with one. */
const IN_ORDER = /\bparallelize_output_from_storages = 0\b/g;

interface Part {
  readonly name: string;
  readonly file?: true;
  content(): AsyncIterable<Buffer | string> | Iterable<Buffer | string>;
}

/** ClickHouse's text form of a parameter: escaped as in TSV, and within a list in quotes besides. */
function format(value: unknown, isInside = false): string {
  if (Array.isArray(value)) return `[${value.map((item) => format(item, true)).join(',')}]`;
  if (value === null || value === undefined) return isInside ? 'NULL' : '\\N';
  if (typeof value === 'boolean') return isInside ? String(value) : value ? '1' : '0';
  if (typeof value !== 'string') return String(value);
  const text = value.replace(/[\\\t\n\r']/g, (found) => ESCAPES[found] ?? found);
  return isInside ? `'${text}'` : text;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', "'": "\\'" };

export function questionOf(sql: string, parameters: Parameters): Question {
  const left = { ...parameters };
  const tables: Record<string, string> = {};
  const files: Part[] = [];
  const named = new Map<string, string>();
  const add = (name: string, form: string, structure: string, content: Part['content']) => {
    tables[`${name}_format`] = form;
    tables[`${name}_structure`] = structure.replace(/\\(.)/g, '$1');
    files.push({ name, file: true, content });
  };
  let text = sql.replace(FILE, (_, key: string, form: string, structure: string) => {
    const known = named.get(`${key} ${form} ${structure}`);
    if (known !== undefined) return known;
    const name = `sent_${files.length}`;
    const path = String(parameters[key]);
    add(name, form, structure, () => createReadStream(path, { highWaterMark: 1 << 20 }));
    named.set(`${key} ${form} ${structure}`, name);
    return name;
  });
  for (const line of named.keys()) delete left[line.split(' ', 1)[0]!];
  if (named.size > 0) text = text.replace(IN_ORDER, 'max_threads = 1, $&');
  for (const [key, value] of Object.entries(left)) {
    if (format(value).length <= LONGEST_PARAMETER) continue;
    const type = new RegExp(`\\{${key}:([^}]+)\\}`).exec(text)?.[1];
    if (type === undefined) continue;
    const name = `long_${key}`;
    add(name, 'JSONEachRow', `v ${type}`, () => [`${JSON.stringify({ v: value })}\n`]);
    text = text.replaceAll(`{${key}:${type}}`, `identity((SELECT v FROM ${name}))`);
    delete left[key];
  }
  const values = Object.entries(left).map(([key, value]) => ({ name: `param_${key}`, content: () => [format(value)] }));
  const parts: Part[] = [{ name: 'query', content: () => [text] }, ...values, ...files];
  const boundary = `countersign-${randomUUID()}`;
  return {
    body: Readable.from(multipart(parts, boundary), { objectMode: false }),
    contentType: `multipart/form-data; boundary=${boundary}`,
    tables,
  };
}

async function* multipart(parts: readonly Part[], boundary: string): AsyncGenerator<Buffer | string> {
  for (const { name, file, content } of parts) {
    const filename = file ? `; filename="${name}"` : '';
    yield `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename}\r\n\r\n`;
    yield* content();
    yield '\r\n';
  }
  yield `--${boundary}--\r\n`;
}
