/** What figures may know of cases: how far each had come on a day, and how long it took. Nothing of whom it is about. */
import { daysBetween } from '../base/day.ts';
import { personOf, QUEUE } from '../identities/identities.ts';
import type { CaseFact, CaseFacts } from '../leads/leads.ts';
import { STATES, stateOf } from './case.ts';
import { readCase } from './order.ts';
import { type Done, OUTCOMES, type StepKind } from './step.ts';
import { allCases, selectStepsOf } from './store.ts';
import type { Cases } from './work.ts';

/** From one step to the next, by name. */
const TERMS: Readonly<Record<string, readonly [from: StepKind, to: StepKind]>> = {
  proposal: ['open', 'propose'],
  decision: ['propose', 'decide'],
  reply: ['invite_reply', 'reply'],
  closing: ['open', 'close'],
};

/** Cases as they stood at the end of the range. Those about whoever watches others are no figure, they are the reviewers'. */
export function caseFacts(cases: Cases): CaseFacts {
  return {
    ...{ states: STATES, outcomes: OUTCOMES, ended: 'closed', terms: Object.keys(TERMS) },
    async cases({ from, until, mayCount }) {
      const rows = (await allCases(cases.casework)).filter(({ queue }) => queue === 'case_officers');
      const stepsOf = await selectStepsOf(
        cases.casework,
        rows.map(({ id }) => id),
      );
      const facts: CaseFact[] = [];
      for (const { id, lead } of rows) {
        const steps = (stepsOf.get(id) ?? []).filter(({ at }) => at.slice(0, 10) <= until);
        const user = await personOf(cases, QUEUE, lead);
        if (steps.length === 0 || steps[0]!.at.slice(0, 10) < from || user === undefined || !mayCount(user)) continue;
        facts.push(factOf(steps));
      }
      return facts;
    },
  };
}

function factOf(steps: readonly Done[]): CaseFact {
  const found = readCase(steps);
  const dayOf = (kind: StepKind) => steps.findLast(({ step }) => step.kind === kind)?.at.slice(0, 10);
  const terms = Object.entries(TERMS).flatMap(([name, [from, to]]) => {
    const [start, end] = [dayOf(from), dayOf(to)];
    return start !== undefined && end !== undefined && end >= start ? [[name, daysBetween(start, end)] as const] : [];
  });
  return { state: stateOf(found), outcome: found.outcome ?? null, terms: Object.fromEntries(terms) };
}
