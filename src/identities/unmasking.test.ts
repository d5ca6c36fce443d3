import { randomBytes } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSignedBy, openingStatement, signStatement } from './statement.ts';
import {
  type Actor,
  type Done,
  HOLD_MOST_DAYS,
  isSame,
  noticeDue,
  phaseAt,
  refusal,
  type Step,
  take,
  type Unmasking,
} from './unmasking.ts';

/** Few people with several accounts, so that one of them often tries to be two. */
const ACTORS: readonly Actor[] = [
  { account: 'A1', person: 'ann' },
  { account: 'A2', person: 'ann' },
  { account: 'B1', person: 'bea' },
  { account: 'C1', person: 'cid' },
  { account: 'S1', person: 'subject' },
  { account: 'U1', person: null },
];
const KEYS = ['K1', 'K2', 'K3'];
const START = Date.parse('2026-03-02T09:00:00.000Z');
const time = (hours: number) => new Date(START + hours * 3_600_000).toISOString();
const EXPIRES = time(72);

const request: Step = {
  ...{ kind: 'request', case: 'CASE1', alias: 'K7Q2M', subject: 'subject', reason: 'a'.repeat(64) },
  ...{ expires: EXPIRES, notifyAfterDays: 30 },
};
const open = (layer: 'outer' | 'inner', key: string, ofClass: 'case' | 'approval'): Step => ({
  ...{ kind: 'open', layer, key, class: ofClass, digest: 'b'.repeat(64), signature: 'c'.repeat(128) },
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...KEYS).map((key) => open('outer', key, 'case')) },
  { weight: 12, arbitrary: fc.constantFrom(...KEYS).map((key) => open('inner', key, 'approval')) },
  { weight: 4, arbitrary: fc.constantFrom(open('outer', 'K1', 'approval'), open('inner', 'K1', 'case'), request) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'decline', reason: 'no' }, { kind: 'end' }) },
  {
    weight: 6,
    arbitrary: fc
      .integer({ min: -10, max: 24 * 400 })
      .map((hours): Step => ({ kind: 'propose_hold', until: time(hours), reason: 'an arrest is being prepared' })),
  },
  { weight: 6, arbitrary: fc.constant<Step>({ kind: 'confirm_hold' }) },
);

interface Try {
  step: Step;
  by: Actor;
  hours: number;
}
/** Requested by somebody; then anybody tries anything, hours or weeks after each other. */
const lives: fc.Arbitrary<{ requester: Actor; tries: Try[] }> = fc.record({
  requester: fc.constantFrom(...ACTORS.slice(0, 4)),
  tries: fc.array(
    fc.record({
      step: anyStep,
      by: fc.constantFrom(...ACTORS),
      hours: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 0, max: 4 }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 900 }) },
      ),
    }),
    { minLength: 10, maxLength: 40 },
  ),
});

/** Takes what may be taken, as the program would. */
function live({ requester, tries }: { requester: Actor; tries: Try[] }): { found: Unmasking; taken: Done[] } {
  const first: Done = { step: request, by: requester, at: time(0) };
  let found = take('U', undefined, first);
  const taken = [first];
  let now = 0;
  for (const { step, by, hours } of tries) {
    now += hours;
    const done: Done = { step, by, at: time(now) };
    if (refusal(found, done) !== undefined) continue;
    found = take('U', found, done);
    taken.push(done);
  }
  return { found, taken };
}

const RUNS = { numRuns: 2000 };

it('what is open was signed by two people of the two classes in time, and the second is not the requester', () => {
  let opened = 0;
  fc.assert(
    fc.property(lives, (life) => {
      const { found, taken } = live(life);
      const [first, second, ...more] = found.openings;
      expect(more).toEqual([]);
      for (const { by } of taken) expect([null, 'subject']).not.toContain(by.person);
      if (!second) return;
      opened += 1;
      expect([first!.step.class, first!.step.layer]).toEqual(['case', 'outer']);
      expect([second.step.class, second.step.layer]).toEqual(['approval', 'inner']);
      expect(isSame(first!.by, second.by)).toBe(false);
      expect(first!.step.key).not.toBe(second.step.key);
      expect(isSame(second.by, life.requester)).toBe(false);
      expect(second.at < EXPIRES).toBe(true);
    }),
    RUNS,
  );
  expect(opened).toBeGreaterThan(100);
});

it('is open at no moment after the expiry, the end or a refusal, whatever was signed', () => {
  fc.assert(
    fc.property(lives, fc.integer({ min: 0, max: 500 }), (life, hours) => {
      const { found } = live(life);
      if (phaseAt(found, time(hours)) !== 'open') return;
      expect(time(hours) < EXPIRES).toBe(true);
      expect(found.openings).toHaveLength(2);
      expect([found.declined, found.ended]).toEqual([undefined, undefined]);
    }),
    RUNS,
  );
});

it('whoever was opened is told, at the latest when the last hold ends; each hold is of two people, reasoned and ends', () => {
  let held = 0;
  fc.assert(
    fc.property(lives, (life) => {
      const { found, taken } = live(life);
      const due = noticeDue(found);
      expect(due === undefined).toBe(found.openings.length < 2);
      if (due === undefined) return;
      const delay = Date.parse(due) - Date.parse(found.openings[1]!.at);
      const holds = taken.filter(({ step }) => step.kind === 'confirm_hold').length;
      expect(delay).toBeGreaterThanOrEqual(30 * 86_400_000);
      if (holds === 0) expect(delay).toBe(30 * 86_400_000);
      else held += 1;
      for (const [at, { step, by, at: confirmed }] of taken.entries()) {
        if (step.kind !== 'confirm_hold') continue;
        const proposed = taken.slice(0, at).findLast((one) => one.step.kind === 'propose_hold')!;
        expect(isSame(by, proposed.by)).toBe(false);
        const until = (proposed.step as Extract<Step, { kind: 'propose_hold' }>).until;
        expect(Date.parse(until) - Date.parse(confirmed)).toBeLessThanOrEqual(HOLD_MOST_DAYS * 86_400_000);
      }
    }),
    RUNS,
  );
  expect(held).toBeGreaterThan(5);
});

it('each refusal says why', () => {
  const by = (account: string) => ACTORS.find((one) => one.account === account)!;
  const start = take('U', undefined, { step: request, by: by('A1'), at: time(0) });
  const why = (found: Unmasking, step: Step, account: string, hours: number) =>
    refusal(found, { step, by: by(account), at: time(hours) });
  const outer = open('outer', 'K1', 'case');
  const inner = open('inner', 'K2', 'approval');
  expect(why(start, inner, 'B1', 1)).toContain('outer layer comes next');
  expect(why(start, open('outer', 'K2', 'approval'), 'B1', 1)).toContain('class approval');
  expect(why(start, outer, 'S1', 1)).toContain('about himself');
  expect(why(start, outer, 'U1', 1)).toContain('whose account');
  expect(why(start, outer, 'B1', 72)).toContain('expired');
  const half = take('U', start, { step: outer, by: by('B1'), at: time(1) });
  expect(why(half, inner, 'A2', 2)).toContain('his own request');
  expect(why(half, inner, 'B1', 2)).toContain('two different people');
  expect(why(half, open('inner', 'K1', 'approval'), 'C1', 2)).toContain('two different people');
  expect(why(half, outer, 'C1', 2)).toContain('inner layer comes next');
  expect(why(half, inner, 'C1', 72)).toContain('expired');
  expect(why(half, inner, 'C1', 0)).toContain('before the step before');
  const whole = take('U', half, { step: inner, by: by('C1'), at: time(2) });
  expect(phaseAt(whole, time(71))).toBe('open');
  expect(phaseAt(whole, time(72))).toBe('expired');
  expect(why(whole, inner, 'C1', 3)).toContain('it is open');
  expect(why(whole, { kind: 'end' }, 'B1', 3)).toContain('only the requester');
  const hold: Step = { kind: 'propose_hold', until: time(24 * 90), reason: 'an arrest is being prepared' };
  expect(why(half, hold, 'B1', 3)).toContain('nothing was opened');
  expect(why(whole, { ...hold, until: time(24 * 400) }, 'B1', 3)).toContain('at most 180 days');
  expect(why(whole, hold, 'B1', 24 * 31)).toContain('has been told');
  const proposed = take('U', whole, { step: hold, by: by('B1'), at: time(3) });
  expect(why(proposed, { kind: 'confirm_hold' }, 'B1', 4)).toContain('two people');
  expect(why(proposed, { kind: 'confirm_hold' }, 'A2', 4)).toContain('requester');
  const confirmed = take('U', proposed, { step: { kind: 'confirm_hold' }, by: by('C1'), at: time(4) });
  expect([noticeDue(whole), noticeDue(proposed), noticeDue(confirmed)]).toEqual([
    time(2 + 30 * 24),
    time(2 + 30 * 24),
    time(90 * 24),
  ]);
});

it('a signature holds for its statement and key alone; any changed byte of either, or of itself, breaks it', () => {
  const { secretKey, publicKey } = ed25519.keygen();
  const key = Buffer.from(publicKey).toString('hex');
  const statement = openingStatement({
    ...{ request: 'R1', case: 'C1', alias: 'K7Q2M', reason: 'a'.repeat(64), expires: EXPIRES, notifyAfterDays: 30 },
    ...{ layer: 'inner', digest: randomBytes(32).toString('hex') },
  });
  const signature = signStatement(statement, secretKey);
  expect(isSignedBy(statement, signature, key)).toBe(true);
  const flipped = (text: string, at: number) => text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
  for (let at = 0; at < statement.length; at++) expect(isSignedBy(flipped(statement, at), signature, key)).toBe(false);
  for (let at = 0; at < 128; at++) expect(isSignedBy(statement, flipped(signature, at), key)).toBe(false);
  for (let at = 0; at < 64; at++) expect(isSignedBy(statement, signature, flipped(key, at))).toBe(false);
  for (const bad of ['', 'zz', signature.slice(2), `${signature}00`])
    expect(isSignedBy(statement, bad, key)).toBe(false);
});

it('no field of a statement can pretend to be two', () => {
  const opening = {
    ...{ request: 'R1', case: 'C1', alias: 'K7Q2M', reason: 'a'.repeat(64), expires: EXPIRES, notifyAfterDays: 30 },
    ...{ layer: 'inner' as const, digest: 'b'.repeat(64) },
  };
  for (const value of ['C1\nalias OTHER', 'C1 ', '', 'C\u00a01', 'C\r1'])
    expect(() => openingStatement({ ...opening, case: value })).toThrow('words without spaces');
});
