import type { Play } from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import { mixedDocuments } from '../choice.ts';
import type { Random } from '../random.ts';
import { drawTastes } from '../sitting.ts';
import { taking } from './taking.ts';
import { someWay } from './ways.ts';

/** F: everything grows by two or three per cent a day, so that a baseline that follows slowly follows it too. */
export function ramp(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  // Half of them carry things about anyway, so that the medium itself is nothing new.
  const carries = random.chance(0.6);
  const person =
    casting.find(random, (one) => technical(one) && one.temper.media > 0.15 === carries) ??
    casting.find(random, technical);
  if (!person) return undefined;
  const way = someWay(casting.actor(person, random), random, [0.75, 0.12, 0.13, 0]);
  const actor = casting.actor(person, random, {
    scenario: 'F',
    group: casting.group('F'),
    pacing: 'ramp',
    channel: way.channel,
  });
  const { days } = world.calendar;
  const first = dayBetween(world, random, 0.1, 0.35);
  const last = Math.min(days - 2, first + Math.round(days * (0.4 + random.next() * 0.25)));
  const growth = 1.017 + random.next() * 0.011;
  const begin = 0.7 + 0.6 * random.next();
  const most = random.between(3, 8);
  const own = 0.2 + 0.4 * random.next();
  const greed = random.next();
  const closed = 0.3 * random.next();
  return taking(actor, {
    first,
    last,
    rhythm: {
      gap: () => (random.chance(0.55) ? 1 : random.between(2, 6)),
      size: () =>
        Math.max(1, Math.min(most, Math.round(begin * growth ** (world.day - first) + random.normal(0, 0.7)))),
    },
    tastes: drawTastes(actor),
    mean: 3,
    choose: (count) => mixedDocuments(actor, count, own, { closed, greed }),
    way,
    keeps: 0.45 + 0.45 * random.next(),
    blind: 0.3 * random.next(),
    ends: 0.45 + 0.4 * random.next(),
  });
}
