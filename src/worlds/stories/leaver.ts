import { copyHome, foreignDocuments, ownDocuments, type Play, sessions, upload } from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';
import { PRIVATE_STORAGE } from '../words.ts';

/** Looks at job sites now and then until `last`. */
export function jobHunt(
  casting: Casting,
  person: Parameters<Casting['actor']>[0],
  random: Random,
  first: number,
  last: number,
): Play {
  const { world } = casting;
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [1, 5] }, (presence) => {
    for (let i = random.between(2, 9); i > 0; i--) {
      const second = random.between(presence.from, presence.to - 60);
      world.book.web(second, person.id, presence.pc, world.sites.job(random));
    }
  });
}

/** E: an engineer who leaves puts the work of years, own and some of the neighbours', into a private cloud. */
export function leaver(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, technical);
  if (!person) return undefined;
  const { days } = world.calendar;
  person.notice = dayBetween(world, random, 0.45, 0.8);
  person.leaves = person.notice + random.between(25, 50);
  const actor = casting.actor(person, random, {
    scenario: 'E',
    group: casting.group('E'),
    pacing: 'accelerating',
    channel: 'cloud_private',
  });
  const host = random.pick(PRIVATE_STORAGE);
  const first = Math.max(2, person.notice - random.between(4, 20));
  const last = Math.min(person.leaves - 1, days - 1);
  const hunt = jobHunt(
    casting,
    person,
    casting.stream('job hunt', person.index),
    Math.max(0, first - 40),
    person.notice,
  );
  let kept: Document[] = [];
  const take = sessions(actor, { first, last, every: [1, 5] }, (presence, progress) => {
    const count = 2 + Math.round(progress * random.between(3, 9));
    const wanted = [
      ...ownDocuments(actor, count),
      ...foreignDocuments(actor, random.chance(0.4) ? 2 : 0, { closed: 0.4 }),
    ];
    let second = random.between(presence.from + 600, Math.max(presence.from + 700, presence.to - 4000));
    for (const document of wanted) {
      copyHome(actor, second, document, 'collect');
      second += random.between(5, 90);
    }
    kept.push(...wanted);
    if (random.chance(0.55) || progress > 0.9) {
      upload(actor, Math.min(presence.to - 600, second + random.between(60, 3600)), kept, host, random.chance(0.4));
      kept = [];
    }
  });
  return {
    live() {
      hunt.live();
      take.live();
    },
  };
}
