import { carry, foreignDocuments, gather, ownDocuments, type Play } from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';

/** F: everything grows by two or three per cent a day, so that a baseline that follows slowly follows it too. */
export function ramp(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, technical);
  if (!person) return undefined;
  person.usesMedia = true;
  const actor = casting.actor(person, random, {
    scenario: 'F',
    group: casting.group('F'),
    pacing: 'ramp',
    channel: 'usb',
  });
  const first = dayBetween(world, random, 0.12, 0.35);
  const last = Math.min(
    world.calendar.days - 2,
    first + Math.round(world.calendar.days * (0.4 + random.next() * 0.25)),
  );
  const growth = 1.02 + random.next() * 0.01;
  const tree = random.pick(person.media);
  let kept: Document[] = [];
  let nextStick = first + random.between(3, 8);

  return {
    live() {
      const presence = world.presence[person.index]!;
      if (world.day < first || world.day > last || !presence.here || presence.away || world.isFree) return;
      const day = world.day - first;
      const count = Math.min(14, Math.round(1.1 * growth ** day + random.next() - 0.3));
      const foreign = Math.round(count * Math.min(0.6, day / 150));
      const wanted = [...ownDocuments(actor, count - foreign), ...foreignDocuments(actor, foreign)];
      let second = random.between(presence.from + 300, Math.max(presence.from + 400, presence.to - 5400));
      for (const document of wanted) {
        gather(actor, second, [document], [10, 60], 0.2);
        second = Math.min(presence.to - 400, second + random.between(20, 700));
      }
      kept.push(...wanted);
      if (world.day < nextStick || kept.length === 0) return;
      carry(
        actor,
        Math.max(presence.from + 60, presence.to - random.between(900, 2400)),
        kept.filter(() => random.chance(0.6)),
        tree,
        25,
      );
      kept = [];
      nextStick = world.day + random.between(4, 9);
    },
  };
}
