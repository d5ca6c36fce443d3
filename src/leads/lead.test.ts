import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LEAD_LEVELS, leadLevel, scoresOf } from './lead.ts';

it.each([
  [0, 'informational'],
  [19.99, 'informational'],
  [20, 'low'],
  [59.9, 'medium'],
  [60, 'high'],
  [80, 'critical'],
  [100, 'critical'],
])('a score of %f is %s', (score, level) => expect(leadLevel(score)).toBe(level));

it('every score lies within the scores of its own level and of no other', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (score) => {
      const holding = LEAD_LEVELS.filter((level) => score >= scoresOf(level).from && score < scoresOf(level).to);
      expect(holding).toEqual([leadLevel(score)]);
    }),
  );
});
