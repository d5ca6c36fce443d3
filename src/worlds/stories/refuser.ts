import { chat, mailIn, mailOut, type Play, publicDocuments, sessions } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import type { Random } from '../random.ts';
import { SUBJECTS } from '../words.ts';
import { strangersAddress } from './clerk.ts';

/** H: the same beginning as C, but when internal papers are asked for the answer is no, and the contact is declared. */
export function refuser(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.role.outsideMails > 0.85 && one.role.department !== 'Networks');
  if (!person) return undefined;
  const actor = casting.actor(person, random, {
    scenario: 'H',
    group: casting.group('H'),
    label: 'turned_back',
    pacing: 'thread',
    channel: 'mail_contact',
  });
  const stranger = strangersAddress(random);
  const first = dayBetween(world, random, 0.2, 0.6);
  const friendly = random.between(2, 5);
  let round = 0;

  return sessions(actor, { first, last: world.calendar.days - 1, every: [2, 9] }, (presence) => {
    if (round > friendly) return;
    const second = random.between(presence.from + 60, Math.max(presence.from + 70, presence.to - 7200));
    const answer = Math.min(presence.to - 30, second + random.between(300, 5000));
    const asked = round === friendly;
    mailIn(actor, second, stranger, chat(random, random.pick(SUBJECTS)), asked ? 'tasking' : 'contact');
    mailOut(
      actor,
      answer,
      stranger,
      asked || random.chance(0.4) ? [] : publicDocuments(actor, 1),
      false,
      asked ? 'tasking' : 'contact',
    );
    if (asked) {
      world.contacts.push({
        person,
        day: world.day + random.between(0, 2),
        context: 'mail from outside',
        note: 'asked for internal papers and got none',
      });
    }
    round++;
  });
}
