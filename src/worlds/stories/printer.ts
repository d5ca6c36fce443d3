import { foreignDocuments, openPaper, ownDocuments, type Play, printPaper, sessions } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { stayUntil } from '../presence.ts';
import type { Random } from '../random.ts';

/** I: only paper leaves. A few sheets at the end of the day, by somebody who prints anyway. */
export function printer(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.role.print > 0.1 && one.role.department !== 'Registry');
  if (!person) return undefined;
  const actor = casting.actor(person, random, {
    scenario: 'I',
    group: casting.group('I'),
    pacing: 'low_slow',
    channel: 'print',
  });
  const first = dayBetween(world, random, 0.2, 0.55);
  const last = first + Math.round(world.calendar.days * (0.15 + random.next() * 0.25));
  return sessions(actor, { first, last, every: [2, 8] }, (presence) => {
    const wanted = [
      ...foreignDocuments(actor, random.between(1, 4), { lowest: 1 }),
      ...ownDocuments(actor, random.between(0, 2)),
    ];
    let second = random.chance(0.7) ? presence.to - random.between(0, 900) : presence.from + random.between(60, 600);
    for (const document of wanted) {
      if (random.chance(0.7)) openPaper(actor, second, document);
      second += random.between(20, 200);
      printPaper(actor, second, document, true);
      second += random.between(10, 100);
    }
    stayUntil(presence, second + random.between(30, 400));
  });
}
