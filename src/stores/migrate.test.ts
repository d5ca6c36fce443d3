import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type MigrationEngine, migrate, splitStatements } from './migrate.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-migrate-'));
let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
});
beforeEach(async () => {
  await database.exec('drop schema public cascade; create schema public');
  rmSync(folder, { recursive: true });
  writeMigration('0001-birds.sql', "create table birds (name text primary key);\nINSERT INTO birds VALUES ('wren')");
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function writeMigration(name: string, sql: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), sql);
}

/** The same engine twice: once trusted to run a file as a whole, once fed statement by statement. */
function engine(atomic: boolean): MigrationEngine {
  return {
    name: 'postgres',
    ledger: 'create table if not exists schema_migrations (name text primary key, checksum text not null)',
    atomic,
    async run(sql) {
      await (atomic ? database.exec(sql) : database.query(sql));
    },
    async rows(sql) {
      return (await database.query<Record<string, unknown>>(sql)).rows;
    },
  };
}
async function birds(): Promise<unknown[]> {
  return (await database.query<{ name: string }>('select name from birds order by name')).rows.map(({ name }) => name);
}

test.each([true, false])('runs what is pending, in order and once (atomic: %s)', async (atomic) => {
  expect(await migrate(engine(atomic), folder)).toEqual(['0001-birds.sql']);
  writeMigration(
    '0002-more.sql',
    "-- two; more\ninsert into birds values ('owl;');\ninsert into birds values ('it''s');",
  );
  expect(await migrate(engine(atomic), folder)).toEqual(['0002-more.sql']);
  expect(await migrate(engine(atomic), folder)).toEqual([]);
  expect(await birds()).toEqual(["it's", 'owl;', 'wren']);
});

test('a failing migration leaves nothing behind and names itself', async () => {
  await migrate(engine(true), folder);
  writeMigration('0002-bad.sql', "insert into birds values ('owl'); insert into nowhere values (1);");
  await expect(migrate(engine(true), folder)).rejects.toMatchObject({
    code: 'migration-failed',
    place: '0002-bad.sql',
  });
  expect(await birds()).toEqual(['wren']);
  writeMigration('0002-bad.sql', "insert into birds values ('owl');");
  expect(await migrate(engine(true), folder)).toEqual(['0002-bad.sql']);
});

test('an applied migration must not change, but its line ends may', async () => {
  await migrate(engine(true), folder);
  writeMigration('0001-birds.sql', "create table birds (name text primary key);\r\nINSERT INTO birds VALUES ('wren')");
  expect(await migrate(engine(true), folder)).toEqual([]);
  writeMigration('0001-birds.sql', 'create table birds (name text);');
  await expect(migrate(engine(true), folder)).rejects.toMatchObject({
    code: 'migration-failed',
    place: '0001-birds.sql',
  });
});

test('data of a newer version, a gap in the numbers and a bad name are refused', async () => {
  writeMigration('0002-more.sql', 'select 1');
  await migrate(engine(true), folder);
  rmSync(join(folder, '0002-more.sql'));
  await expect(migrate(engine(true), folder)).rejects.toThrow('0002-more.sql');
  writeMigration('0002-other.sql', 'select 1');
  await expect(migrate(engine(true), folder)).rejects.toThrow('0002-more.sql');
  writeMigration('0004-far.sql', 'select 1');
  await expect(migrate(engine(true), folder)).rejects.toThrow('0004-far.sql should be 0003-');
  rmSync(join(folder, '0004-far.sql'));
  writeMigration("0003-x'y.sql", 'select 1');
  await expect(migrate(engine(true), folder)).rejects.toMatchObject({ code: 'migration-failed' });
});

test('splitting loses nothing but comments, and cuts only outside quotes', () => {
  const word = fc.stringMatching(/^[a-z0-9 =()*\n/-]+$/).filter((text) => !/--|\/\*|^\s*$/.test(text));
  const quoted = fc
    .tuple(fc.constantFrom("'", '"', '`'), fc.stringMatching(/^[a-z;/* -]*$/))
    .map(([q, text]) => q + text + q);
  const statement = fc.array(fc.oneof(word, quoted), { minLength: 1 }).map((parts) => parts.join(' x '));
  const law = fc.property(
    fc.array(statement.filter((text) => !/--|\/\*/.test(text.replace(/(['"`]).*?\1/g, '')))),
    (all) => {
      const comment = "-- one; two\n/* three; ' four */";
      expect(splitStatements(all.join(`\n${comment};`))).toEqual(all.map((text) => text.trim()));
    },
  );
  fc.assert(law);
});
