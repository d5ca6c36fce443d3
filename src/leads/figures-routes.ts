/** /api/figures: how many, never who. */
import { z } from 'zod';
import { staff } from '../access/access.ts';
import { firstDay } from '../detections/detections.ts';
import { type Route, route } from '../http/route.ts';
import { everybodyBehind, holdersOf } from '../people/people.ts';
import type { Data } from '../stores/data.ts';
import { type Count, type Figure, LEAST, lastDayOfMonth, publish, publishMedian, wholeMonths } from './figures.ts';
import { Gate } from './gate.ts';
import { administratorRoles } from './jobs.ts';
import { LEAD_LEVELS, leadLevel } from './lead.ts';
import { explainedSignals, standingOn } from './store.ts';
import { lastDayOf } from './story.ts';

const MOST_MONTHS = 12;

/** What figures may know of a case. */
export interface CaseFact {
  readonly state: string;
  /** Null while there is none. */
  readonly outcome: string | null;
  /** How many days each term took that has ended. */
  readonly terms: Readonly<Record<string, number>>;
}

/** Cases opened on these days about people who may be counted; every state and outcome there can be. */
export interface CaseFacts {
  readonly states: readonly string[];
  readonly outcomes: readonly string[];
  /** The state whose cases have an outcome. */
  readonly ended: string;
  readonly terms: readonly string[];
  cases(range: { from: string; until: string; mayCount: (userUid: string) => boolean }): Promise<CaseFact[]>;
}

const Part = z.object({ name: z.string(), count: z.int().nullable() });
const Parts = z.array(Part.extend({ divisions: z.array(z.object({ name: z.string(), parts: z.array(Part) })) }));
const Whole = Part.extend({ divisions: z.array(z.object({ name: z.string(), parts: Parts })) });

/**
 * Figures of whole months alone. What concerns those who watch, and whoever asks, is left out before anything is
 * counted: nobody can read out of figures whether there is something about himself.
 */
export function figureRoutes(data: Data & { gate?: Gate; facts?: CaseFacts }): Route[] {
  const { casework, events, facts, gate = new Gate() } = data;
  return [
    route({
      method: 'GET',
      path: '/api/figures',
      audience: ['head_of_unit'],
      summary: 'How many leads and cases there were in whole months; null where it would be fewer than `least`.',
      response: z.object({
        least: z.int(),
        months: z.array(z.object({ month: z.string().describe('YYYY-MM'), leads: Whole })),
        cases: Whole.nullable(),
        terms: z.array(z.object({ name: z.string(), median_days: z.int().nullable() })),
      }),
      handler: (_, { account }) =>
        gate.read(async () => {
          const administrators = await holdersOf(events, administratorRoles(data.dir), await lastDayOf(events));
          const watching = await everybodyBehind(casework, await staff(casework));
          const excluded = new Set([...watching, ...administrators, account.person]);
          const mayCount = (userUid: string) => !excluded.has(userUid);
          const first = await firstDay(events);
          const months = first === undefined ? [] : wholeMonths(first, await lastDayOf(events), MOST_MONTHS);
          const leads: { month: string; leads: Figure }[] = [];
          for (const month of months) leads.push({ month, leads: publish(await leadsOf(data, month, mayCount)) });
          const range = { from: `${months[0]}-01`, until: lastDayOfMonth(months.at(-1) ?? ''), mayCount };
          const found = facts === undefined || months.length === 0 ? [] : await facts.cases(range);
          return {
            ...{ least: LEAST, months: leads },
            cases: facts === undefined || months.length === 0 ? null : publish(casesOf(facts, found)),
            terms: (facts?.terms ?? []).map((name) => ({
              name,
              median_days: publishMedian(found.flatMap(({ terms }) => terms[name] ?? [])),
            })),
          };
        }),
    }),
  ];
}

/** The leads that stood at the end of a month, by level. */
async function leadsOf(data: Data, month: string, mayCount: (userUid: string) => boolean): Promise<Count> {
  const all = await standingOn(data.events, lastDayOfMonth(month), await explainedSignals(data));
  const standing = all.filter(({ user_uid }) => mayCount(user_uid));
  const parts = LEAD_LEVELS.map((name) => ({
    name,
    count: standing.filter(({ score }) => leadLevel(score) === name).length,
  }));
  return { name: 'leads', count: standing.length, divisions: [{ name: 'level', parts }] };
}

function casesOf({ states, outcomes, ended }: CaseFacts, cases: readonly CaseFact[]): Count {
  const parts = states.map((name): Count => {
    const own = cases.filter(({ state }) => state === name);
    if (name !== ended) return { name, count: own.length };
    const byOutcome = outcomes.map((outcome) => ({
      name: outcome,
      count: own.filter((one) => one.outcome === outcome).length,
    }));
    return { name, count: own.length, divisions: [{ name: 'outcome', parts: byOutcome }] };
  });
  return { name: 'cases', count: cases.length, divisions: [{ name: 'state', parts }] };
}
