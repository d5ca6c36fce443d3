import { type Play, sessions } from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import { mixedDocuments } from '../choice.ts';
import type { Person } from '../organisation.ts';
import type { Random } from '../random.ts';
import { drawTastes } from '../sitting.ts';
import { type Pacing, rhythm } from './pacing.ts';
import { taking } from './taking.ts';
import { someWay } from './ways.ts';

/** Looks at job sites now and then until `last`. */
export function jobHunt(casting: Casting, person: Person, random: Random, first: number, last: number): Play {
  const { world } = casting;
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [1, 7] }, (presence) => {
    for (let i = random.between(2, 9); i > 0; i--) {
      const second = random.between(presence.from, presence.to - 60);
      world.book.web(second, person.id, presence.pc, world.sites.job(random));
    }
  });
}

/** E: an engineer who leaves takes the work of years along, own and some of the neighbours', in the last weeks. */
export function leaver(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, technical);
  if (!person) return undefined;
  const { days } = world.calendar;
  person.notice = dayBetween(world, random, 0.35, 0.82);
  person.leaves = person.notice + random.between(25, 50);
  const pacing: Pacing = random.pick(['accelerating', 'accelerating', 'steady', 'front_loaded']);
  const way = someWay(casting.actor(person, random), random, [0.2, 0.68, 0.12, 0]);
  const actor = casting.actor(person, random, {
    scenario: 'E',
    group: casting.group('E'),
    pacing,
    channel: way.channel,
  });
  const first = Math.max(2, person.notice + random.between(-12, 10));
  const last = Math.min(person.leaves - 1, days - 1, first + random.between(16, 42));
  const own = 0.6 + 0.35 * random.next();
  const greed = random.next();
  const take = taking(actor, {
    first,
    last,
    rhythm: rhythm(pacing, last - first, random.between(13, 27), random),
    tastes: drawTastes(actor),
    mean: random.between(6, 15),
    choose: (count) => mixedDocuments(actor, count, own, { closed: 0.3, greed }),
    way,
    keeps: 0.75 + 0.25 * random.next(),
    blind: 0.15 * random.next(),
    ends: 0.55 + 0.45 * random.next(),
  });
  if (random.chance(0.3)) return take;
  const since = Math.max(0, person.notice - random.between(10, 50));
  const hunt = jobHunt(casting, person, casting.stream('job hunt', person.index), since, person.notice);
  return {
    live() {
      hunt.live();
      take.live();
    },
  };
}
