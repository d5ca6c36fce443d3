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
const ATTRIBUTED = ['Provider', 'Execution', 'Security', 'Correlation', 'TimeCreated'];
const WINLOGBEAT: Record<string, string> = {
  EventID: 'event_id',
  Channel: 'channel',
  Provider_Name: 'provider_name',
  Computer: 'computer_name',
  EventRecordID: 'record_id',
  Task: 'task',
  Opcode: 'opcode',
};
/** The objects of a record in which its data lies: SQL of Array(String). */
const EVENT_LOG_OBJECTS = `arrayFilter(v -> startsWith(v, '{'), arrayConcat(
  [JSONExtractRaw(raw, 'Event', 'EventData'), JSONExtractRaw(raw, 'winlog', 'event_data'), raw],
  arrayMap(pair -> pair.2, JSONExtractKeysAndValuesRaw(raw, 'Event', 'UserData'))
))`;
/** Logs whose records are JSON in which Sigma's field names are the log's own. */
const OWN_NAMES = [
  'aws',
  'azure',
  'bitbucket',
  'countersign',
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
  const listsOf = windows || product === 'linux' ? eventLogLists : ownLists;
  const known =
    (category === undefined || Object.hasOwn(WINDOWS.categories, category)) &&
    (service === undefined || Object.hasOwn(WINDOWS.services, service));
  return {
    mapped: windows ? known : product === 'linux' || OWN_NAMES.includes(product ?? ''),
    values: (field, bind) => {
      const lists = listsOf(field, bind).map(({ objects, key }) =>
        flat(`arrayMap(v -> ${inside('v', key)}, ${objects})`),
      );
      const list = lists.length === 1 ? lists[0] : `arrayConcat(${lists.join(', ')})`;
      return `arrayMap(v -> if(startsWith(v, '"'), JSONExtractString(v), v), arrayFilter(v -> v NOT IN ('', 'null'), ${list}))`;
    },
    present: (field, bind) =>
      listsOf(field, bind)
        .map(({ objects, key }) => `arrayExists(v -> JSONHas(v, ${key}), ${objects})`)
        .join(' OR '),
    texts: TEXTS,
    source: `(SELECT *, ${windows || product === 'linux' ? EVENT_LOG_OBJECTS : '[raw]'} AS objects FROM ${source})`,
    records: windows ? windowsRecords(logsource) : product === 'linux' ? linuxRecords(logsource) : undefined,
  };
}

/** Where a field may lie: SQL of the objects (Array(String) of JSON), and of the key in them. */
interface Place {
  readonly objects: string;
  readonly key: string;
}

const flat = (lists: string) => `arrayFlatten(${lists})`;

/** SQL of the raw JSON values under a key, those of an array one by one: Array(String), '' where there is none. */
function inside(object: string, key: string): string {
  const value = `JSONExtractRaw(${object}, ${key})`;
  return `if(startsWith(${value}, '['), JSONExtractArrayRaw(${object}, ${key}), [${value}])`;
}

/** `a.b` may be one key, or a key within another; arrays on the way are gone through. */
function ownLists(field: string, bind: Bind): Place[] {
  const whole = { objects: 'objects', key: bind(field) };
  const keys = field.split('.');
  if (keys.length === 1 || keys.includes('')) return [whole];
  const last = bind(keys.pop()!);
  const objects = keys.reduce((list, key) => flat(`arrayMap(v -> ${inside('v', bind(key))}, ${list})`), 'objects');
  return [whole, { objects, key: last }];
}

/** Records as `evtx_dump` writes them, as Winlogbeat sends them, and flat ones. */
function eventLogLists(field: string, bind: Bind): Place[] {
  const within = (...keys: string[]) => `[JSONExtractRaw(${['raw', ...keys.map(bind)].join(', ')})]`;
  const [element = '', attribute] = field.split('_') as [string, string?];
  const places = [field, ...(WINDOWS.also[field] ?? [])].flatMap((name) => ownLists(name, bind));
  const winlog = WINLOGBEAT[field];
  if (SYSTEM.includes(field)) {
    places.push({ objects: within('Event', 'System'), key: bind(field) });
    places.push({ objects: within('Event', 'System', field), key: bind('#text') });
  }
  if (attribute !== undefined && ATTRIBUTED.includes(element))
    places.push({ objects: within('Event', 'System', element, '#attributes'), key: bind(attribute) });
  if (winlog !== undefined) places.push({ objects: within('winlog'), key: bind(winlog) });
  if (field === 'Data') places.push({ objects: within('Event', 'EventData', 'Data'), key: bind('#text') });
  return places;
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
