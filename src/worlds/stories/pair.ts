import { carry, drop, type Held, openPaper, type Play, touch, upload } from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import { mixedDocuments } from '../choice.ts';
import { ownName } from '../papers.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';
import { drawTastes, sitDown } from '../sitting.ts';
import { newMedium } from '../staff.ts';
import { PRIVATE_STORAGE } from '../words.ts';
import { PACINGS, type Pacing, rhythm } from './pacing.ts';

/** G: one gathers and lays it into the exchange folder, the other fetches it and carries it out; neither does both. */
export function pair(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const gatherer = casting.find(random, technical);
  const carries = random.chance(0.65);
  const carrier =
    gatherer &&
    casting.find(
      random,
      (person) => person.team.department !== gatherer.team.department && person.temper.media > 0.05 === carries,
    );
  if (!gatherer || !carrier) return undefined;
  const group = casting.group('G');
  const pacing: Pacing = random.pick(PACINGS);
  const uploads = random.chance(0.25);
  const one = casting.actor(gatherer, random, { scenario: 'G', group, pacing, channel: 'drop' });
  const two = casting.actor(carrier, random, {
    scenario: 'G',
    group,
    pacing,
    channel: uploads ? 'cloud_private' : 'usb',
  });
  const { days } = world.calendar;
  const first = dayBetween(world, random, 0.12, 0.45);
  const last = Math.min(days - 4, first + Math.round(days * (0.3 + random.next() * 0.35)));
  const pace = rhythm(pacing, last - first, random.between(14, 44), random);
  const mean = random.between(2, 4);
  const tastes = drawTastes(one);
  const otherTastes = drawTastes(two);
  const own = 0.4 * random.next();
  const want = { closed: 0.35 * random.next(), greed: random.next() };
  const dull = random.next() * 0.8;
  const keeps = 0.6 + 0.4 * random.next();
  const tree = carries ? carrier.media[0]! : newMedium(random);
  const host = random.pick(PRIVATE_STORAGE);
  const seen = new Set<Document>();
  let gathered: Document[] = [];
  let laid: Held[] = [];
  let next = first;
  let fetchOn = 0;

  const gather = (): void => {
    if (world.day < next || world.day > last || world.presence[gatherer.index]!.away) return;
    const progress = (world.day - first) / Math.max(1, last - first);
    const count = pace.size(progress, mean);
    const sitting = sitDown(one, tastes, count * 120 + 900);
    if (!sitting) return;
    let second = sitting.start;
    for (const document of mixedDocuments(one, count, own, want)) {
      if (seen.has(document)) continue;
      seen.add(document);
      openPaper(sitting.actor, second, document);
      second += random.between(8, 200);
      if (random.chance(keeps)) gathered.push(document);
    }
    if (gathered.length > 3 || random.chance(0.3)) {
      second += 60 + random.exponential(700);
      for (const document of gathered) {
        const base = random.chance(dull) ? ownName(random) : document.base;
        laid.push(drop(sitting.actor, Math.min(85_500, second), document, 'hand_over', base));
        second += random.between(8, 60);
      }
      gathered = [];
      if (fetchOn <= world.day) fetchOn = world.day + random.between(1, random.chance(0.7) ? 2 : 7);
    }
    sitting.close(second);
    next = world.day + pace.gap(progress);
  };

  const fetch = (): void => {
    if (laid.length === 0 || world.day < fetchOn || world.presence[carrier.index]!.away) return;
    const sitting = sitDown(two, otherTastes, laid.length * 120 + 900);
    if (!sitting) return;
    let second = sitting.start;
    for (const thing of laid) {
      if (random.chance(0.6))
        touch(sitting.actor, second, thing.path, random.chance(0.5) ? 'File Copy' : 'File Open', '', 'collect');
      second += random.between(4, 60);
    }
    second += random.between(20, 400);
    if (uploads) {
      second = upload(
        sitting.actor,
        second,
        laid.map((thing) => thing.document),
        host,
      );
    } else second = carry(sitting.actor, second, laid, tree);
    laid = [];
    sitting.close(second);
  };

  return {
    live() {
      // The carrier looks first: what is laid today is fetched another day.
      fetch();
      gather();
    },
  };
}
