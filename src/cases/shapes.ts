/** Shapes of what the cases room answers. */
import { z } from 'zod';
import { LEVELS } from '../base/level.ts';
import { LeadShape, LeadStory, QUEUES } from '../leads/leads.ts';
import { STATES } from './case.ts';
import { EFFECTS, HANDLINGS, OUTCOMES, STEP_KINDS } from './step.ts';
import { PARTS } from './who.ts';

export const CaseId = z.object({ id: z.string().regex(/^[0-9A-Z]{8}$/) });

export const Term = z.object({
  kind: z.enum(['clock', 'task', 'reply', 'appeal', 'hold']),
  id: z.string().describe('The name in the case, such as C1; empty for what has none'),
  text: z.string(),
  due: z.string(),
  remind_from: z.string(),
  late: z.boolean(),
});

export const Summary = z.object({
  id: z.string(),
  alias: z.string(),
  queue: z.enum(QUEUES),
  state: z.enum(STATES),
  outcome: z.enum(OUTCOMES).nullable(),
  opened_at: z.string(),
  last_step_at: z.string(),
  steps: z.int(),
  members: z.int(),
  open_tasks: z.int(),
  parts: z.array(z.enum(PARTS)).describe('What the viewer is in this case'),
  next_term: Term.nullable(),
});

/** What somebody took, as it stands in the case. The fields of each kind are those of POST /api/cases/:id/steps. */
export const StepShown = z.object({
  n: z.int(),
  kind: z.enum(STEP_KINDS as [string, ...string[]]),
  by: z.string().describe('An account, or: program, subject'),
  by_name: z.string(),
  at: z.string(),
  step: z.record(z.string(), z.unknown()),
});

const Named = { id: z.string(), n: z.int().describe('The step') };

export const Whole = Summary.omit({ steps: true, members: true, open_tasks: true, next_term: true }).extend({
  closed_at: z.string().nullable(),
  held_until: z.string().nullable(),
  destroyed_from: z.string().nullable().describe('From which day on the case may be destroyed'),
  /** What the viewer may do now. */
  next: z.array(z.enum(STEP_KINDS as [string, ...string[]])),
  outcomes: z.array(z.object({ outcome: z.enum(OUTCOMES), refused: z.string().nullable() })),
  people: z.array(
    z.object({ account: z.string(), name: z.string(), parts: z.array(z.enum(PARTS)), recused: z.boolean() }),
  ),
  steps: z.array(StepShown),
  hypotheses: z.array(
    z.object({
      ...Named,
      innocent: z.boolean(),
      text: z.string(),
      would_show: z.string(),
      for: z.array(z.string()),
      against: z.array(z.string()),
      answered: z.string().nullable(),
    }),
  ),
  evidence: z.array(
    z.object({
      ...Named,
      sha256: z.string(),
      what: z.string(),
      origin: z.string(),
      supports: z.array(z.string()),
      contradicts: z.array(z.string()),
      withdrawn: z.boolean(),
      bytes: z.int().nullable().describe('How many bytes are kept; null where only the hash is'),
      custody: z.array(
        z.object({
          n: z.int(),
          act: z.enum(['added', 'stored', 'withdrawn', ...HANDLINGS]),
          by: z.string(),
          by_name: z.string(),
          at: z.string(),
          text: z.string(),
        }),
      ),
    }),
  ),
  tasks: z.array(z.object({ ...Named, text: z.string(), due: z.string().nullable(), done: z.boolean() })),
  clocks: z.array(z.object({ ...Named, text: z.string(), basis: z.string(), due: z.string(), met: z.boolean() })),
  effects: z.array(
    z.object({ ...Named, effect: z.enum(EFFECTS), text: z.string(), since: z.string(), undone: z.boolean() }),
  ),
  terms: z.array(Term),
  documents: z.array(z.object({ path: z.string(), level: z.enum(LEVELS) })),
  document_counts: z.record(z.string(), z.int()).describe('How many linked documents there are by level'),
  /** The lead as it is now; null when it has faded. Its id and subject are the case's alias. */
  lead: LeadStory.omit({ status: true, triage: true, returned: true }).nullable(),
});

/** A lead that was handed over, for those who may open a case on it. */
export const HandedOver = LeadShape;

export const Due = z.object({
  due: z.array(Term.extend({ case: z.string(), alias: z.string() })),
  watched: z.array(
    z.object({ case: z.string(), alias: z.string(), effect: z.string(), since: z.string(), signals: z.int() }),
  ),
});
