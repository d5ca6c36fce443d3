import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { Index } from './collection.ts';
import { compileCorrelation, treeOf } from './correlate.ts';
import { readDocuments } from './document.ts';
import { readSigma } from './rule.ts';
import { rawShape } from './shape.ts';
import { addRecords, correlationHits, createRecords, SAMPLE_SOURCE } from './store.ts';

let events: Events;
let dir: string;
let sample = 0;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  events = await openEmbedded(dir);
  await createRecords(events);
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Act {
  /** Seconds. */
  t: number;
  kind: string;
  user?: string;
  host?: string;
  what?: string | number;
}

const rule = (kind: string) => ({
  title: kind,
  name: kind,
  logsource: { product: 'test' },
  detection: { s: { kind }, condition: 's' },
});

/** Ids of the hits of the first correlation. */
async function hits(
  correlations: readonly object[],
  kinds: readonly string[],
  acts: readonly Act[],
): Promise<number[]> {
  const text = [
    ...correlations.map((correlation, at) => ({ title: 'c', name: `c${at}`, correlation })),
    ...kinds.map(rule),
  ]
    .map((document) => stringify(document))
    .join('---\n');
  const read = readDocuments(Buffer.from(text)).documents.map((node) => readSigma(node, 'x.yml'));
  expect(read.flatMap(({ wrong }) => wrong)).toEqual([]);
  const documents = read.map(({ document }) => document!);
  const [first] = documents;
  if (first?.kind !== 'correlation') throw new Error('the first document is a correlation');
  const records = acts.map(({ t, ...rest }) =>
    JSON.stringify({ ...rest, '@timestamp': new Date(1.7e12 + t * 1000).toISOString() }),
  );
  await addRecords(events, ++sample, records);
  const compiled = compileCorrelation(treeOf(first, new Index(documents)), (source) => rawShape(source, SAMPLE_SOURCE));
  const found = await correlationHits(events, compiled, { sample });
  return found.map(({ id }) => id).sort((a, b) => a - b);
}

const act = (t: number, kind: string, user = 'u', what?: string): Act => ({
  t,
  kind,
  user,
  ...(what === undefined ? {} : { what }),
});

describe('what is a hit', () => {
  test('event_count: the third within a minute, for each user apart', async () => {
    const count = { type: 'event_count', rules: ['a'], 'group-by': ['user'], timespan: '1m', condition: { gte: 3 } };
    const acts = [act(0, 'a'), act(30, 'a'), act(40, 'a', 'v'), act(60, 'a'), act(61, 'b'), act(125, 'a')];
    expect(await hits([count], ['a', 'b'], acts)).toEqual([3]);
  });

  test('value_count: different values, not events', async () => {
    const count = {
      type: 'value_count',
      rules: ['a'],
      'group-by': ['user'],
      timespan: '1m',
      condition: { field: 'what', gte: 2 },
    };
    expect(
      await hits([count], ['a'], [act(0, 'a', 'u', 'x'), act(1, 'a', 'u', 'x'), act(2, 'a', 'u', 'y'), act(3, 'a')]),
    ).toEqual([2, 3]);
  });

  test('a range, and sums, averages, percentiles of a number', async () => {
    const of = (type: string, condition: object) => ({
      type,
      rules: ['a'],
      'group-by': ['user'],
      timespan: '1h',
      condition,
    });
    const acts = ['10', '20', '60'].map((what, t) => act(t, 'a', 'u', what));
    expect(await hits([of('event_count', { gt: 1, lt: 3 })], ['a'], acts)).toEqual([1]);
    expect(await hits([of('value_sum', { field: 'what', gt: 80 })], ['a'], acts)).toEqual([2]);
    expect(await hits([of('value_avg', { field: 'what', eq: 15 })], ['a'], acts)).toEqual([1]);
    expect(await hits([of('value_median', { field: 'what', gte: 20 })], ['a'], acts)).toEqual([2]);
    expect(await hits([of('value_percentile', { field: 'what', percentile: 100, gte: 60 })], ['a'], acts)).toEqual([2]);
  });

  test('temporal and temporal_ordered: all rules within the time, in any or in this order', async () => {
    const of = (type: string) => ({ type, rules: ['a', 'b'], 'group-by': ['user'], timespan: '10s' });
    const acts = [act(0, 'b'), act(5, 'a'), act(9, 'b', 'v'), act(14, 'b'), act(30, 'b')];
    expect(await hits([of('temporal')], ['a', 'b'], acts)).toEqual([1, 3]);
    expect(await hits([of('temporal_ordered')], ['a', 'b'], acts)).toEqual([3]);
  });

  test('many failures, then a success: a correlation of a correlation', async () => {
    const ordered = { type: 'temporal_ordered', rules: ['c1', 'ok'], 'group-by': ['user'], timespan: '1m' };
    const failures = {
      type: 'event_count',
      rules: ['bad'],
      'group-by': ['host'],
      timespan: '1m',
      condition: { gte: 3 },
    };
    const bad = (t: number, user = 'u'): Act => ({ t, kind: 'bad', user, host: 'h' });
    expect(
      await hits([ordered, failures], ['bad', 'ok'], [bad(0), bad(1), act(2, 'ok'), bad(3), act(4, 'ok')]),
    ).toEqual([4]);
    expect(await hits([ordered, failures], ['bad', 'ok'], [bad(0), bad(1), bad(2, 'v'), act(3, 'ok')])).toEqual([]);
  });

  test('aliases: one name for fields that rules call differently', async () => {
    const aliases = { who: { a: 'user', b: 'host' } };
    const both = { type: 'temporal', rules: ['a', 'b'], 'group-by': ['who'], timespan: '1m', aliases };
    const acts: Act[] = [
      act(0, 'a', 'x'),
      { t: 1, kind: 'b', user: 'x', host: 'y' },
      { t: 2, kind: 'b', host: 'x' },
      { t: 3, kind: 'b' },
    ];
    expect(await hits([both], ['a', 'b'], acts)).toEqual([2]);
  });
});

test('a compiled correlation finds what looking back from every event finds', { timeout: 120_000 }, async () => {
  const kinds = ['a', 'b', 'c'];
  const acts = fc.array(
    fc.record(
      {
        t: fc.integer({ min: 0, max: 40 }),
        kind: fc.constantFrom(...kinds),
        user: fc.constantFrom('u', 'v'),
        what: fc.constantFrom('x', 'y', 'z'),
      },
      { requiredKeys: ['t', 'kind'] },
    ),
    { maxLength: 14 },
  ) as fc.Arbitrary<Act[]>;
  const correlation = fc.record({
    type: fc.constantFrom('event_count', 'value_count', 'temporal', 'temporal_ordered'),
    rules: fc.shuffledSubarray(kinds, { minLength: 1 }),
    span: fc.integer({ min: 1, max: 20 }),
    operator: fc.constantFrom('gt', 'gte', 'lt', 'lte', 'eq', 'neq'),
    limit: fc.integer({ min: 0, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(correlation, acts, async ({ type, rules, span, operator, limit }, given) => {
      const condition = { ...(type === 'value_count' ? { field: 'what' } : {}), [operator]: limit };
      const written = {
        type,
        rules,
        'group-by': ['user'],
        timespan: `${span}s`,
        ...(type.startsWith('temporal') ? {} : { condition }),
      };
      const expected = given.flatMap((last, id) => {
        if (last.user === undefined || !rules.includes(last.kind)) return [];
        const before = given.filter(
          (one) => one.user === last.user && rules.includes(one.kind) && one.t <= last.t && one.t >= last.t - span,
        );
        const count = type === 'value_count' ? new Set(before.flatMap(({ what }) => what ?? [])).size : before.length;
        const holds = {
          gt: count > limit,
          gte: count >= limit,
          lt: count < limit,
          lte: count <= limit,
          eq: count === limit,
          neq: count !== limit,
        };
        if (type === 'temporal') return new Set(before.map(({ kind }) => kind)).size === rules.length ? [id] : [];
        if (type === 'temporal_ordered')
          return last.kind === rules.at(-1) && isChain(rules.slice(0, -1), before, last.t) ? [id] : [];
        return holds[operator] ? [id] : [];
      });
      expect(await hits([written], kinds, given)).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});

/** Whether the rules occur one after the other, at the latest at `until`. */
function isChain(rules: readonly string[], acts: readonly Act[], until: number): boolean {
  const last = rules.at(-1);
  if (last === undefined) return true;
  return acts.some(({ kind, t }) => kind === last && t <= until && isChain(rules.slice(0, -1), acts, t));
}
