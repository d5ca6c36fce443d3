/**
 * The shape of a log: where the fields lie that rules speak of. A shape is chosen by a rule's logsource. It gives SQL; the
 * names of fields go into it as parameters.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { and, type Logic, or } from './condition.ts';
import type { Item, Matcher } from './detection.ts';
import type { LogSource } from './rule.ts';

/** Makes a parameter of a value and gives how SQL names it. */
export type Bind = (value: string) => string;

export interface Shape {
  /** Whether the log's own field names are known, or taken to be the rule's. */
  readonly mapped: boolean;
  /** The texts of a field's values: SQL of Array(String); empty when it is absent or null. Undefined: no such field. */
  values(field: string, bind: Bind): string | undefined;
  /** Whether the field is there, null or not: SQL of UInt8. */
  present(field: string, bind: Bind): string;
  /** What keywords are looked for in: SQL of Array(String). */
  readonly texts: string;
  /** SQL of what is read: rows with `id`, `time` and what `values` speaks of. */
  readonly source: string;
  /** Which records of the table are of this log; undefined: all. */
  readonly records: Matcher | undefined;
}

/** A way into a JSON record: names of keys; `*` is any key. Arrays on the way are gone through. */
type Path = readonly string[];

/** The record's own text, and every text within it as it reads without JSON's escapes. */
const TEXTS = String.raw`arrayConcat([raw], arrayMap(t -> JSONExtractString(t), extractAll(raw, '"(?:[^"\\\\]|\\\\.)*"')))`;

const Windows = z.strictObject({
  categories: z.record(
    z.string(),
    z.array(
      z.strictObject({
        sysmon: z.array(z.int()).optional(),
        channel: z.array(z.string()).optional(),
        provider: z.array(z.string()).optional(),
        ids: z.array(z.int()).optional(),
      }),
    ),
  ),
  services: z.record(z.string(), z.array(z.string())),
  also: z.record(z.string(), z.array(z.string())),
});
const WINDOWS = Windows.parse(parse(readFileSync(new URL('./windows.yml', import.meta.url), 'utf8')));

const SYSMON = 'Microsoft-Windows-Sysmon/Operational';
const SYSMON_FOR_LINUX: Record<string, number> = { process_creation: 1, network_connection: 3, file_event: 11 };
/** Of the record's header: `Channel`, and `Provider_Name` for an attribute. */
const SYSTEM = ['EventID', 'Channel', 'Computer', 'Level', 'Task', 'Opcode', 'Keywords', 'EventRecordID'];
const WINLOGBEAT: Record<string, Path> = {
  EventID: ['winlog', 'event_id'],
  Channel: ['winlog', 'channel'],
  Provider_Name: ['winlog', 'provider_name'],
  Computer: ['winlog', 'computer_name'],
  EventRecordID: ['winlog', 'record_id'],
  Task: ['winlog', 'task'],
  Opcode: ['winlog', 'opcode'],
};
/** Logs whose records are JSON in which Sigma's field names are the log's own. */
const OWN_NAMES = [
  'aws',
  'azure',
  'bitbucket',
  'gcp',
  'github',
  'kubernetes',
  'm365',
  'okta',
  'onelogin',
  'opencanary',
  'zeek',
];

/** The shape of raw JSON records of this log, one a row in the column `raw` of `source`. */
export function rawShape(logsource: LogSource, source = 'sigma_records'): Shape {
  const { product, category, service } = logsource;
  const windows = product === 'windows';
  const pathsOf = windows || product === 'linux' ? eventLogPaths : ownPaths;
  const known =
    (category === undefined || category in WINDOWS.categories) &&
    (service === undefined || service in WINDOWS.services);
  return {
    mapped: windows ? known : product === 'linux' || OWN_NAMES.includes(product ?? ''),
    values: (field, bind) => {
      const lists = pathsOf(field).map((path) => within(path, bind));
      const list = lists.length === 1 ? lists[0] : `arrayConcat(${lists.join(', ')})`;
      return `arrayMap(v -> if(startsWith(v, '"'), JSONExtractString(v), v), arrayFilter(v -> v NOT IN ('', 'null'), ${list}))`;
    },
    present: (field, bind) =>
      pathsOf(field)
        .map((path) => `arrayExists(v -> JSONHas(v, ${bind(path.at(-1)!)}), ${within(path.slice(0, -1), bind)})`)
        .join(' OR '),
    texts: TEXTS,
    source,
    records: windows ? windowsRecords(logsource) : product === 'linux' ? linuxRecords(logsource) : undefined,
  };
}

/** SQL of the raw JSON values at the end of a path: Array(String), '' where there is none. */
function within(path: Path, bind: Bind): string {
  const arrays = (value: string, key: string) =>
    `if(startsWith(JSONExtractRaw(${value}, ${key}), '['), JSONExtractArrayRaw(${value}, ${key}), [JSONExtractRaw(${value}, ${key})])`;
  return path.reduce((list, key, index) => {
    if (key === '*')
      return `arrayFlatten(arrayMap(v -> arrayMap(kv -> kv.2, JSONExtractKeysAndValuesRaw(v)), ${list}))`;
    const name = bind(key);
    return index === 0 ? arrays('raw', name) : `arrayFlatten(arrayMap(v -> ${arrays('v', name)}, ${list}))`;
  }, '[raw]');
}

/** `a.b` may be one key or a key within another. */
function ownPaths(field: string): Path[] {
  const inner = field.split('.');
  return inner.length === 1 || inner.includes('') ? [[field]] : [[field], inner];
}

/** Records as `evtx_dump` writes them, as Winlogbeat sends them, and flat ones. */
function eventLogPaths(field: string): Path[] {
  const names = [field, ...(WINDOWS.also[field] ?? [])];
  const [element = '', attribute] = field.split('_') as [string, string?];
  const header: Path[] = SYSTEM.includes(field)
    ? [
        ['Event', 'System', field],
        ['Event', 'System', field, '#text'],
      ]
    : attribute === undefined
      ? []
      : [['Event', 'System', element, '#attributes', attribute]];
  const beat = WINLOGBEAT[field];
  return [
    ...header,
    ...(beat === undefined ? [] : [beat]),
    ...names.flatMap((name): Path[] => [
      ['Event', 'EventData', name],
      ['Event', 'UserData', '*', name],
      ['winlog', 'event_data', name],
    ]),
    ...(field === 'Data' ? [['Event', 'EventData', 'Data', '#text']] : []),
    ...ownPaths(field),
  ];
}

function windowsRecords({ category, service }: LogSource): Matcher | undefined {
  const alternatives = category === undefined ? undefined : WINDOWS.categories[category];
  const channels = service === undefined ? undefined : WINDOWS.services[service];
  const parts: Matcher[] = [];
  if (alternatives !== undefined)
    parts.push(
      or(
        alternatives.map(({ sysmon, channel, provider, ids }): Matcher => {
          const number = sysmon ?? ids;
          return and([
            ...(sysmon === undefined ? [] : [is('Channel', [SYSMON])]),
            ...(channel === undefined ? [] : [is('Channel', channel)]),
            ...(provider === undefined ? [] : [is('Provider_Name', provider)]),
            ...(number === undefined ? [] : [is('EventID', number.map(String))]),
          ]);
        }),
      ),
    );
  if (channels !== undefined) parts.push(is('Channel', channels));
  return parts.length === 0 ? undefined : and(parts);
}

/** Sysmon for Linux numbers its events as on Windows; what auditd and others wrote has no number. */
function linuxRecords({ category }: LogSource): Matcher | undefined {
  const number = category === undefined ? undefined : SYSMON_FOR_LINUX[category];
  if (number === undefined) return undefined;
  return or([is('EventID', [String(number)]), nothing('EventID')]);
}

function is(field: string, texts: readonly string[]): Logic<Item> {
  const tests = texts.map((text) => ({ kind: 'pattern', pattern: [{ text }], cased: false }) as const);
  return { kind: 'is', what: { field, tests, all: false, negated: false, line: 0 } };
}

function nothing(field: string): Logic<Item> {
  return { kind: 'is', what: { field, tests: [{ kind: 'null' }], all: false, negated: false, line: 0 } };
}
