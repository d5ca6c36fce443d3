/**
 * The steps a registered document is made of. Its level, its owner and where each of its copies is are what its steps make
 * of it, one after the other; each is written once. People stand in steps under an alias of the scope `custody`: the
 * database names nobody, and the registrar's page opens it.
 */
import { z } from 'zod';

/** The scope of the aliases of custodians; that of no case and not the queue's: nobody can join them. */
export const CUSTODY = 'custody';
/** Who takes the steps that follow from a table. */
export const IMPORT = 'import';

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .refine((value) => !value.includes('\u0000'), 'Holds a NUL character');
const said = (most: number) => line(most).min(1);
const reason = said(2000);
const day = z.iso.date();
/** 0: the level is not known. */
const level = z.int().min(0).max(5);
const copy = z.int().min(1).max(100_000);
/** person:WHO, team:NAME or project:NAME. */
const need = line(220).regex(/^(person|team|project):.{1,200}$/u);

/** What may be said of a document beside its path and level. */
const ABOUT = {
  title: line(500),
  owner: line(200),
  project: line(200),
  /** Where it came from: a partner, a department, another register. */
  origin: line(500),
  /** No copy is destroyed before this day. */
  keep_until: day.nullable(),
  /** Not finished, and to be destroyed or registered for good. */
  working: z.boolean(),
  /** A document nobody needs: opening it is a signal. */
  decoy: z.boolean(),
};

const COPY = { kind: z.literal('copy'), copy } as const;
const CopyStep = z.discriminatedUnion('act', [
  z.strictObject({ ...COPY, act: z.literal('registered') }),
  z.strictObject({ ...COPY, act: z.literal('issued'), to: said(200) }),
  z.strictObject({ ...COPY, act: z.literal('lent'), to: said(200), due: day }),
  z.strictObject({ ...COPY, act: z.literal('returned') }),
  z.strictObject({ ...COPY, act: z.literal('inventoried'), seen: z.boolean() }),
  z.strictObject({ ...COPY, act: z.literal('destruction proposed'), how: said(500) }),
  z.strictObject({ ...COPY, act: z.literal('destruction confirmed') }),
  z.strictObject({ ...COPY, act: z.literal('destruction withdrawn') }),
]);
export type CopyStep = z.output<typeof CopyStep>;

/** What somebody may do to a document that is there. */
export const StepInput = z.union([
  CopyStep,
  z.strictObject({ kind: z.literal('described'), changes: z.strictObject(ABOUT).partial(), reason }),
  /** A higher level: one person may, and it holds at once. */
  z.strictObject({ kind: z.literal('raised'), level, reason }),
  /** A lower level takes two. */
  z.strictObject({ kind: z.literal('downgrade proposed'), level, reason }),
  z.strictObject({ kind: z.literal('downgrade confirmed') }),
  z.strictObject({ kind: z.literal('downgrade withdrawn') }),
  z.strictObject({
    ...{ kind: z.literal('need to know'), reason },
    ...{ add: z.array(need).max(500).default([]), remove: z.array(need).max(500).default([]) },
  }),
]);
export type StepInput = z.output<typeof StepInput>;

const path = said(1000);
const sha256 = z.string().regex(/^([0-9a-f]{64})?$/);
export const Registered = z.strictObject({
  ...{ kind: z.literal('registered'), path, level, registered: day, sha256, ...ABOUT },
});
export type Registered = z.output<typeof Registered>;

export const Step = z.union([
  Registered,
  /** What a table says: since a day. A lower one only of the time before the document was in the register. */
  z.strictObject({ kind: z.literal('level imported'), level, since: day }),
  ...StepInput.options,
]);
export type Step = z.output<typeof Step>;
export type StepKind = Step['kind'];

/** A step that was taken: by an account's id or the import, at a time in UTC, ISO 8601. */
export interface Done {
  readonly step: Step;
  readonly by: string;
  readonly at: string;
}

/** Of a document about which nothing more is known. */
export const NOTHING_MORE = {
  ...{ title: '', owner: '', project: '', origin: '', sha256: '' },
  ...{ keep_until: null, working: false, decoy: false },
} as const;
