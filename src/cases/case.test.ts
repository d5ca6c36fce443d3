import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../base/fault.ts';
import { type Case, expires, FIRST_HYPOTHESIS, readCase, refusal, take, termsDue } from './case.ts';
import { type Done, OUTCOMES, type Step, StepShape, WITHOUT_BURDEN } from './step.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 8, minute)).toISOString();
const OPEN: Step = {
  kind: 'open',
  lead: 'L1',
  reason: 'papers of six foreign projects within a week',
  purpose: 'to find out whether documents left',
  innocent: 'he is being worked in',
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
    expect(StepShape.safeParse({ ...OPEN, innocent: ' ' }).success).toBe(false);
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
    expect(why(found, 'officer', evidence)).toMatch(/E1 is taken/);
    expect(why(found, 'officer', { ...evidence, id: 'E2', supports: ['H9'] })).toMatch(/no H9/);
  });

  it('burdens nobody unheard', () => {
    const invited: [string, Step] = [
      'officer',
      { kind: 'invite_reply', text: 'what were they for?', due: '2026-03-20' },
    ];
    expect(why(made(...admitted), 'officer', warned)).toMatch(/not invited/);
    expect(why(made(...admitted, invited), 'officer', warned)).toMatch(/term for the reply/);
    expect(why(made(...admitted, invited), 'officer', { ...warned, considered: {} })).toMatch(/H1 is not answered/);
    const replied = made(...admitted, invited, ['officer', { kind: 'reply', text: 'for the audit' }]);
    expect(why(replied, 'officer', warned)).toBeUndefined();
    const later = refusal(made(...admitted, invited), { by: 'officer', at: '2026-03-21T08:00:00.000Z', step: warned });
    expect(later).toBeUndefined();
  });

  it('clears with what was done because of it undone', () => {
    const cleared: [string, Step][] = [
      ...admitted,
      ['officer', { kind: 'effect', id: 'W1', text: 'watch list' }],
      ['officer', { kind: 'propose', outcome: 'cleared', reasons: 'an assignment', considered: {} }],
      ['approver', { kind: 'decide', reasons: 'agreed' }],
    ];
    const close: Step = { kind: 'close', text: 'done' };
    expect(why(made(...cleared), 'officer', close)).toMatch(/W1 is not undone/);
    const undone = made(...cleared, ['officer', { kind: 'effect_undone', effect: 'W1', text: 'taken off' }]);
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
      { kind: 'clock', id, text: 'tell him', basis: 'rule 4', due },
    ];
    const found = made(...admitted, clock('C1', '2026-04-01'), clock('C2', '2026-03-05'), clock('C3', '2026-06-01'));
    expect(termsDue(found, '2026-03-20', 14)).toEqual([
      { id: 'C2', due: '2026-03-05', late: true },
      { id: 'C1', due: '2026-04-01', late: false },
    ]);
    const closed = { ...found, closedAt: '2026-03-10T00:00:00.000Z' };
    expect(expires(found, 30)).toBeUndefined();
    expect(expires(closed, 30)).toBe('2026-04-09');
    expect(expires({ ...closed, heldUntil: '2027-01-01' }, 30)).toBe('2027-01-01');
  });
});

const people = fc.constantFrom('officer', 'approver', 'reviewer', 'stranger');
const names = fc.constantFrom('A', 'B', FIRST_HYPOTHESIS);
const outcomes = fc.constantFrom(...OUTCOMES);
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constant(OPEN),
  people.map((account): Step => ({ kind: 'admit', account, reason: 'r' })),
  people.map((account): Step => ({ kind: 'recuse', account, reason: 'r' })),
  fc.record({ id: names, innocent: fc.boolean() }).map((h): Step => ({ kind: 'hypothesis', text: 't', ...h })),
  names.map((id): Step => ({ kind: 'effect', id, text: 't' })),
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
          expect(readCase(before).effects.size).toBe(0);
      }
    }),
    { numRuns: 400 },
  );
});
