/** /api/rules: the console's rule editor. It reads, checks and tries out; it saves nothing. */
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { type Route, route } from '../http/route.ts';
import { type Ledger, perform } from '../ledger/ledger.ts';
import type { Data } from '../stores/data.ts';
import * as bench from './workbench.ts';

export interface RuleParts extends Pick<Data, 'events' | 'casework' | 'dir'> {
  readonly clock: Clock;
  readonly ledger: Ledger;
}

const TEXT = z.object({ text: z.string().max(bench.MOST_CHARACTERS) });
const ORIGIN = z.enum(bench.ORIGINS);
const RULE = z.object({
  ...{ title: z.string(), level: z.string(), status: z.string(), kind: z.string(), logsource: z.string() },
});

export function ruleRoutes({ events, casework, dir, clock, ledger }: RuleParts): Route[] {
  // Each engine for tests takes memory, and each backtest the engine that everybody waits for.
  let isBusy = false;
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isBusy) throw new Fault('computing', 'A rule is being tried out; one at a time.');
    isBusy = true;
    try {
      return await work();
    } finally {
      isBusy = false;
    }
  };
  const told = <T>(account: string, act: string, text: string, work: () => Promise<T>) =>
    alone(() => perform(ledger, { actor: `account:${account}`, act, digest: bench.digestOf(text) }, work));
  return [
    route({
      method: 'GET',
      path: '/api/rules',
      audience: ['engineer'],
      summary: 'The files of rules, with what they hold and the last backtest of their text.',
      response: z.object({
        files: z.array(
          z.object({
            ...{ origin: ORIGIN, file: z.string(), sha256: z.string(), rules: z.array(RULE), problems: z.int() },
            backtest: z
              .object({
                ...{ ran_at: z.string(), from: z.string(), to: z.string() },
                ...{ days_with_logs: z.int(), days_with_hits: z.int() },
              })
              .nullable(),
          }),
        ),
      }),
      async handler() {
        const files = bench.ruleFiles(dir);
        const last = await bench.lastBacktests(
          { casework },
          files.map(({ sha256 }) => sha256),
        );
        return {
          files: files.map((file) => {
            const row = last.get(file.sha256);
            return {
              ...{ ...file, rules: [...file.rules] },
              backtest: row
                ? {
                    ...{ ran_at: row.ran_at.toISOString(), from: row.from_day, to: row.to_day },
                    ...{ days_with_logs: row.days_with_logs, days_with_hits: row.days_with_hits },
                  }
                : null,
            };
          }),
        };
      },
    }),
    route({
      method: 'GET',
      path: '/api/rules/text',
      audience: ['engineer'],
      summary: 'The text of a file of rules.',
      query: z.object({ origin: ORIGIN, file: z.string().min(1).max(500) }),
      response: TEXT,
      handler: ({ query }) => ({ text: bench.ruleText(dir, query.origin, query.file) }),
    }),
    route({
      method: 'POST',
      path: '/api/rules/check',
      audience: ['engineer'],
      summary: 'What is wrong with a text, by line and column.',
      body: TEXT,
      response: z.object({
        ...{ total: z.int(), compiled: z.int() },
        problems: z.array(z.object({ line: z.int(), column: z.int(), message: z.string() })),
      }),
      handler: ({ body }) => bench.checkText(body.text),
    }),
    route({
      method: 'POST',
      path: '/api/rules/test',
      audience: ['engineer'],
      summary: 'Runs the tests that are written into a text.',
      body: TEXT,
      response: z.object({
        results: z.array(
          z.object({
            ...{ rule: z.string(), test: z.string(), line: z.int(), why: z.string() },
            outcome: z.enum(['passed', 'failed', 'unmapped', 'unread']),
          }),
        ),
      }),
      handler: async ({ body }, { account, request }) => ({
        results: await told(account.id, 'rule.test', body.text, () => bench.testText(body.text, request.signal)),
      }),
    }),
    route({
      method: 'POST',
      path: '/api/rules/backtest',
      audience: ['engineer'],
      summary: 'What a text finds among the stored events by day; null where it is of fewer than `least` people.',
      body: TEXT.extend({ days: z.int().min(1).max(365) }),
      response: z.object({
        least: z.int(),
        rules: z.array(
          z.object({
            ...{ rule: z.string(), logs: z.array(z.string()), from: z.string(), to: z.string() },
            days: z.array(z.object({ day: z.string(), events: z.int(), hits: z.int().nullable() })),
            missing: z.array(z.string()),
          }),
        ),
      }),
      async handler({ body: { text, days } }, { account, request }) {
        const options = { days, now: clock(), signal: request.signal };
        const rules = await told(account.id, 'rule.backtest', text, () =>
          bench.backtestText({ events, casework }, text, options),
        );
        return { least: bench.LEAST_PEOPLE, rules };
      },
    }),
  ];
}
