import { chat, copyHome, foreignDocuments, mailIn, mailOut, openPaper, type Play, publicDocuments } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { stayUntil } from '../presence.ts';
import type { Random } from '../random.ts';
import type { Document } from '../register.ts';
import { NAME_ENDS, NAME_STARTS, OUTSIDE_KINDS, PRIVATE_MAIL, SUBJECTS } from '../words.ts';

/** An outside address nobody has written to before. */
export function strangersAddress(random: Random): string {
  const name = `${random.pick(NAME_STARTS)}.${random.pick(NAME_STARTS)}${random.pick(NAME_ENDS)}`.toLowerCase();
  return `${name}@${random.pick(SUBJECTS)}-${random.pick(OUTSIDE_KINDS)}.example`;
}

/**
 * C: a publicity clerk is drawn in by a stranger's mails. First the questions can be answered with public papers, weeks
 * later with internal ones, at last with what has to be looked for; these go to a private address.
 */
export function clerk(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.ofRole(random, 'PublicityClerk') ?? casting.ofRole(random, 'EventsOrganiser');
  if (!person) return undefined;
  const stranger = strangersAddress(random);
  const toOwn = random.chance(0.35);
  const drop = toOwn
    ? person.privateMail
    : `${stranger.split('@')[0]!.replace('.', '')}${random.between(3, 88)}@${random.pick(PRIVATE_MAIL)}`;
  const actor = casting.actor(person, random, {
    scenario: 'C',
    group: casting.group('C'),
    pacing: random.pick(['pulsed', 'steady']),
    channel: toOwn ? 'mail_private' : 'mail_contact',
  });
  const { days } = world.calendar;
  const friendly = random.between(3, 5);
  const pause = Math.max(2, days / random.between(22, 34));
  let next = dayBetween(world, random, 0.08, 0.28);
  let round = 0;
  let sought: Document[] = [];

  const correspond = (second: number, to: number): number => {
    const public_ = round < friendly;
    mailIn(actor, second, stranger, chat(random, random.pick(SUBJECTS)), public_ ? 'contact' : 'tasking');
    const answer = second + random.between(240, Math.max(300, Math.min(5400, to - second - 60)));
    const papers = public_ && (round > 0 || random.chance(0.5)) ? publicDocuments(actor, random.between(1, 3)) : [];
    mailOut(actor, answer, stranger, papers, false, public_ ? 'contact' : 'tasking');
    return answer;
  };

  return {
    live() {
      if (world.day < next) return;
      const presence = world.presence[person.index]!;
      if (!presence.here || world.isFree || presence.away) return;
      if (sought.length > 0) {
        // The day after the looking: pack and send, late, when the room is empty.
        const second = presence.to + random.between(60, 2400);
        stayUntil(presence, second + 600);
        mailOut(actor, second, drop, sought, random.chance(0.5));
        sought = [];
        next = world.day + Math.max(2, Math.round(pause * (0.5 + random.next())));
        round++;
        return;
      }
      const answered = correspond(presence.from + random.between(600, (presence.to - presence.from) >> 1), presence.to);
      if (round < friendly) {
        round++;
        next = world.day + Math.max(1, Math.round(pause * (0.4 + random.next())));
        return;
      }
      const deeper = round - friendly;
      sought = foreignDocuments(actor, random.between(1, 4), {
        lowest: 1,
        highest: deeper < 2 ? 1 : deeper < 5 ? 2 : 3,
      });
      let second = Math.max(answered + 600, presence.to - random.between(600, 3000));
      for (const document of sought) {
        openPaper(actor, second, document);
        second += random.between(40, 300);
        if (random.chance(0.6)) copyHome(actor, second, document);
        second += random.between(10, 60);
      }
      stayUntil(presence, second + random.between(60, 600));
      next = world.day + random.between(1, 3);
    },
  };
}
