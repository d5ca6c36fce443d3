/** Shapes of what the leads room answers, and how its rows become them. */
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { LEVELS } from '../base/level.ts';
import { type Rule, STAGES } from '../detections/detections.ts';
import { LEAD_LEVELS, leadLevel } from './lead.ts';
import type { LeadState } from './store.ts';
import type { SignalRow } from './story.ts';
import { DECISIONS, LEAD_STATUSES, QUEUES } from './triage.ts';

export const Text = z.object({ en: z.string(), 'zh-CN': z.string() });
export const Day = z.iso.date();
export const Subject = z.object({ subject: z.string().regex(/^[0-9A-Z]{4,12}$/) });
export const DocumentLevel = z.enum(LEVELS);

export const Lead = z.object({
  id: z.string(),
  subject: z.string(),
  score: z.number(),
  level: z.enum(LEAD_LEVELS),
  first_day: Day,
  last_day: Day,
  signals: z.int(),
  stages: z.array(z.string()),
  top: z.array(z.object({ detection: z.string(), title: Text, bits: z.number() })),
  trend: z.array(z.number()),
  status: z.enum(LEAD_STATUSES),
  /** It was dismissed or watched, and came back: there is news, or the watch has ended. */
  returned: z.boolean(),
  /** The last that was decided about it. */
  triage: z
    .object({
      decision: z.enum(DECISIONS),
      reason: z.string(),
      until: z.string().nullable(),
      queue: z.enum(QUEUES).nullable(),
      by: z.string(),
      at: z.string(),
    })
    .nullable(),
});

const Signal = z.object({
  id: z.string(),
  day: Day,
  detection: z.string(),
  title: Text,
  stage: z.string(),
  bits: z.number(),
  value: z.number(),
  unit: Text,
  span: z.int(),
  expected: z.object({
    own_median: z.number(),
    own_days: z.int(),
    peer_median: z.number(),
    peer_p95: z.number(),
    peers: z.int(),
  }),
  evidence_count: z.int(),
  /** A declared contact explains it: it counts for nothing. */
  declared: z.boolean(),
  innocent: z.array(Text),
  refute: z.array(Text),
});

export const Story = Lead.extend({
  contributions: z.array(
    z.object({
      detection: z.string(),
      title: Text,
      stage: z.string(),
      bits: z.number(),
      share: z.number(),
      days: z.int(),
    }),
  ),
  signals: z.array(Signal),
  missing: z.array(z.object({ source: z.string(), from: z.string(), to: z.string(), share: z.number() })),
});

/** OCSF class -> the word the console shows. */
export const CLASSES: Record<number, string> = {
  1001: 'file_activity',
  1010: 'peripheral_activity',
  3002: 'authentication',
  4002: 'http_activity',
  4009: 'email_activity',
};

/** A tenth of a bit is finer than anything that can be concluded from it. */
export const tenths = (bits: number) => Math.round(bits * 10) / 10;

export type Rules = Map<string, Rule>;

/** Errors: invalid-content for a detection whose file is gone while its signals are still there. */
export function ruleOf(all: Rules, id: string): Rule {
  const rule = all.get(id);
  if (rule === undefined) throw new Fault('invalid-content', 'a signal names a detection that is gone', { place: id });
  return rule;
}

export const leadOf = (all: Rules, row: LeadState): z.input<typeof Lead> => ({
  ...row,
  subject: row.id,
  level: leadLevel(row.score),
  stages: STAGES.filter((stage) => row.stages.includes(stage)),
  top: row.top
    .slice(0, 3)
    .map(([detection, bits]) => ({ detection, title: ruleOf(all, detection).title, bits: tenths(bits) })),
  triage: row.decision && {
    ...{ decision: row.decision, reason: row.decision_reason!, until: row.decision_until, queue: row.decision_queue },
    ...{ by: row.decided_by!, at: new Date(row.decided_at!).toISOString() },
  },
});

export function signalOf(subject: string, row: SignalRow, rule: Rule): z.input<typeof Signal> {
  const { own_median, own_days, peer_median, peer_p95, peers, ...rest } = row;
  return {
    ...rest,
    id: `${subject}-${row.day}-${row.detection}`,
    bits: tenths(row.bits),
    title: rule.title,
    unit: rule.unit,
    expected: { own_median, own_days, peer_median, peer_p95, peers },
    innocent: rule.falsepositives,
    refute: rule.refute,
  };
}
