/** Triage: who decides what becomes of a lead. What a decision means for the queue is the leads room's. */
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import { insertTriage, QUEUES } from '../leads/leads.ts';
import { change } from '../ledger/ledger.ts';
import { type Cases, openCase, type Person, today, visibleLead } from './work.ts';

const text = z.string().trim().min(1).max(20_000);

export const Triage = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('dismiss'), reason: text }),
  z.strictObject({ decision: z.literal('watch'), reason: text, until: z.iso.date() }),
  z.strictObject({ decision: z.literal('hand_over'), reason: text, queue: z.enum(QUEUES).default('case_officers') }),
  /** Back to the analysts' queue, by those it was handed over to. */
  z.strictObject({ decision: z.literal('return'), reason: text }),
  z.strictObject({
    decision: z.literal('open'),
    reason: text,
    purpose: text,
    innocent: text,
    innocent_evidence: text,
  }),
]);
export type Triage = z.output<typeof Triage>;

/** Who may decide what; and of a lead that was handed over only those decide whom it was handed to. */
export const MAY_DECIDE: Readonly<Record<Triage['decision'], readonly string[]>> = {
  dismiss: ['analyst', 'case_officer', 'reviewer'],
  watch: ['analyst', 'case_officer', 'reviewer'],
  hand_over: ['analyst', 'case_officer'],
  return: ['case_officer', 'reviewer'],
  open: ['case_officer', 'reviewer'],
};

/**
 * Decides what becomes of a lead; gives the case's id when one was opened. Opening leaves no trace at the lead: who is
 * not a member must not be able to tell. Throws `not-found`, `forbidden`, `invalid-input`.
 */
export async function triage(cases: Cases, person: Person, leadId: string, input: Triage): Promise<string | null> {
  const lead = await visibleLead(cases, person, leadId);
  const may = MAY_DECIDE[input.decision];
  if (!may.some((role) => person.roles.includes(role)))
    throw new Fault('forbidden', `To ${input.decision} a lead is for ${may.join(' or ')}.`, { place: 'decision' });
  const handedTo = lead.status === 'handed_over' ? lead.decision_queue : null;
  const isTheirs = handedTo === null || person.roles.includes(handedTo === 'reviewers' ? 'reviewer' : 'case_officer');
  if (!isTheirs) throw new Fault('forbidden', 'The lead was handed over.', { place: leadId });
  const { decision, reason } = input;
  if (decision === 'open') {
    const { decision: _, ...opening } = input;
    return await openCase(cases, person, lead, opening);
  }
  if (decision === 'return' && handedTo === null)
    throw new Fault('invalid-input', 'The lead was not handed over.', { place: 'decision' });
  const until = decision === 'watch' ? input.until : null;
  if (until !== null && until < today(cases))
    throw new Fault('invalid-input', 'A watch ends on a day to come.', { place: 'until' });
  const row = {
    ...{ id: randomId(), lead: lead.id, decision, reason, until },
    queue: decision === 'hand_over' ? input.queue : null,
    ...{ evidence: lead.evidence, as_of: lead.as_of, decided_by: person.account, decided_at: cases.clock() },
  };
  const act = { actor: `account:${person.account}`, act: `lead.${decision}`, on: [`lead:${lead.id}`] };
  await change(cases.ledger, cases.casework, act, async (tx, touch) => {
    await insertTriage(tx, row);
    touch('lead_triage', row.id);
  });
  return null;
}
