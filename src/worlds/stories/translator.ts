import { carry, foreignDocuments, gather, type Play, printPaper } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { stayUntil } from '../presence.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';

/**
 * B: a translator posted abroad who, in the weeks before giving notice, reads outside the own projects at the end of the
 * day and takes the findings along on the issued stick.
 */
export function translator(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.ofRole(random, 'Translator') ?? casting.ofRole(random, 'LiaisonOfficer');
  if (!person) return undefined;
  person.usesMedia = true;
  const { days } = world.calendar;
  person.notice = dayBetween(world, random, 0.62, 0.85);
  person.leaves = person.notice + random.between(24, 48);
  world.absences.post(person, undefined, dayBetween(world, random, -0.15, 0.12));
  const pacing = random.pick(['accelerating', 'front_loaded', 'steady']);
  const prints = random.chance(0.25);
  const actor = casting.actor(person, random, {
    scenario: 'B',
    group: casting.group('B'),
    pacing,
    channel: prints ? 'usb;print' : 'usb',
  });
  const first = Math.max(3, person.notice - Math.min(random.between(18, 50), Math.floor(days / 4)));
  const last = Math.min(person.leaves - 2, days - 2);
  const tree = person.media[0]!;
  let next = first;
  let kept: Document[] = [];

  return {
    live() {
      if (world.day < next || world.day > last) return;
      const presence = world.presence[person.index]!;
      if (!presence.here || world.isFree) return;
      const progress = (world.day - first) / Math.max(1, last - first);
      const weight = pacing === 'accelerating' ? 0.6 + progress : pacing === 'front_loaded' ? 1.5 - progress : 1;
      const begin = presence.to - random.between(0, 2400);
      if (!stayUntil(presence, presence.to + random.between(1500, 5400))) return;
      const wanted = foreignDocuments(actor, Math.round(random.between(3, 9) * weight), { closed: 0.35 });
      let second = gather(actor, begin, wanted, [15, 150], 0.35);
      kept.push(...wanted);
      if (random.chance(0.6) || world.day > last - 6) {
        const [onPaper, onStick] = prints ? [kept.slice(0, 3), kept.slice(3)] : [[], kept];
        for (const document of onPaper) {
          printPaper(actor, second, document, true);
          second += random.between(30, 200);
        }
        second = carry(actor, second + random.between(30, 300), onStick, tree, 30);
        kept = [];
      }
      stayUntil(presence, second + random.between(60, 900));
      next = world.day + random.between(2, 6);
    },
  };
}
