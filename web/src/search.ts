import { z } from 'zod';
import { DOCUMENT_LEVELS, LEVELS, SORTS, STATUSES } from './api.ts';
import { DOCUMENT_STATES } from './documents.ts';
import { KINDS } from './ledger.ts';

/** What may stand behind the `?` of each page. A value that makes no sense is left out, it never breaks a page. */

// The content policy forbids compiled validators, and a refused attempt would be reported as a violation.
z.config({ jitless: true });

const text = z.string().max(200).optional().catch(undefined);
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .optional()
  .catch(undefined);

/** Keeps the known levels of `high,critical`, in their own order, so that equal filters are equal addresses. */
const levels = z
  .string()
  .transform((value) => LEVELS.filter((level) => value.split(',').includes(level)).join(',') || undefined)
  .optional()
  .catch(undefined);

export const leadsSearch = z.object({
  level: levels,
  detection: text,
  q: text,
  status: z.enum(STATUSES).optional().catch(undefined),
  sort: z.enum(SORTS).optional().catch(undefined),
});

const documentLevels = z
  .string()
  .transform((value) => DOCUMENT_LEVELS.filter((level) => value.split(',').includes(level)).join(',') || undefined)
  .optional()
  .catch(undefined);
export const documentsSearch = z.object({
  ...{ level: documentLevels, owner: text, project: text, q: text },
  state: z.enum(DOCUMENT_STATES).optional().catch(undefined),
});

export const SPANS = ['28', '90', 'all'] as const;
export const storySearch = z.object({
  detection: text,
  day,
  span: z.enum(SPANS).optional().catch(undefined),
  view: z.enum(['table']).optional().catch(undefined),
});
export type StorySearch = z.infer<typeof storySearch>;
export const sourcesSearch = z.object({
  source: text,
  page: z.coerce.number().int().min(1).max(100_000).optional().catch(undefined),
});
export const ledgerSearch = z.object({
  ...{ actor: text, act: text, on: text, from: day, to: day },
  kind: z.enum(KINDS).optional().catch(undefined),
  view: z.enum(['table']).optional().catch(undefined),
});
export const signInSearch = z.object({
  next: text,
  expired: z.enum(['1']).optional().catch(undefined),
  refused: z.enum(['1']).optional().catch(undefined),
});
