import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addDays, daysBetween } from './day.ts';

it.each([
  ['2026-02-28', 1, '2026-03-01'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-01-01', -1, '2025-12-31'],
  ['2026-03-29', 1, '2026-03-30'],
])('%s and %i days is %s', (day, days, expected) => expect(addDays(day, days)).toBe(expected));

it('there and back again is the same day', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 36_000 }), fc.integer({ min: -9000, max: 9000 }), (start, days) => {
      const day = addDays('1990-01-01', start);
      expect(addDays(addDays(day, days), -days)).toBe(day);
      expect(daysBetween(day, addDays(day, days))).toBe(days);
    }),
  );
});
