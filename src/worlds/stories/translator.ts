import type { Play } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { fewPlaces, mixedDocuments } from '../choice.ts';
import type { Random } from '../random.ts';
import { drawTastes } from '../sitting.ts';
import { type Pacing, rhythm } from './pacing.ts';
import { taking } from './taking.ts';
import { someWay } from './ways.ts';

/** B: a translator posted abroad who, around giving notice, reads far from the own projects and takes the findings along. */
export function translator(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.ofRole(random, 'Translator') ?? casting.ofRole(random, 'LiaisonOfficer');
  if (!person) return undefined;
  const { days } = world.calendar;
  person.notice = dayBetween(world, random, 0.5, 0.85);
  person.leaves = person.notice + random.between(24, 48);
  world.absences.post(person, undefined, dayBetween(world, random, -0.15, 0.12));
  // The posting comes with an issued medium.
  person.temper.media = Math.max(person.temper.media, 0.04 + 0.12 * random.next());
  const pacing: Pacing = random.pick(['accelerating', 'front_loaded', 'steady', 'pulsed']);
  const way = someWay(casting.actor(person, random), random, [0.72, 0.1, 0.08, 0.1]);
  const actor = casting.actor(person, random, {
    scenario: 'B',
    group: casting.group('B'),
    pacing,
    channel: way.channel,
  });
  const first = Math.max(3, person.notice - Math.min(random.between(8, 45), Math.floor(days / 4)));
  const last = Math.min(person.leaves - 2, days - 2, first + random.between(20, 60));
  const places = random.chance(0.5) ? fewPlaces(actor, random.between(5, 14)) : undefined;
  const own = 0.4 * random.next();
  const closed = 0.2 + 0.5 * random.next();
  const greed = random.next();
  return taking(actor, {
    first,
    last,
    rhythm: rhythm(pacing, last - first, random.between(7, 15), random),
    tastes: drawTastes(actor),
    mean: random.between(8, 22),
    choose: (count) => mixedDocuments(actor, count, own, places ? { places, greed } : { closed, greed }),
    way,
    keeps: 0.65 + 0.33 * random.next(),
    blind: 0.25 * random.next(),
    ends: 0.55 + 0.45 * random.next(),
    travelling: true,
  });
}
