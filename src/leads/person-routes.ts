/** /api/people: one person's page, under a pseudonym; the account never leaves the server. */
import { z } from 'zod';
import { addDays } from '../base/day.ts';
import { Fault } from '../base/fault.ts';
import { type Level, levelName } from '../base/level.ts';
import { type Account, type Route, route } from '../http/route.ts';
import { personOf, QUEUE } from '../identities/identities.ts';
import { holdersOf, person } from '../people/people.ts';
import type { Data } from '../stores/data.ts';
import { administratorRoles } from './jobs.ts';
import { CLASSES, Day, DocumentLevel, type Rules, Subject, Text } from './shapes.ts';
import { mayKnow, READERS, sightOf } from './sight.ts';
import { explainedSignals, leadById } from './store.ts';
import { activityOf, contributionsOf, lastDayOf, measuresOf, scoresOf } from './story.ts';
import { Behind, BehindQuery, eventsBehind } from './telling.ts';

export function personRoutes(data: Data, all: Rules): Route[] {
  const { events, casework, dir } = data;
  /** The account under a pseudonym, if the caller may know of the person; if not, the answer is that of no such one. */
  const personFor = async (caller: Account, subject: string): Promise<string> => {
    const user = await personOf(data, QUEUE, subject);
    const sight = await sightOf(data, caller);
    const known = user !== undefined && mayKnow(sight, { userUid: user, administrator: await administers(user) });
    if (known) return user;
    throw new Fault('not-found', 'There is nobody under this pseudonym.', { place: subject });
  };
  const administers = async (user: string) =>
    (await holdersOf(events, administratorRoles(dir), await lastDayOf(events))).includes(user);
  const span = { from: Day.optional(), to: Day.optional() };
  const between = async ({ from, to }: { from?: string | undefined; to?: string | undefined }) => {
    const end = to ?? (await lastDayOf(events));
    return { from: from ?? addDays(end, -182), to: end };
  };
  return [
    route({
      method: 'GET',
      path: '/api/people/:subject',
      audience: READERS,
      summary: 'What work systems and declarations say of one person.',
      params: Subject,
      response: z.object({
        subject: z.string(),
        role: z.string(),
        clearance: z.union([DocumentLevel, z.literal('')]),
        projects: z.int(),
        notice_given: z.string(),
        away: z.array(z.object({ from: z.string(), to: z.string() })),
        contacts: z.array(z.string()),
        lead_id: z.string(),
        first_day: z.string(),
        last_day: z.string(),
        score_days: z.array(z.object({ day: z.string(), score: z.number() })),
      }),
      async handler({ params }, { account }) {
        const user = await personFor(account, params.subject);
        const day = await lastDayOf(events);
        const known = await person(events, user, day);
        const lead = await leadById(casework, await sightOf(data, account), params.subject);
        const clearance: Level | '' = known && known.clearance > 0 ? levelName(known.clearance) : '';
        return {
          subject: params.subject,
          role: known?.role ?? '',
          clearance,
          projects: known?.projects ?? 0,
          notice_given: known?.notice_given ?? '',
          away: known?.away ?? [],
          contacts: known?.contacts ?? [],
          lead_id: lead?.id ?? '',
          first_day: lead?.first_day ?? '',
          last_day: day,
          score_days: await scoresOf(events, user, day, await explainedSignals(data)),
        };
      },
    }),
    route({
      method: 'GET',
      path: '/api/people/:subject/measures',
      audience: READERS,
      summary: "One measure by day beside the person's own past and his role.",
      params: Subject,
      query: z.object({ detection: z.string().max(100), ...span }),
      response: z.object({
        detection: z.string(),
        title: Text,
        unit: Text,
        days: z.array(
          z.object({
            day: z.string(),
            value: z.number(),
            own_low: z.number(),
            own_median: z.number(),
            own_high: z.number(),
            peer_low: z.number(),
            peer_median: z.number(),
            peer_high: z.number(),
            signal: z.boolean(),
          }),
        ),
      }),
      async handler({ params, query }, { account }) {
        const rule = all.get(query.detection);
        if (rule === undefined) throw new Fault('not-found', 'There is no such detection.', { place: query.detection });
        const { from, to } = await between(query);
        const days = await measuresOf(events, await personFor(account, params.subject), rule.id, from, to);
        return { detection: rule.id, title: rule.title, unit: rule.unit, days: days.map(measured) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/people/:subject/activity',
      audience: READERS,
      summary: "A person's acts as points in time.",
      params: Subject,
      query: z.object({ ...span, limit: z.coerce.number().int().min(1).max(20_000).default(5000) }),
      response: z.object({
        truncated: z.boolean(),
        points: z.array(
          z.object({
            ...{ time: z.string(), class: z.string(), activity: z.string() },
            ...{ document_level: DocumentLevel, signal: z.boolean() },
          }),
        ),
      }),
      async handler({ params, query }, { account }) {
        const user = await personFor(account, params.subject);
        const signalled = await contributionsOf(events, user, await lastDayOf(events));
        const marked = signalled.flatMap((one) => all.get(one.detection) ?? []);
        const rows = await activityOf(events, user, { ...(await between(query)), limit: query.limit }, marked);
        return {
          truncated: rows.length === query.limit,
          points: rows.map((row) => ({
            time: row.time,
            class: CLASSES[row.class_uid] ?? 'other',
            activity: row.activity,
            document_level: levelName(row.document_level),
            signal: Boolean(row.signal),
          })),
        };
      },
    }),
    route({
      method: 'GET',
      path: '/api/people/:subject/events',
      audience: READERS,
      summary: 'The acts behind a signal, down to the raw line.',
      params: Subject,
      query: BehindQuery,
      response: Behind,
      handler: async ({ params, query }, { account }) =>
        await eventsBehind(data, all, { user: await personFor(account, params.subject), scope: QUEUE }, query),
    }),
  ];
}

const measured = <T extends { signal: number }>(row: T) => ({ ...row, signal: Boolean(row.signal) });
