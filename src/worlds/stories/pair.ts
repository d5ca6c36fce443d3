import { carry, copyHome, drop, foreignDocuments, openPaper, type Play, sessions, touch } from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import { stayUntil } from '../presence.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';
import { EXCHANGE } from '../words.ts';

/** G: one gathers and lays it into the exchange folder, the other fetches it and carries it out; neither does both. */
export function pair(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const gatherer = casting.find(random, technical);
  const carrier =
    gatherer &&
    casting.find(random, (person) => person.team.department !== gatherer.team.department && person.usesMedia);
  if (!gatherer || !carrier) return undefined;
  const group = casting.group('G');
  const pacing = random.pick(['accelerating', 'steady', 'pulsed']);
  const one = casting.actor(gatherer, random, { scenario: 'G', group, pacing, channel: 'drop' });
  const two = casting.actor(carrier, random, { scenario: 'G', group, pacing, channel: 'usb' });
  const first = dayBetween(world, random, 0.2, 0.45);
  const last = Math.min(
    world.calendar.days - 3,
    first + Math.round(world.calendar.days * (0.35 + random.next() * 0.25)),
  );
  let laid: Document[] = [];

  const lay = sessions(one, { first, last, every: [2, 9] }, (presence, progress) => {
    const count = random.between(2, 5) + (pacing === 'accelerating' ? Math.round(progress * 5) : 0);
    const wanted = foreignDocuments(one, count);
    let second = presence.to - random.between(600, 5400);
    for (const document of wanted) {
      openPaper(one, second, document);
      second += random.between(20, 240);
      if (random.chance(0.4)) copyHome(one, second, document);
      second += random.between(5, 30);
      drop(one, second, document);
    }
    stayUntil(presence, second + 60);
    laid.push(...wanted);
  });
  const fetch = sessions(two, { first: first + 1, last: last + 2, every: [1, 4] }, (presence) => {
    if (laid.length === 0) return;
    let second = random.between(presence.from + 120, Math.max(presence.from + 130, presence.to - 2400));
    for (const document of laid) {
      touch(two, second, EXCHANGE + document.base, 'File Copy', '', 'stage');
      second += random.between(3, 15);
      if (random.chance(0.6)) touch(two, second, EXCHANGE + document.base, 'File Delete', '', 'stage');
    }
    carry(two, Math.min(presence.to - 300, second + random.between(30, 1200)), laid, carrier.media[0]!, 20);
    laid = [];
  });
  return {
    live() {
      // The carrier looks first: what is laid today is fetched tomorrow.
      fetch.live();
      lay.live();
    },
  };
}
