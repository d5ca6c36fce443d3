import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../base/fault.ts';
import { type Case, expires, FIRST_HYPOTHESIS, standing, termsDue, undoing } from './case.ts';
import { nextSteps, readCase, refusal, take } from './order.ts';
import { type Done, OUTCOMES, type Step, StepShape, WITHOUT_BURDEN } from './step.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 8, minute)).toISOString();
const OPEN: Step = {
  kind: 'open',
  reason: 'papers of six projects within a week',
  purpose: 'to find out whether documents left',
  innocent: 'he is being worked in',
  innocent_evidence: 'the handover plan, not looked at yet',
};

/** A case of steps, each by its person, a minute apart. */
const made = (...steps: [by: string, step: Step][]): Case =>
  readCase(steps.map(([by, step], minute) => ({ by, at: at(minute), step })));
const why = (found: Case, by: string, step: Step, minute = 500) => refusal(found, { by, at: at(minute), step });

const admitted: [string, Step][] = [
  ['officer', OPEN],
  ['officer', { kind: 'admit', account: 'approver', reason: 'decides' }],
  ['officer', { kind: 'admit', account: 'reviewer', reason: 'hears appeals' }],
];
const warned: Step = {
  kind: 'propose',
  outcome: 'formal_warning',
  reasons: 'papers were carried home',
  considered: { [FIRST_HYPOTHESIS]: 'his supervisor knows of no such task' },
};

describe('a case', () => {
  it('begins with its opening, which names an innocent hypothesis', () => {
    expect(made(['officer', OPEN]).hypotheses.get(FIRST_HYPOTHESIS)).toMatchObject({ innocent: true });
    expect(() => made(['officer', { kind: 'note', text: 'x' }])).toThrow(Fault);
    for (const field of ['innocent', 'innocent_evidence'])
      expect(StepShape.safeParse({ ...OPEN, [field]: ' ' }).success).toBe(false);
    expect(why(made(['officer', OPEN]), 'officer', OPEN)).toMatch(/open already/);
  });

  it('is worked on by its members alone, and not by whoever is recused', () => {
    const found = made(...admitted, ['officer', { kind: 'recuse', account: 'reviewer', reason: 'his sister' }]);
    const note: Step = { kind: 'note', text: 'asked the project' };
    expect(why(found, 'stranger', note)).toMatch(/only members/);
    expect(why(found, 'reviewer', note)).toMatch(/recused/);
    expect(why(found, 'approver', note)).toBeUndefined();
  });

  it('links evidence to hypotheses that exist, and keeps what was withdrawn', () => {
    const evidence: Step = {
      ...{ kind: 'evidence', id: 'E1', sha256: 'a'.repeat(64), what: 'project plan', origin: 'project office' },
      ...{ supports: [FIRST_HYPOTHESIS], contradicts: [] },
    };
    const found = made(
      ...admitted,
      ['officer', evidence],
      ['officer', { kind: 'withdraw', evidence: 'E1', reason: 'wrong plan' }],
    );
    expect([found.evidence.size, [...found.withdrawn]]).toEqual([1, ['E1']]);
    expect(why(found, 'officer', evidence)).toMatch(/next name is E2/);
    expect(why(found, 'officer', { ...evidence, id: 'E2', supports: ['H9'] })).toMatch(/no H9/);
  });

  it('burdens nobody unheard', () => {
    const invited: [string, Step] = [
      'officer',
      { kind: 'invite_reply', text: 'what were they for?', due: '2026-03-20' },
    ];
    expect(why(made(...admitted), 'officer', warned)).toMatch(/not invited/);
    expect(why(made(...admitted, invited), 'officer', warned)).toMatch(/term for the reply/);
    const replied = made(...admitted, invited, ['officer', { kind: 'reply', text: 'for the audit' }]);
    expect(why(replied, 'officer', { ...warned, considered: {} })).toMatch(/H1 is not answered/);
    expect(why(replied, 'officer', warned)).toBeUndefined();
    const later = refusal(made(...admitted, invited), { by: 'officer', at: '2026-03-21T08:00:00.000Z', step: warned });
    expect(later).toBeUndefined();
  });

  it('clears with what was done because of it undone', () => {
    const cleared: [string, Step][] = [
      ...admitted,
      ['officer', { kind: 'effect', id: 'X1', effect: 'watch', text: 'watch list' }],
      ['officer', { kind: 'propose', outcome: 'cleared', reasons: 'an assignment', considered: {} }],
      ['approver', { kind: 'decide', reasons: 'agreed' }],
    ];
    const close: Step = { kind: 'close', text: 'done' };
    expect(why(made(...cleared), 'officer', close)).toMatch(/X1 is not undone/);
    const undone = made(...cleared, ['officer', { kind: 'effect_undone', effect: 'X1', text: 'taken off' }]);
    expect(why(undone, 'officer', close)).toBeUndefined();
    expect(why(take(undone, { by: 'officer', at: at(90), step: close }), 'officer', close)).toMatch(/closed/);
  });

  it('is decided by two, and an appeal judged by a third', () => {
    const proposed: [string, Step][] = [
      ...admitted,
      ['officer', { kind: 'propose', outcome: 'no_finding', reasons: 'nothing left', considered: {} }],
    ];
    expect(why(made(...proposed), 'officer', { kind: 'decide', reasons: 'mine' })).toMatch(/proposed himself/);
    const appealed = made(
      ...proposed,
      ['approver', { kind: 'decide', reasons: 'agreed' }],
      ['officer', { kind: 'close', text: 'done' }],
      ['officer', { kind: 'appeal', text: 'asks to be cleared' }],
    );
    const clearing: Step = { kind: 'appeal_decided', outcome: 'cleared', reasons: 'an error' };
    expect(why(appealed, 'officer', clearing)).toMatch(/no part in the decision/);
    expect(why(appealed, 'approver', clearing)).toMatch(/no part in the decision/);
    expect(why(appealed, 'reviewer', { ...clearing, outcome: 'advice' })).toMatch(/nothing graver/);
    expect(take(appealed, { by: 'reviewer', at: at(100), step: clearing }).outcome).toBe('cleared');
  });

  it('tells which terms run out, and until when it is kept', () => {
    const clock = (id: string, due: string): [string, Step] => [
      'officer',
      { kind: 'clock', id, text: 'tell him', basis: 'rule 4', due, remind_days: 14 },
    ];
    const found = made(...admitted, clock('C1', '2026-04-01'), clock('C2', '2026-03-05'), clock('C3', '2026-06-01'));
    const due = (day: string) => termsDue(found, day).map((term) => `${term.id} ${term.due} ${term.late}`);
    expect(due('2026-03-20')).toEqual(['C2 2026-03-05 true', 'C1 2026-04-01 false']);
    expect(due('2026-03-17')).toEqual(['C2 2026-03-05 true']);
    expect(due('2026-05-18')).toEqual(['C2 2026-03-05 true', 'C1 2026-04-01 true', 'C3 2026-06-01 false']);
    const met = take(found, { by: 'officer', at: at(90), step: { kind: 'clock_met', clock: 'C2', text: 'told' } });
    expect(termsDue(met, '2026-03-17')).toEqual([]);
    const invited = take(found, {
      by: 'officer',
      at: at(90),
      step: { kind: 'invite_reply', text: 'x', due: '2026-03-12' },
    });
    expect(termsDue(invited, '2026-03-05').map(({ kind }) => kind)).toEqual(['clock', 'reply']);
  });

  it('is kept for its term, and longer where it is held', () => {
    const keep = { without_burden: 30, others: 365 };
    const found = made(...admitted);
    const closed: Case = { ...found, outcome: 'cleared', closedAt: '2026-03-10T00:00:00.000Z' };
    expect(expires(found, keep, '2027-01-01')).toBeUndefined();
    expect(expires(closed, keep, '2026-03-11')).toBe('2026-04-09');
    expect(expires({ ...closed, outcome: 'advice' }, keep, '2026-03-11')).toBe('2027-03-10');
    expect(expires({ ...closed, heldUntil: '2027-01-01' }, keep, '2027-01-01')).toBeUndefined();
    expect(expires({ ...closed, heldUntil: '2027-01-01' }, keep, '2027-01-02')).toBe('2026-04-09');
  });

  it('tells the program what to undo when nothing remains', () => {
    const found = made(
      ...admitted,
      ['officer', { kind: 'effect', id: 'X1', effect: 'watch', text: 'watch list' }],
      ['officer', { kind: 'effect', id: 'X2', effect: 'other', text: 'no access to the project' }],
    );
    const kinds = (outcome: (typeof OUTCOMES)[number]) => undoing(found, outcome, '2026-03-01').map(({ kind }) => kind);
    expect(kinds('cleared')).toEqual(['effect_undone', 'task', 'explained']);
    expect(kinds('no_finding')).toEqual(['effect_undone', 'task']);
    expect(kinds('advice')).toEqual([]);
    for (const step of undoing(found, 'cleared', '2026-03-01'))
      expect(refusal(found, { by: 'program', at: at(90), step })).toBeUndefined();
    expect(why(found, 'program', { kind: 'note', text: 'x' })).toMatch(/not for the program/);
  });

  it('lets the person answer only what he was asked, and appeal only what he was told', () => {
    const reply: Step = { kind: 'reply', text: 'for the audit' };
    expect(why(made(...admitted), 'subject', reply)).toMatch(/nobody was invited/);
    const asked: [string, Step] = ['officer', { kind: 'invite_reply', text: 'why?', due: '2026-03-20' }];
    expect(why(made(...admitted, asked), 'subject', reply)).toBeUndefined();
    expect(why(made(...admitted, asked), 'subject', { kind: 'note', text: 'x' })).toMatch(/not for the subject/);
    const decided: [string, Step][] = [
      ...admitted,
      ['officer', { kind: 'propose', outcome: 'no_finding', reasons: 'nothing left', considered: {} }],
      ['approver', { kind: 'decide', reasons: 'agreed' }],
    ];
    const appeal: Step = { kind: 'appeal', text: 'asks to be cleared' };
    expect(why(made(...decided), 'subject', appeal)).toMatch(/told of a decision/);
    const told = made(...decided, ['officer', { kind: 'notify', text: 'nothing found', appeal_until: '2026-03-31' }]);
    expect(why(told, 'subject', appeal)).toBeUndefined();
    const late = refusal(told, { by: 'subject', at: '2026-04-01T00:00:00.000Z', step: appeal });
    expect(late).toMatch(/term for an appeal/);
  });

  it('says which steps come next', () => {
    const next = (found: Case, by: string, part: 'officer' | 'approver') => nextSteps(found, by, [part], at(500));
    const proposed = made(...admitted, [
      'officer',
      { kind: 'propose', outcome: 'no_finding', reasons: 'nothing left', considered: {} },
    ]);
    expect(next(proposed, 'officer', 'officer')).not.toContain('decide');
    expect(next(proposed, 'approver', 'approver')).toContain('decide');
    expect(next(proposed, 'approver', 'approver')).not.toContain('close');
    expect(next(made(...admitted), 'officer', 'officer')).not.toContain('task_done');
  });
});

const people = fc.constantFrom('officer', 'approver', 'reviewer', 'stranger');
const names = fc.constantFrom('H2', 'X1', 'X2', FIRST_HYPOTHESIS);
const outcomes = fc.constantFrom(...OUTCOMES);
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constant(OPEN),
  people.map((account): Step => ({ kind: 'admit', account, reason: 'r' })),
  people.map((account): Step => ({ kind: 'recuse', account, reason: 'r' })),
  fc
    .record({ id: names, innocent: fc.boolean() })
    .map((h): Step => ({ kind: 'hypothesis', text: 't', would_show: 't', ...h })),
  names.map((id): Step => ({ kind: 'effect', effect: 'other', id, text: 't' })),
  names.map((effect): Step => ({ kind: 'effect_undone', effect, text: 't' })),
  fc.constant<Step>({ kind: 'invite_reply', text: 't', due: '2026-03-01' }),
  fc.constant<Step>({ kind: 'reply', text: 't' }),
  fc
    .record({ outcome: outcomes, considered: fc.dictionary(names, fc.constant('t')) })
    .map((p): Step => ({ kind: 'propose', reasons: 't', ...p })),
  fc.constant<Step>({ kind: 'decide', reasons: 't' }),
  fc.constant<Step>({ kind: 'appeal', text: 't' }),
  outcomes.map((outcome): Step => ({ kind: 'appeal_decided', outcome, reasons: 't' })),
  fc.constant<Step>({ kind: 'close', text: 't' }),
);

/** Of whatever people try, what may stand. */
function accepted(tried: readonly { by: string; step: Step }[]): Done[] {
  let found = readCase([]);
  for (const [minute, { by, step }] of tried.entries())
    if (refusal(found, { by, at: at(minute), step }) === undefined) found = take(found, { by, at: at(minute), step });
  return [...found.steps];
}

it('whatever is tried: nobody is burdened unheard, decides alone, judges himself or is left under a cleared case', () => {
  const opening = { by: 'officer', step: OPEN };
  fc.assert(
    fc.property(fc.array(fc.record({ by: people, step: steps }), { maxLength: 120 }), (tried) => {
      const done = accepted([opening, ...tried]);
      expect(readCase(done).steps).toEqual(done);
      for (const [index, { by, step }] of done.entries()) {
        const before = done.slice(0, index);
        const lastOf = (kind: Step['kind']) => before.findLast((one) => one.step.kind === kind);
        expect(before.some((one) => one.step.kind === 'recuse' && one.step.account === by)).toBe(false);
        if (step.kind === 'decide') {
          const proposal = lastOf('propose')!;
          expect(proposal.by).not.toBe(by);
          if (proposal.step.kind === 'propose' && !WITHOUT_BURDEN.includes(proposal.step.outcome))
            expect(before.some((one) => one.step.kind === 'invite_reply')).toBe(true);
        }
        if (step.kind === 'appeal_decided') {
          const judges = before.filter((one) => one.step.kind === 'decide' || one.step.kind === 'appeal_decided');
          expect(judges.map((one) => one.by)).not.toContain(by);
        }
        if (step.kind === 'close' && readCase(before).outcome === 'cleared')
          expect(standing(readCase(before).effects, readCase(before))).toEqual([]);
      }
    }),
    { numRuns: 400 },
  );
});
