import { describe, expect, test } from 'vitest';
import { readSources } from './files.ts';
import { breaches, COMPILERS, importsOf } from './house.ts';

test('the house keeps its rules', () => {
  const sources = readSources(['src', 'web/src', 'portal/src', 'test', 'bench'], ['.ts', '.tsx']);
  expect(sources.length).toBeGreaterThan(10);
  expect(breaches(sources)).toEqual([]);
});

test('no exception outlives its file', () => {
  const paths = readSources(['src'], ['.ts']).map(({ path }) => path);
  expect(Object.keys(COMPILERS).filter((path) => !paths.includes(path))).toEqual([]);
});

test('imports are found in every form', () => {
  const text = `
    import a from './a.ts';
    import type { B } from "./b.ts";
    import {
      c,
      type D,
    } from './c.ts';
    import './d.ts';
    export * from './e.ts';
    export { f } from './f.ts';
    const g = await import('./g.ts');
    const h = require('./h.cjs');
    const i = fork(fileURLToPath(new URL('./i.ts', import.meta.url)));
    // import no from './no.ts';
    /** import no from './no.ts' */
    const folder = new URL('./not-code/', import.meta.url);`;
  expect(importsOf(text).sort()).toEqual(
    'abcdefg'
      .split('')
      .map((name) => `./${name}.ts`)
      .concat('./h.cjs', './i.ts'),
  );
});

/** Each breach planted in a file of its own: the rules must see it, and see nothing in the file beside it. */
describe('a planted breach is found', () => {
  test.for([
    ['a later room', 'src/events/reader.ts', "import { rank } from '../leads/leads.ts';", 'comes before leads'],
    [
      'a later room, as a type',
      'src/people/people.ts',
      "import type { Event } from '../events/events.ts';",
      'comes before',
    ],
    ['a later room, when it is needed', 'src/base/log.ts', "await import('../cli/cli.ts')", 'comes before cli'],
    [
      'a later room, in a child process',
      'src/events/events.ts',
      "new URL('../leads/leads.ts', import.meta.url)",
      'before',
    ],
    ['a back door', 'src/leads/leads.ts', "import { rows } from '../events/store.ts';", 'only its door'],
    ['a back door, passed on', 'src/leads/leads.ts', "export * from '../people/alias.ts';", 'only its door'],
    [
      'a back door, in a test',
      'src/leads/leads.test.ts',
      "import { rows } from '../events/store.ts';",
      'only its door',
    ],
    ['worlds reading a room', 'src/worlds/worlds.ts', "import { read } from '../events/events.ts';", 'beside it'],
    ['a room reading worlds', 'src/events/events.ts', "import { simulate } from '../worlds/worlds.ts';", 'beside it'],
    ['a room nobody knows', 'src/utils/text.ts', "import { Fault } from '../base/fault.ts';", 'not a room'],
    ['the composition root, from a room', 'src/leads/leads.ts', "import '../main.ts';", 'src/main is not a room'],
    [
      'the test folder, from the product',
      'src/cli/demo.ts',
      "import { ROOT } from '../../test/files.ts';",
      'outside src',
    ],
    [
      'the server, from the console',
      'web/src/api.ts',
      "import type { Lead } from '../../src/leads/leads.ts';",
      'its API',
    ],
    [
      'the server, from the portal',
      'portal/src/main.ts',
      "import '../../src/base/fault.ts';",
      'only the sealed protocol',
    ],
    ['Node, in a browser', 'src/reports/protocol/seal.ts', "import { hash } from 'node:crypto';", 'browsers too'],
    [
      'a room, in a browser',
      'src/reports/protocol/seal.ts',
      "import { Fault } from '../../base/fault.ts';",
      'browsers',
    ],
    ['chdb', 'src/events/store.ts', "import { Connection } from 'chdb/connection';", 'only src/stores'],
    [
      'the ClickHouse client',
      'src/leads/store.ts',
      "import { createClient } from '@clickhouse/client';",
      'only src/stores',
    ],
    ['PGlite', 'src/access/store.ts', "import { PGlite } from '@electric-sql/pglite';", 'only src/stores'],
    ['PostgreSQL', 'src/cli/serve.ts', "import { Pool } from 'pg';", 'only src/stores'],
    ['a computed import', 'src/base/config.ts', 'await import(name);', 'computed'],
    ['SQL', 'src/leads/leads.ts', 'rows(`SELECT day FROM signals LIMIT 1`)', 'holds SQL'],
    ['SQL that changes', 'src/leads/jobs.ts', "run('ALTER TABLE signals DELETE WHERE 1')", 'holds SQL'],
    ['a built query', 'src/access/routes.ts', "tx.selectFrom('account').selectAll()", 'holds SQL'],
    ['a tagged query', 'src/access/access.ts', 'sql`DELETE FROM session`', 'holds SQL'],
    ['a long file', 'src/leads/leads.ts', 'x;\n'.repeat(301), '301 lines'],
    ['a long page', 'web/src/pages/leads.tsx', 'x;\n'.repeat(301), '301 lines'],
    ['a long test', 'src/leads/leads.test.ts', 'x;\n'.repeat(401), '401 lines'],
  ] as const)('%s', ([, path, text, why]) => {
    const innocent = { path: 'src/leads/innocent.ts', text: "import { Fault } from '../base/fault.ts';\n" };
    const found = breaches([innocent, { path, text }]);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(path);
    expect(found[0]).toContain(why);
  });
});

test.for([
  ['an earlier room by its door', 'src/leads/leads.ts', "import { events } from '../events/events.ts';"],
  ['its own files', 'src/leads/leads.ts', "import { rows } from './store.ts';"],
  ['rooms without a door', 'src/events/store.ts', "import type { Events } from '../stores/clickhouse.ts';"],
  ['main imports every file', 'src/main.ts', "import { routes } from './leads/routes.ts';"],
  ['the version', 'src/cli/cli.ts', "require('../../package.json')"],
  ['SQL in a store', 'src/leads/store.ts', 'rows(`SELECT day FROM signals LIMIT 1`)'],
  ['SQL in a comment', 'src/leads/leads.ts', '// the store runs SELECT day FROM signals\n/* INSERT INTO x */'],
  ['an engine in the stores', 'src/stores/engine.ts', "import { Session } from 'chdb';"],
  ['a package whose name begins like an engine', 'src/base/log.ts', "import pino from 'pgx';"],
  ['a test that lets a world be made', 'src/events/events.test.ts', "import { simulate } from '../worlds/worlds.ts';"],
  ['a file of 300 lines', 'src/leads/leads.ts', 'x;\n'.repeat(300)],
] as const)('allowed: %s', ([, path, text]) => {
  expect(breaches([{ path, text }])).toEqual([]);
});
