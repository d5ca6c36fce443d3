import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, house } from '../../test/cases.ts';
import { formatVerifierKey, generateKey, parsePolicy } from '../ledger/ledger.ts';
import { type Bundle, bundleOf } from './bundle.ts';
import { verifyBundle } from './check.ts';
import { personLooking } from './work.ts';

let at: House;
let good: Bundle;
let other: Bundle;
const PLAN = Buffer.from('the plan of the handover');

beforeAll(async () => {
  at = await house();
  [other, good] = [await exported('SUB0001'), await exported('SUB0002')];
});
afterAll(() => at.close());

async function exported(user: string): Promise<Bundle> {
  const id = await at.opened(user);
  const sha256 = createHash('sha256').update(PLAN).digest('hex');
  await at.step('otto', id, { kind: 'evidence', sha256, what: '移交计划', origin: 'project office', supports: ['H1'] });
  const part = { offset: 0, size: PLAN.length, base64: PLAN.toString('base64') };
  await at.as('otto')('POST', `/api/cases/${id}/evidence/E1`, part);
  await at.step('otto', id, { kind: 'note', text: 'a "quoted"\nline \u2028 and 第二行 \\ 😀' });
  await at.step('otto', id, { kind: 'effect', effect: 'watch', text: 'for a month' });
  await at.step('otto', id, {
    kind: 'propose',
    outcome: 'cleared',
    reasons: 'it was in the plan',
    considered: { H1: 'so it is' },
  });
  await at.step('piet', id, { kind: 'decide', reasons: 'agreed' });
  return await bundleOf(at.cases, await personLooking(at.cases, at.accounts.get('otto')!), id);
}

const nothing = () => undefined;
const verify = (bundle: unknown, bytes: (sha256: string) => Buffer | undefined = nothing) =>
  verifyBundle(typeof bundle === 'string' ? bundle : JSON.stringify(bundle), bytes);
const changed = (change: (bundle: Bundle) => unknown): Bundle => {
  const copy = structuredClone(good);
  change(copy);
  return copy;
};
const why = (bundle: unknown): string => {
  try {
    verify(bundle);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it passes';
};
type Steps = { step: Record<string, unknown> }[] & Bundle['steps'];

describe('a bundle', () => {
  it('is verified by itself, and against a policy', () => {
    const found = verify(good);
    expect(found).toMatchObject({ case: good.case, steps: 12, evidence: 1, origin: 'example.org/log', ownKey: true });
    const policy = parsePolicy(`log ${good.verifier_key}\nquorum none\n`);
    expect(verifyBundle(JSON.stringify(good), nothing, policy)).toMatchObject({ ownKey: false });
    const stranger = parsePolicy(`log ${formatVerifierKey(generateKey('example.org/log', 'note'))}\nquorum none\n`);
    expect(() => verifyBundle(JSON.stringify(good), nothing, stranger)).toThrow(/not signed by a log of the policy/);
  });

  it('takes bytes that lie beside it', () => {
    const bare = changed(({ evidence }) => delete evidence[0]!.base64);
    expect(verify(bare, () => PLAN)).toMatchObject({ evidence: 1 });
    expect(why(bare)).toMatch(/evidence E1 is missing/);
    expect(() => verify(bare, () => Buffer.from('another plan'))).toThrow(/evidence E1 was changed/);
  });

  it.each<[string, (bundle: Bundle) => unknown, RegExp]>([
    [
      'a word of a step',
      ({ steps }) => ((steps as Steps)[7]!.step.text = 'he is guilty'),
      /step 8 is shown with other words/,
    ],
    [
      'a word of a step and of its row',
      ({ steps }) => {
        (steps as Steps)[7]!.step.text = 'x';
        steps[7]!.content = steps[7]!.content.replace(/"text": ".*?"}/, '"text": "x"}');
      },
      /step 8 is not what its entry/,
    ],
    [
      'who took a step',
      ({ steps }) => (steps[8]!.by = steps[9]!.by = good.steps.at(-3)!.by),
      /step 9 is shown as another/,
    ],
    [
      'when it was taken',
      ({ steps }) => (steps[3]!.at = '2026-03-02T08:00:01.000Z'),
      /step 4 is shown with another time/,
    ],
    ['its kind', ({ steps }) => ((steps as Steps)[7]!.step.kind = 'decide'), /step 8 is shown as another/],
    ['a salt', ({ steps }) => (steps[2]!.salt = '0'.repeat(64)), /step 3 is not what its entry/],
    [
      'a proof of another step',
      ({ steps }) => (steps[2]!.proof = steps[3]!.proof),
      /step 3 is proven by an entry about something else/,
    ],
    ['a step left out', ({ steps }) => steps.splice(4, 1), /step 5 is missing/],
    ['the clearing left out', ({ steps }) => steps.splice(-3), /something was left out, added or changed/],
    ['a step added twice', ({ steps }) => steps.push({ ...steps.at(-1)!, n: 13 }), /step 13/],
    [
      'a step of another case',
      ({ steps }) => (steps[4] = other.steps[4]!),
      /step 5 is proven by an entry about something else/,
    ],
    [
      'a byte of evidence',
      ({ evidence }) => (evidence[0]!.base64 = Buffer.from('the plan of a handover!!').toString('base64')),
      /evidence E1 was changed/,
    ],
    ['evidence left out', ({ evidence }) => evidence.pop(), /evidence E1 is missing, although/],
    ['a name', ({ names, steps }) => (names[steps[0]!.by] = 'olga'), /left out, added or changed/],
    ['the alias', (bundle) => (bundle.alias = other.alias), /left out, added or changed/],
    [
      'the export of another case',
      (bundle) => (bundle.proof = other.proof),
      /the export is proven by an entry about something else/,
    ],
    ['another case', (bundle) => (bundle.case = other.case), /the export is proven by an entry about something else/],
    [
      'another key',
      (bundle) => (bundle.verifier_key = formatVerifierKey(generateKey('example.org/log', 'note'))),
      /not signed/,
    ],
    ['a field more', (bundle) => Object.assign(bundle, { note: 'x' }), /is not what a bundle has there/],
  ])('is refused with %s changed, and says where', (_, change, reason) => {
    expect(why(changed(change))).toMatch(reason);
  });

  it('is refused with any one sign changed', () => {
    const text = JSON.stringify(good);
    const place = fc.integer({ min: 0, max: text.length - 1 });
    fc.assert(
      fc.property(place, fc.constantFrom('0', 'a', 'Z', '"', ' ', '{', '\\'), (position, sign) => {
        fc.pre(text[position] !== sign);
        const mutated = text.slice(0, position) + sign + text.slice(position + 1);
        expect(() => verify(mutated)).toThrow(/The bundle does not hold/);
      }),
      { numRuns: 300 },
    );
  });
});

it('a step that was changed behind the program’s back is not exported', async () => {
  const { sql } = await import('kysely');
  const run = (text: string) => sql.raw(text).execute(at.data.casework);
  await run('alter table case_steps disable trigger all');
  await run(`update case_steps set step = jsonb_set(step, '{reasons}', '"x"') where kind = 'decide'`);
  await run('alter table case_steps enable trigger all');
  const person = await personLooking(at.cases, at.accounts.get('otto')!);
  await expect(bundleOf(at.cases, person, good.case)).rejects.toThrow(/is not what the ledger says of it/);
});
