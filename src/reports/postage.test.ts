import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { POSTAGE, PostageFault, PostOffice, price } from './postage.ts';
import { solve } from './protocol/protocol.ts';

const POLICY = { least: 3, most: 12, free: 4, burst: 20, perMinute: 60 };

test('the price never falls with the traffic, and what ten thousand in a minute cost is out of proportion', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(20_000), (one, other) => {
      expect(price(Math.min(one, other), POSTAGE)).toBeLessThanOrEqual(price(Math.max(one, other), POSTAGE));
    }),
  );
  const hashes = (count: number): number =>
    Array.from({ length: count }, (_, before) => 2 ** price(before, POSTAGE)).reduce((sum, each) => sum + each, 0);
  expect(price(0, POSTAGE)).toBe(POSTAGE.least);
  expect(hashes(10_000) / hashes(1)).toBeGreaterThan(10_000 * 200);
});

test('postage is spent once, in its time, at its office', async () => {
  const clock = manualClock('2026-01-05T10:00:00Z');
  const office = new PostOffice(clock, POLICY);
  const { challenge, bits } = office.challenge();
  const counter = await solve(challenge, bits);
  expect(() => new PostOffice(clock, POLICY).spend(challenge, counter)).toThrow('not issued here');
  expect(() => office.spend(`${'0'.repeat(32)}${challenge.slice(32)}`, counter)).toThrow('not issued here');
  office.spend(challenge, counter);
  expect(() => office.spend(challenge, counter)).toThrow('used up');
  const late = office.challenge().challenge;
  const solved = await solve(late, 12);
  clock.advance(1000);
  expect(() => office.spend(late, solved)).toThrow('expired');
});

test('challenges stored while it was quiet are too cheap in a flood', async () => {
  const clock = manualClock('2026-01-05T10:00:00Z');
  const office = new PostOffice(clock, { ...POLICY, burst: 60 });
  const stored = Array.from({ length: 60 }, () => office.challenge());
  const cheap = await Promise.all(stored.map(({ challenge, bits }) => solve(challenge, bits)));
  const outcomes = stored.map(({ challenge }, index) => {
    try {
      office.spend(challenge, cheap[index]!);
      return 'taken';
    } catch (error) {
      expect(error).toBeInstanceOf(PostageFault);
      return 'refused';
    }
  });
  // Eight come at the first price, every second until sixteen; of the others one in eight is paid for by chance.
  expect(outcomes.filter((each) => each === 'taken').length).toBeLessThan(45);
  const { challenge, bits } = office.challenge();
  expect(bits).toBeGreaterThan(POLICY.least);
  office.spend(challenge, await solve(challenge, bits));
});

test('in a flood that pays the bucket is the end, and an honest message waits a minute', async () => {
  const clock = manualClock('2026-01-05T10:00:00Z');
  const office = new PostOffice(clock, POLICY);
  for (let count = 0; count < 40; count += 1) {
    const next = office.challenge();
    const paid = await solve(next.challenge, next.bits);
    try {
      office.spend(next.challenge, paid);
    } catch (error) {
      expect((error as Error).message).toBe('Too many messages are arriving at once.');
      clock.advance(60);
      office.spend(next.challenge, paid);
      return;
    }
  }
  throw new Error('the bucket never ran dry');
});
