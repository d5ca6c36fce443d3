import type { Play } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { mixedDocuments } from '../choice.ts';
import type { Random } from '../random.ts';
import { drawTastes } from '../sitting.ts';
import { type Pacing, rhythm } from './pacing.ts';
import { taking } from './taking.ts';
import { paper } from './ways.ts';

/** I: only paper leaves: a folder's worth now and then, when the printer stands alone. */
export function printer(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const prints = random.chance(0.5);
  const person =
    casting.find(
      random,
      (one) =>
        one.assignments.length > 0 && one.role.print * one.temper.print > 0.08 === prints && one.role.clearance > 1,
    ) ?? casting.find(random, () => true);
  if (!person) return undefined;
  const pacing: Pacing = random.pick(['low_slow', 'low_slow', 'steady', 'pulsed']);
  const actor = casting.actor(person, random, { scenario: 'I', group: casting.group('I'), pacing, channel: 'print' });
  const { days } = world.calendar;
  const first = dayBetween(world, random, 0.15, 0.6);
  const last = Math.min(days - 2, first + Math.round(days * (0.15 + random.next() * 0.35)));
  const own = 0.45 * random.next();
  const closed = 0.1 + 0.3 * random.next();
  const greed = random.next();
  return taking(actor, {
    first,
    last,
    rhythm: rhythm(pacing, last - first, random.between(4, 9), random),
    tastes: drawTastes(actor, { before: 0.5 * random.next(), after: 0.7 * random.next() }),
    mean: random.between(5, 14),
    choose: (count) => mixedDocuments(actor, count, own, { closed, greed }),
    way: paper(),
    keeps: 0.8 + 0.2 * random.next(),
    blind: 0.1 * random.next(),
    ends: 0.95,
  });
}
