/**
 * /api/my-cases: for the person a case is about. He sees the invitation and the decision in the words that were written
 * for him, and nothing of the file; before he was invited he sees nothing at all.
 */
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { type Account, type Route, route } from '../http/route.ts';
import type { Case } from './case.ts';
import { readCase, refusal } from './order.ts';
import { SUBJECT } from './step.ts';
import { casesAbout, selectStepsOf } from './store.ts';
import { type Cases, personLooking, takeFor } from './work.ts';

const Mine = z.object({
  /** What to answer under. */
  invitation: z.string(),
  text: z.string(),
  due: z.string(),
  replied_at: z.string().nullable(),
  decision: z.object({ text: z.string(), appeal_until: z.string() }).nullable(),
  appealed_at: z.string().nullable(),
  may_reply: z.boolean(),
  may_appeal: z.boolean(),
});
const Answer = z.object({ invitation: z.string().regex(/^[0-9A-Z]{8}$/), text: z.string().trim().min(1).max(20_000) });

export type Invitation = z.output<typeof Mine>;

/** What somebody is invited to reply to, and what was decided. Before he was invited: nothing. */
export async function invitationsOf(cases: Cases, account: Account): Promise<Invitation[]> {
  const at = cases.clock().toISOString();
  return [...(await invited(cases, account))].map(([id, one]) => mine(id, one, at));
}

/** Takes his reply or his appeal. Throws `not-found` for an invitation that is not his, and what the case's order refuses. */
export async function answerInvitation(
  cases: Cases,
  account: Account,
  { kind, invitation, text }: { kind: 'reply' | 'appeal'; invitation: string; text: string },
): Promise<void> {
  if (!(await invited(cases, account)).has(invitation))
    throw new Fault('not-found', 'There is no such invitation.', { place: 'invitation' });
  await takeFor(cases, invitation, SUBJECT, { kind, text });
}

async function invited(cases: Cases, account: Account): Promise<Map<string, Case>> {
  const { ownLead } = await personLooking(cases, account);
  const rows = ownLead === null ? [] : await casesAbout(cases.casework, ownLead);
  const ids = rows.map(({ id }) => id);
  const steps = await selectStepsOf(cases.casework, ids);
  const found = ids.map((id) => [id, readCase(steps.get(id)!)] as const);
  return new Map(found.filter(([, { invitation }]) => invitation !== undefined));
}

/** These routes are not recorded by whose account it was: the ledger would tell an auditor who a case is about. */
export function subjectRoutes(cases: Cases): Route[] {
  const answering = (kind: 'reply' | 'appeal', path: `/api/${string}`, summary: string) =>
    route({
      method: 'POST',
      path,
      audience: 'signed-in',
      summary,
      body: Answer,
      response: z.void(),
      handler: ({ body }, { account }) => answerInvitation(cases, account, { kind, ...body }),
    });
  return [
    route({
      method: 'GET',
      path: '/api/my-cases',
      audience: 'signed-in',
      summary: 'What one is invited to reply to, and what was decided.',
      response: z.object({ invitations: z.array(Mine) }),
      handler: async (_, { account }) => ({ invitations: await invitationsOf(cases, account) }),
    }),
    answering('reply', '/api/my-cases/replies', 'Replies to an invitation.'),
    answering('appeal', '/api/my-cases/appeals', 'Appeals against a decision one was told of.'),
  ];
}

function mine(id: string, found: Case, at: string): z.input<typeof Mine> {
  const { invitation, notice, appeal } = found;
  const may = (kind: 'reply' | 'appeal') =>
    refusal(found, { step: { kind, text: 'x' }, by: SUBJECT, at }) === undefined;
  return {
    invitation: id,
    text: invitation!.step.text,
    due: invitation!.step.due,
    replied_at: found.reply?.at ?? null,
    decision: notice ? { text: notice.step.text, appeal_until: notice.step.appeal_until } : null,
    appealed_at: appeal?.at ?? found.steps.findLast(({ step }) => step.kind === 'appeal')?.at ?? null,
    may_reply: may('reply'),
    may_appeal: may('appeal'),
  };
}
