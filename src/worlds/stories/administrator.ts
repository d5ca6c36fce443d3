import type { Play } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { mixedDocuments } from '../choice.ts';
import type { Random } from '../random.ts';
import { drawTastes } from '../sitting.ts';
import { type Pacing, rhythm } from './pacing.ts';
import { taking } from './taking.ts';
import { someWay } from './ways.ts';

/**
 * A: an administrator who for months collects a few documents at a time, in maintenance windows and by day, and takes
 * them away at once. Hard to see because reading anywhere at any hour is the job.
 */
export function administrator(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.ofRole(random, 'NetworkAdministrator', 'StorageAdministrator');
  if (!person) return undefined;
  const pacing: Pacing = random.pick(['low_slow', 'low_slow', 'pulsed', 'steady']);
  const way = someWay(casting.actor(person, random), random, [0.72, 0.1, 0.1, 0.08]);
  const actor = casting.actor(person, random, {
    scenario: 'A',
    group: casting.group('A'),
    pacing,
    channel: way.channel,
  });
  const { days } = world.calendar;
  const first = dayBetween(world, random, 0.06, 0.35);
  const last = Math.min(days - 2, first + Math.round(days * (0.35 + random.next() * 0.45)));
  const closed = 0.15 + 0.4 * random.next();
  const own = 0.25 * random.next();
  const greed = random.next();
  return taking(actor, {
    first,
    last,
    rhythm: rhythm(pacing, last - first, random.between(8, 22), random),
    tastes: drawTastes(actor, { night: 0.4 + 2 * random.next(), after: 0.3 * random.next() }),
    mean: random.between(5, 11),
    choose: (count) => mixedDocuments(actor, count, own, { closed, greed }),
    way,
    keeps: 0.5 + 0.4 * random.next(),
    blind: 0.3 * random.next(),
    ends: 0.5 + 0.5 * random.next(),
  });
}
