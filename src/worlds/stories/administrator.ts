import { carry, foreignDocuments, gather, type Play } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { openWindow } from '../presence.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';

/**
 * A: an administrator who collects for months or years in maintenance windows, a few documents each time, and now and
 * then takes them away on a private stick. Hard to see because reading anywhere at night is the job.
 */
export function administrator(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.ofRole(random, 'NetworkAdministrator', 'StorageAdministrator');
  if (!person) return undefined;
  person.usesMedia = true;
  const slow = random.chance(0.6);
  const actor = casting.actor(person, random, {
    scenario: 'A',
    group: casting.group('A'),
    pacing: slow ? 'low_slow' : 'pulsed',
    channel: 'usb',
  });
  const first = dayBetween(world, random, 0.08, 0.3);
  const every = Math.max(4, slow ? world.calendar.days / 22 : world.calendar.days / 14);
  const tree = random.pick(person.media);
  let next = first;
  let pulse = random.between(2, 4);
  let kept: Document[] = [];

  return {
    live() {
      const presence = world.presence[person.index]!;
      if (world.day < next || presence.away) return;
      if (presence.nightFrom < 0) {
        // Ordinary windows are rare; after a week of waiting the administrator announces one.
        if (world.day < next + 7 || !presence.here || world.isFree) return;
        openWindow(presence, person, random);
        if (presence.nightFrom < 0) return;
      }
      let second = presence.nightFrom + random.between(300, 1500);
      const wanted = foreignDocuments(actor, random.between(4, slow ? 9 : 15));
      second = gather(actor, second, wanted, [20, 260], 0.45);
      kept.push(...wanted);
      if (--pulse <= 0) {
        const taken = kept.filter(() => random.chance(0.85));
        carry(actor, second + random.between(60, 900), taken, tree);
        kept = [];
        pulse = random.between(2, 5);
      }
      presence.nightTo = Math.min(86_200, Math.max(presence.nightTo, second + 1800 + kept.length * 40));
      next = world.day + Math.round(every * (0.5 + random.next()));
    },
  };
}
