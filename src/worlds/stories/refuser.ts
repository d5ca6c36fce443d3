import { type Play, sessions } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import type { Random } from '../random.ts';
import { exchange, strangersAddress } from './thread.ts';

/** H: the same beginning as C, but when more than public papers is asked for the thread ends, and mostly it is declared. */
export function refuser(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.role.outsideMails >= 0.5);
  if (!person) return undefined;
  const actor = casting.actor(person, random, {
    scenario: 'H',
    group: casting.group('H'),
    label: 'turned_back',
    pacing: 'thread',
    channel: 'mail_contact',
  });
  const stranger = strangersAddress(world, random);
  const first = dayBetween(world, random, 0.1, 0.7);
  const friendly = random.between(3, 8);
  const asks = random.chance(0.6);
  const papers = 0.2 + 0.5 * random.next();
  let round = 0;

  return sessions(actor, { first, last: world.calendar.days - 1, every: [1, 10] }, (presence) => {
    if (round > friendly) return;
    const asked = round === friendly;
    if (asked && !asks) {
      round++;
      return;
    }
    exchange(actor, presence, stranger, asked ? 'tasking' : 'contact', papers);
    if (asked && random.chance(0.7)) {
      world.contacts.push({
        person,
        day: world.day + random.between(0, 6),
        context: 'mail from outside',
        note: 'asked for internal papers and got none',
      });
    }
    round++;
  });
}
