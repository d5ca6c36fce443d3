import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '../base/fault.ts';

/**
 * What migrating needs of an engine.
 * `name` is the folder under migrations/. `ledger` is the statement that makes the table
 * `schema_migrations (name, checksum)` unless it is there. `atomic` says whether the statements of one `run` happen
 * all or not at all; then a migration and its entry in the table are sent together. Otherwise they are sent one by
 * one, and a migration that was interrupted runs again: write it so that this is harmless (IF NOT EXISTS).
 */
export interface MigrationEngine {
  readonly name: string;
  readonly ledger: string;
  readonly atomic: boolean;
  /** Runs one statement, or several if `atomic`. */
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
}

interface Migration {
  name: string;
  checksum: string;
  sql: string;
}

const FILE = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/;
const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Brings the engine's tables up to date with migrations/<engine>/NNNN-name.sql and gives the names of those it ran.
 * Forward only: an applied file must never change, and none may slip in before it.
 * Throws `migration-failed` with the file as its place, and has then changed nothing after that file.
 */
export async function migrate(engine: MigrationEngine, folder = join(MIGRATIONS, engine.name)): Promise<string[]> {
  const migrations = readMigrations(folder);
  await engine.run(engine.ledger);
  const applied = await readApplied(engine);
  compare(migrations, applied);
  const pending = migrations.filter(({ name }) => !applied.has(name));
  for (const migration of pending) await apply(engine, migration);
  return pending.map(({ name }) => name);
}

async function apply(engine: MigrationEngine, { name, checksum, sql }: Migration): Promise<void> {
  // Both values are of our own making: the file's pattern and hexadecimal digits leave nothing to escape.
  const entry = `INSERT INTO schema_migrations (name, checksum) VALUES ('${name}', '${checksum}')`;
  const steps = engine.atomic ? [`${sql}\n;\n${entry}`] : [...splitStatements(sql), entry];
  try {
    for (const step of steps) await engine.run(step);
  } catch (cause) {
    throw new Fault('migration-failed', `The migration ${engine.name}/${name} failed.`, { place: name, cause });
  }
}

async function readApplied(engine: MigrationEngine): Promise<Map<string, string>> {
  const rows = await engine.rows('SELECT name, checksum FROM schema_migrations ORDER BY name');
  return new Map(rows.map((row) => [String(row.name), String(row.checksum)]));
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    const number = FILE.exec(name)?.[1];
    if (Number(number) !== index + 1) {
      const expected = String(index + 1).padStart(4, '0');
      throw new Fault('migration-failed', `${name} should be ${expected}-some-name.sql.`, { place: name });
    }
    const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

function compare(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): void {
  const known = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  let last = '';
  for (const [name, checksum] of applied) {
    if (!known.has(name)) {
      throw new Fault('migration-failed', `The data was made by another version of the program: it knows ${name}.`, {
        place: name,
      });
    }
    if (known.get(name) !== checksum) {
      throw new Fault('migration-failed', `${name} was changed after it had been applied.`, { place: name });
    }
    last = name;
  }
  const late = migrations.find(({ name }) => name < last && !applied.has(name));
  if (late === undefined) return;
  throw new Fault('migration-failed', `${late.name} comes before ${last}, which is already applied.`, {
    place: late.name,
  });
}

/** The statements of a file, cut at semicolons outside quotes and comments; empty ones are left out. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let statement = '';
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token === ';') {
      statements.push(statement.trim());
      statement = '';
    } else if (!token.startsWith('--') && !token.startsWith('/*')) {
      statement += token;
    }
  }
  statements.push(statement.trim());
  return statements.filter((text) => text !== '');
}

/** A quoted text (the engines double or escape a quote inside it), a comment, a semicolon, or anything else. */
const TOKEN =
  /'(?:''|\\[\s\S]|[^'\\])*'|"(?:""|\\[\s\S]|[^"\\])*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"`;/-]+|[\s\S]/g;
