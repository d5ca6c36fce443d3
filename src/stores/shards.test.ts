/** Every table that migrations make, and by what its rows are spread over servers. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KEYS, PERSON } from './shards.ts';

interface Table {
  name: string;
  columns: string[];
  engine: string;
  order: string[];
}

const folder = new URL('../../migrations/clickhouse/', import.meta.url);
const statements = readdirSync(folder)
  .sort()
  .map((name) => readFileSync(new URL(name, folder), 'utf8').replace(/--.*$/gm, ''))
  .join('\n');

const tables: Table[] = [
  ...statements.matchAll(
    /^CREATE TABLE IF NOT EXISTS (\w+)\n\(\n(.*?)\n\)\nENGINE = (\w+).*?\nORDER BY \(?([\w, ]+)\)?/gms,
  ),
].map(([, name, body, engine, order]) => ({
  ...{ name: name!, engine: engine! },
  columns: [...body!.matchAll(/^ {4}(\w+) /gm)].map(([, column]) => column!),
  order: order!.split(', '),
}));

const keyOf = ({ name, columns }: Table): string[] =>
  KEYS[name]?.split(', ') ?? (columns.includes(PERSON) ? [PERSON] : []);

test('each table says by what its rows are spread, in columns that it has', () => {
  expect(tables.length).toBe(statements.match(/CREATE TABLE/g)!.length);
  for (const table of tables) {
    expect([table.name, keyOf(table)]).not.toEqual([table.name, []]);
    expect(table.columns, table.name).toEqual(expect.arrayContaining(keyOf(table)));
  }
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(KEYS)));
});

test('a newer row replaces an older one: both lie on one server, so they are spread by part of what they are replaced by', () => {
  const replacing = tables.filter(({ engine }) => engine.startsWith('Replacing'));
  expect(replacing.length).toBeGreaterThan(3);
  for (const table of replacing) expect(table.order, table.name).toEqual(expect.arrayContaining(keyOf(table)));
});
