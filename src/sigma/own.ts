/** The shape of the organisation's own events, for rules whose logsource is one of its logs. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { LogSource } from './rule.ts';
import type { Shape } from './shape.ts';
import { OWN_SOURCE } from './store.ts';

const Fields = z.record(z.string(), z.string());
const Own = z.strictObject({
  fields: Fields,
  logs: z.record(
    z.string().regex(/^[a-z]+$/),
    z.strictObject({
      logsources: z.array(
        z.strictObject({
          category: z.string().optional(),
          product: z.string().optional(),
          service: z.string().optional(),
          activities: z.array(z.string()).optional(),
        }),
      ),
      fields: Fields,
    }),
  ),
});
const OWN = Own.parse(parse(readFileSync(new URL('./own-logs.yml', import.meta.url), 'utf8')));
const LISTS = ['email_to', 'email_attachments', 'keywords'];

export interface OwnShape extends Shape {
  readonly log: string;
}

/** The shape of the log that a logsource means; undefined when the organisation has none of it. */
export function ownShape(logsource: LogSource): OwnShape | undefined {
  for (const [log, { logsources, fields }] of Object.entries(OWN.logs)) {
    const found = logsources.find((one) => fits(one, logsource));
    if (found === undefined) continue;
    const all = { ...OWN.fields, ...fields };
    const values = (field: string): string | undefined => {
      const sql = Object.hasOwn(all, field) ? all[field]! : undefined;
      return sql === undefined || LISTS.includes(sql) ? sql : `arrayFilter(v -> v != '', [toString(${sql})])`;
    };
    return {
      log,
      mapped: true,
      values,
      present: (field) => `notEmpty(${values(field) ?? 'CAST([] AS Array(String))'})`,
      texts: '[raw_data]',
      source: OWN_SOURCE,
      records: {
        kind: 'and',
        parts: [
          is('log_name', [log]),
          ...(found.activities === undefined ? [] : [is('activity_name', found.activities)]),
        ],
      },
    };
  }
  return undefined;
}

/** What a logsource may say, for a person whose rule says something else. */
export function ownLogSources(): string[] {
  const all = Object.values(OWN.logs).flatMap(({ logsources }) => logsources);
  return all.map(({ activities: _, ...parts }) =>
    Object.entries(parts)
      .map(([key, value]) => `${key} ${value}`)
      .join(', '),
  );
}

/** A category of files is the same log on any Windows machine; a proxy's, of any product. */
function fits(own: { [K in keyof LogSource]: LogSource[K] | undefined }, rule: LogSource): boolean {
  const same = (['category', 'service'] as const).every((key) => own[key] === rule[key]);
  if (own.product !== undefined) return same && own.product === rule.product;
  return same && (rule.product === undefined || ['windows', 'countersign'].includes(rule.product));
}

function is(field: string, texts: readonly string[]) {
  const tests = texts.map((text) => ({ kind: 'pattern', pattern: [{ text }], cased: true }) as const);
  return { kind: 'is', what: { field, tests, all: false, negated: false, line: 0 } } as const;
}
