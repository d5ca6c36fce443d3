/** /api/leads and what stands around it: what an analyst sees first. */
import { z } from 'zod';
import { type Clock, systemClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { firstDay, rules } from '../detections/detections.ts';
import { lastTakenIn, logTotals } from '../events/events.ts';
import { type Account, listOf, page, type Route, route } from '../http/route.ts';
import { personOf, QUEUE } from '../identities/identities.ts';
import { countPeople } from '../people/people.ts';
import type { Data } from '../stores/data.ts';
import { Gate } from './gate.ts';
import { LEAD_LEVELS } from './lead.ts';
import { personRoutes } from './person-routes.ts';
import { Lead, leadOf, type Rules, Story, Text } from './shapes.ts';
import { READERS, sightOf } from './sight.ts';
import { countLeads, leadById, SORTS, selectLeads, type Viewer } from './store.ts';
import { lastDayOf } from './story.ts';
import { storyOfLead } from './telling.ts';
import { LEAD_STATUSES } from './triage.ts';

export interface LeadOptions {
  readonly synthetic: boolean;
  /** Where days may be computed again while they are read. */
  readonly gate?: Gate;
  readonly clock?: Clock;
  /** The leads about which there is a case that this account is a member of. The room of cases comes after this one. */
  readonly leadsInCases?: (account: Account) => Promise<readonly string[]>;
}

export function leadRoutes(data: Data & LeadOptions): Route[] {
  const { casework, gate = new Gate(), clock = systemClock } = data;
  const viewerOf = async (account: Account): Promise<Viewer> => ({
    today: clock().toISOString().slice(0, 10),
    inCase: (await data.leadsInCases?.(account)) ?? [],
  });
  const openLeads = async (account: Account) =>
    await countLeads(casework, await sightOf(data, account), await viewerOf(account));
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
          ...(reads(account) ? { leads_open: await openLeads(account) } : {}),
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
        status: z.enum(LEAD_STATUSES).default('open'),
        sort: z.enum(SORTS).default('-score'),
        ...page(1000, 200),
      }),
      response: z.object({ total: z.int(), leads: z.array(Lead) }),
      async handler({ query }, { account }) {
        const { level, q, ...rest } = query;
        const viewer = await viewerOf(account);
        const sight = await sightOf(data, account);
        const found = await selectLeads(casework, sight, { ...rest, levels: level ?? [], search: q, viewer });
        return { total: found.total, leads: found.leads.map((row) => leadOf(all, row)) };
      },
    }),
    whole(gate, leadRoute(data, all, viewerOf)),
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

function leadRoute(data: Data, all: Rules, viewerOf: (account: Account) => Promise<Viewer>): Route {
  return route({
    method: 'GET',
    path: '/api/leads/:id',
    audience: READERS,
    summary: 'One lead: what contributed, its signals, what the logs lack.',
    params: z.object({ id: z.string() }),
    response: Story,
    async handler({ params }, { account }) {
      const sight = await sightOf(data, account);
      const row = await leadById(data.casework, sight, params.id, await viewerOf(account));
      const user = await personOf(data, QUEUE, params.id);
      if (row === undefined || user === undefined)
        throw new Fault('not-found', 'There is no such lead.', { place: params.id });
      return await storyOfLead(data, all, row, user);
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
