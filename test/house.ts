import { posix } from 'node:path';

/** A file of the project: its path from the root, with forward slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * The rooms in the order data goes. A room imports rooms before it, and of another room only its door `<room>/<room>.ts`.
 * A new room is one word here, at its place on the road.
 */
export const ROOMS = [
  'base',
  'stores',
  'http',
  'ledger',
  'access',
  'people',
  'identities',
  'documents',
  'marks',
  'events',
  'sigma',
  'detections',
  'leads',
  'cases',
  'reports',
  'evaluation',
  'cli',
] as const;
/** The synthetic organisation stands beside the road: it knows the folder format, not how the product reads it. */
const ASIDE = { room: 'worlds', mayImport: ['base'], importedBy: ['cli'] } as const;
/** Rooms without a door: small files that are imported one by one. */
const WITHOUT_DOOR: readonly string[] = ['base', 'stores', 'http'];
/** What runs in a browser as well: it knows neither Node nor the rest of its room. */
const BOTH_SIDES = 'src/reports/protocol/';
/** Packages that are engines. Only src/stores knows them, so that changing one touches one room. */
const ENGINES = ['chdb', '@clickhouse/client', '@electric-sql/pglite', 'pg', 'better-sqlite3', 'duckdb'];

const LINES = { source: 300, test: 400 };

const IMPORTS = [
  /^[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
  /\brequire\(\s*['"]([^'"]+)['"]/g,
  // A child process or worker is started by its file: that is an import by another name.
  /\bnew URL\(\s*['"](\.[^'"]+\.[cm]?[jt]sx?)['"]\s*,\s*import\.meta\.url/g,
];
const COMPUTED_IMPORT = /\b(?:import|require)\(\s*(?!['")])/;

/**
 * SQL is recognised by its statements in capitals and by the query builder's verbs. A heuristic: SQL in small letters
 * passes, and so does SQL pieced together from fragments. It keeps honest people honest.
 */
const SQL = [
  /\bSELECT\s+[\w*('"`${]/,
  /\bINSERT\s+INTO\b/,
  /\bUPDATE\s+\S+\s+SET\b/,
  /\bDELETE\s+FROM\b/,
  /\b(?:CREATE|ALTER|DROP|TRUNCATE)\s+(?:OR\s+REPLACE\s+)?(?:TABLE|VIEW|INDEX|DATABASE|SCHEMA|ROLE)\b/,
  /\bsql`/,
  /\.(?:selectFrom|insertInto|updateTable|deleteFrom|mergeInto)\(/,
];

/** Files besides store.ts that may hold SQL: they turn content into the text of a query, purely; a store runs it. */
export const COMPILERS: Readonly<Record<string, string>> = {
  'src/events/reader.ts': "a reader's mapping becomes the query that normalises its log",
  'src/events/lines/compile.ts': "a reader's mapping becomes the query that normalises lines of any source",
  'src/sigma/shape.ts': 'the shape of a log becomes the rows that rules are compiled for',
  'src/sigma/correlate.ts': 'a correlation of rules becomes the query that finds its hits',
};

/** Everything that breaks the rules of the house, each as one line that names file and rule. */
export function breaches(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [...lengthBreaches(source), ...importBreaches(source), ...sqlBreaches(source)]);
}

/** What a file imports, as written. */
export function importsOf(text: string): string[] {
  return IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith('test/') || path.startsWith('bench/');
}

/** The room of a file under src/; `main` for the composition root; undefined outside src/. */
function roomOf(path: string): string | undefined {
  const [top, room, ...rest] = path.split('/');
  if (top !== 'src' || room === undefined) return undefined;
  return rest.length === 0 ? room.replace(/\.ts$/, '') : room;
}

function lengthBreaches({ path, text }: Source): string[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const limit = isTest(path) ? LINES.test : LINES.source;
  return lines > limit ? [`${path}: ${lines} lines, the limit is ${limit}: give a part of it a name and a file`] : [];
}

function importBreaches({ path, text }: Source): string[] {
  const found = importsOf(text).flatMap((specifier) => {
    const why = specifier.startsWith('.')
      ? fileBreach(path, posix.normalize(posix.join(posix.dirname(path), specifier)))
      : packageBreach(path, specifier);
    return why ? [`${path}: imports ${specifier}: ${why}`] : [];
  });
  const computed = !isTest(path) && COMPUTED_IMPORT.test(withoutComments(text));
  return computed ? [...found, `${path}: imports a name that is computed: write it out`] : found;
}

function packageBreach(path: string, specifier: string): string | undefined {
  const engine = ENGINES.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (engine && !path.startsWith('src/stores/') && !isTest(path)) return 'only src/stores knows an engine';
  if (specifier.startsWith('node:') && path.startsWith(BOTH_SIDES) && !isTest(path)) return 'it runs in browsers too';
  return undefined;
}

function fileBreach(from: string, to: string): string | undefined {
  const room = roomOf(from);
  const target = roomOf(to);
  if (from.startsWith('web/')) {
    const shared = /^(web|content)\//.test(to) || to.startsWith(BOTH_SIDES);
    return shared ? undefined : 'the console knows the server by its API and the sealed protocol alone';
  }
  if (from.startsWith('portal/') && !isTest(from)) {
    const shared = /^(portal|content)\//.test(to) || to.startsWith(BOTH_SIDES);
    return shared ? undefined : 'the portal knows of the server only the sealed protocol';
  }
  if (from.startsWith(BOTH_SIDES) && !to.startsWith(BOTH_SIDES)) return 'it runs in browsers too';
  if (room === undefined) return undefined;
  if (target === undefined) {
    const data = to === 'package.json' || isTest(from);
    return data ? undefined : 'the server imports nothing from outside src';
  }
  if (room === target || room === 'main') return undefined;
  if (!isRoom(room)) return `src/${room} is not a room; add it to ROOMS in test/house.ts at its place on the road`;
  if (!isRoom(target)) return `src/${target} is not a room; add it to ROOMS in test/house.ts at its place on the road`;
  if (!isTest(from) && !mayImport(room, target)) return `${room} comes before ${target} on the road, or beside it`;
  if (WITHOUT_DOOR.includes(target) || to === `src/${target}/${target}.ts`) return undefined;
  return `of another room only its door, src/${target}/${target}.ts`;
}

function isRoom(name: string): boolean {
  return name === ASIDE.room || (ROOMS as readonly string[]).includes(name);
}

function mayImport(room: string, target: string): boolean {
  const within = (rooms: readonly string[], name: string): boolean => rooms.includes(name);
  if (room === ASIDE.room) return within(ASIDE.mayImport, target);
  if (target === ASIDE.room) return within(ASIDE.importedBy, room);
  const order: readonly string[] = ROOMS;
  return order.indexOf(target) < order.indexOf(room);
}

function sqlBreaches({ path, text }: Source): string[] {
  const room = roomOf(path);
  const mayHold = room === undefined || room === 'stores' || posix.basename(path) === 'store.ts' || path in COMPILERS;
  if (mayHold || isTest(path)) return [];
  const code = withoutComments(text);
  return SQL.some((pattern) => pattern.test(code)) ? [`${path}: holds SQL; it belongs in the room's store.ts`] : [];
}

/** The text without block comments and whole-line comments, which may speak of SQL and imports freely. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^[ \t]*\/\/.*$/gm, '');
}
