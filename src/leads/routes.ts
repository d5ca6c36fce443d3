/** /api/leads and what stands around it: what an analyst sees first. */
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { firstDay, rules } from '../detections/detections.ts';
import { gapsTouching, lastTakenIn, logTotals } from '../events/events.ts';
import { type Account, listOf, page, type Route, route } from '../http/route.ts';
import { countPeople } from '../people/people.ts';
import type { Data } from '../stores/data.ts';
import { Gate } from './gate.ts';
import { LEAD_LEVELS } from './lead.ts';
import { personRoutes } from './person-routes.ts';
import { Lead, leadOf, type Rules, ruleOf, Story, signalOf, Text, tenths } from './shapes.ts';
import { READERS, sightOf } from './sight.ts';
import { countLeads, leadById, SORTS, selectLeads } from './store.ts';
import { contributionsOf, lastDayOf, signalsOf } from './story.ts';

/** `gate`: where days may be computed again while they are read. */
export function leadRoutes(data: Data & { synthetic: boolean; gate?: Gate }): Route[] {
  const { casework, gate = new Gate() } = data;
  const all = new Map(rules().map((rule) => [rule.id, rule]));
  const overview = overviewOf(data, gate);

  return [
    route({
      method: 'GET',
      path: '/api/overview',
      audience: [...READERS, 'engineer'],
      summary: 'How much there is, and from when to when.',
      response: z.object({
        people: z.int(),
        events: z.int(),
        first_day: z.string(),
        last_day: z.string(),
        taken_in: z.string().describe('When rows were last taken in, ISO 8601 in UTC, or empty'),
        leads_open: z.int().optional(),
        synthetic: z.boolean(),
      }),
      async handler(_, { account }) {
        return {
          ...(await overview()),
          synthetic: data.synthetic,
          ...(reads(account) ? { leads_open: await countLeads(casework, await sightOf(casework, account)) } : {}),
        };
      },
    }),
    route({
      method: 'GET',
      path: '/api/leads',
      audience: READERS,
      summary: 'The queue of leads.',
      query: z.object({
        level: listOf(z.enum(LEAD_LEVELS)).optional(),
        detection: z.string().max(100).optional(),
        q: z.string().max(100).optional(),
        sort: z.enum(SORTS).default('-score'),
        ...page(1000, 200),
      }),
      response: z.object({ total: z.int(), leads: z.array(Lead) }),
      async handler({ query }, { account }) {
        const { level, q, ...rest } = query;
        const found = await selectLeads(casework, await sightOf(casework, account), {
          ...rest,
          levels: level ?? [],
          search: q,
        });
        return { total: found.total, leads: found.leads.map((row) => leadOf(all, row)) };
      },
    }),
    whole(gate, leadRoute(data, all)),
    ...personRoutes(data, all).map((one) => whole(gate, one)),
    route({
      method: 'GET',
      path: '/api/detections',
      audience: READERS,
      summary: 'What is looked for, and what else it may be.',
      response: z.object({
        detections: z.array(
          z.object({
            ...{ id: z.string(), title: Text, description: Text, stage: z.string(), unit: Text },
            ...{ innocent: z.array(Text), refute: z.array(Text) },
          }),
        ),
      }),
      handler: () => ({ detections: [...all.values()].map((rule) => ({ ...rule, innocent: rule.falsepositives })) }),
    }),
  ];
}

const reads = ({ roles }: Account) => READERS.some((role) => roles.includes(role));

function leadRoute({ events, casework }: Data, all: Rules): Route {
  return route({
    method: 'GET',
    path: '/api/leads/:id',
    audience: READERS,
    summary: 'One lead: what contributed, its signals, what the logs lack.',
    params: z.object({ id: z.string() }),
    response: Story,
    async handler({ params }, { account }) {
      const row = await leadById(casework, await sightOf(casework, account), params.id);
      if (row === undefined) throw new Fault('not-found', 'There is no such lead.', { place: params.id });
      const contributions = await contributionsOf(events, row.user_uid, row.as_of);
      const bits = contributions.reduce((sum, one) => sum + one.bits, 0);
      const signals = await signalsOf(events, row.user_uid);
      return {
        ...leadOf(all, row),
        contributions: contributions.map((one) => ({
          ...one,
          bits: tenths(one.bits),
          title: ruleOf(all, one.detection).title,
          share: bits > 0 ? one.bits / bits : 0,
        })),
        signals: signals.map((signal) => signalOf(row.id, signal, ruleOf(all, signal.detection))),
        missing: await gapsTouching(events, { day_from: row.first_day, day_to: row.last_day }),
      };
    },
  });
}

/** A route that sees the days as they were before they are computed again, or as they are afterwards. */
const whole = (gate: Gate, one: Route): Route => ({
  ...one,
  handler: (input, context) => gate.read(() => one.handler(input, context)),
});

interface Overview {
  people: number;
  events: number;
  first_day: string;
  last_day: string;
  taken_in: string;
}

/** While days are computed again, what was told before: nobody waits for these few numbers. */
function overviewOf({ events }: Data, gate: Gate): () => Promise<Overview> {
  let told: Overview | undefined;
  return async () => {
    if (told && gate.changing) return told;
    const last = await lastDayOf(events);
    const totals = await logTotals(events);
    const overview = {
      people: await countPeople(events, last),
      events: totals.reduce((sum, log) => sum + log.events, 0),
      first_day: (await firstDay(events)) ?? '',
      last_day: last,
      taken_in: await lastTakenIn(events),
    };
    if (!gate.changing) told = overview;
    return overview;
  };
}
