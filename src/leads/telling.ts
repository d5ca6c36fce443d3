/** What is told of a lead, and the acts behind each of its numbers: for the queue, and for a case that was opened on it. */
import { z } from 'zod';
import { addDays } from '../base/day.ts';
import { levelName } from '../base/level.ts';
import { gapsTouching } from '../events/events.ts';
import { page } from '../http/route.ts';
import { masker } from '../identities/identities.ts';
import { holdersOfShared } from '../people/people.ts';
import type { Data } from '../stores/data.ts';
import {
  CLASSES,
  Day,
  DocumentLevel,
  leadOf,
  type Rules,
  ruleOf,
  type Story,
  signalOf,
  type Text,
  tenths,
} from './shapes.ts';
import { explainedSignals, type LeadState } from './store.ts';
import { contributionsOf, evidenceOf, signalsOf } from './story.ts';

type Stores = Pick<Data, 'casework' | 'events' | 'sealing'>;

/** A lead with its contributions, which add up to its evidence, its signals, and what the logs lack. */
export async function storyOfLead(
  data: Stores,
  all: Rules,
  row: LeadState,
  user: string,
): Promise<z.input<typeof Story>> {
  const { events } = data;
  const contributions = await contributionsOf(events, user, row.as_of, await explainedSignals(data));
  const bits = contributions.reduce((sum, one) => sum + one.bits, 0);
  const signals = await signalsOf(events, user);
  const holders = await holdersOfShared(events, user, row.last_day);
  return {
    ...leadOf(all, row),
    contributions: contributions.map((one) => ({
      ...one,
      bits: tenths(one.bits),
      title: ruleOf(all, one.detection).title,
      share: bits > 0 ? one.bits / bits : 0,
    })),
    signals: signals.map((signal) => ofShared(holders, signalOf(row.id, signal, ruleOf(all, signal.detection)))),
    missing: await gapsTouching(events, { day_from: row.first_day, day_to: row.last_day }),
  };
}

/** A shared account's signal says so first of all: it is about whoever used the account, and blames none of its holders. */
function ofShared<S extends { innocent: Said[]; refute: Said[] }>(holders: number, signal: S): S {
  if (holders === 0) return signal;
  const shared = {
    en: `${holders} people share this account: the logs do not say which of them it was, and none of them is meant.`,
    'zh-CN': `此账户由 ${holders} 人共用：日志无法说明是其中哪一位，不针对其中任何人。`,
  };
  const check = {
    en: 'Ask who used the account at that time: a roster, a badge reader or the device can tell.',
    'zh-CN': '查明当时由谁使用该账户：值班表、门禁记录或所用设备可以说明。',
  };
  return { ...signal, innocent: [shared, ...signal.innocent], refute: [check, ...signal.refute] };
}

type Said = z.input<typeof Text>;

/** The day and detection of a signal; without a detection all acts of the day. */
export const BehindQuery = z.object({ day: Day, detection: z.string().max(100).optional(), ...page(1000) });

export const Behind = z.object({
  total: z.int(),
  events: z.array(
    z.object({
      ...{ uid: z.string(), time: z.string(), class: z.string(), activity: z.string(), device: z.string() },
      ...{ target: z.string(), tied_to: z.string() },
      ...{ document_level: DocumentLevel, destination: z.string() },
      ...{ log: z.string(), line: z.int(), raw: z.string() },
    }),
  ),
});

/** The acts behind a signal, people in them under their pseudonyms of the scope. */
export async function eventsBehind(
  data: Stores,
  all: Rules,
  { user, scope }: { user: string; scope: string },
  query: z.output<typeof BehindQuery>,
): Promise<z.input<typeof Behind>> {
  const { events } = data;
  const rule = query.detection === undefined ? undefined : all.get(query.detection);
  const signals = rule ? await signalsOf(events, user) : [];
  const found = signals.find((signal) => signal.day === query.day && signal.detection === rule?.id);
  const from = addDays(query.day, 1 - (found?.span ?? 1));
  const { offset, limit } = query;
  const rows = await evidenceOf(events, user, { from, to: query.day, offset, limit }, rule);
  const mask = await masker(data, scope);
  return {
    total: rows[0]?.total ?? 0,
    events: await Promise.all(
      rows.map(async ({ class_uid, document_level, total: _, ...row }) => ({
        ...row,
        class: CLASSES[class_uid] ?? 'other',
        document_level: levelName(document_level),
        target: await mask(row.target),
        tied_to: await mask(row.tied_to),
        destination: await mask(row.destination),
        raw: await mask(row.raw),
      })),
    ),
  };
}
