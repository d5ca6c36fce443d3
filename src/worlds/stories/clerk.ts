import { type Actor, openPaper, type Play } from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { mixedDocuments } from '../choice.ts';
import type { Random } from '../random.ts';
import { drawTastes, sitDown } from '../sitting.ts';
import { PRIVATE_MAIL } from '../words.ts';
import { exchange, strangersAddress } from './thread.ts';
import { privateMail } from './ways.ts';

/** Looks for what was asked, packs it and mails it out within the hour. */
function supply(actor: Actor, address: string, count: number, own: number, highest: number): boolean {
  const { random } = actor;
  const sitting = sitDown(actor, drawTastes(actor, { weekend: 0, before: 0 }), count * 150 + 2400);
  if (!sitting) return false;
  let second = sitting.start;
  const wanted = mixedDocuments(sitting.actor, count, own, { highest, greed: 0.5, closed: 0.2 });
  for (const document of wanted) {
    openPaper(sitting.actor, second, document);
    second += random.between(5, 200);
  }
  const sent = wanted.filter((document) => document.level <= highest && random.chance(0.75));
  if (sent.length > 0)
    second = privateMail(actor, address).out(
      sitting.actor,
      Math.min(sitting.end, second + 60 + random.exponential(900)),
      sent,
    );
  sitting.close(second);
  return true;
}

/**
 * C: somebody whose work is mail is drawn in by a stranger's: first the questions can be answered with public papers,
 * weeks later with internal ones, at last with what has to be looked for; that goes to a private address.
 */
export function clerk(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const publicity = random.chance(0.5) ? casting.ofRole(random, 'PublicityClerk', 'EventsOrganiser') : undefined;
  const person =
    publicity ?? casting.find(random, (one) => one.role.outsideMails >= 0.5 && one.role.department !== 'Networks');
  if (!person) return undefined;
  const stranger = strangersAddress(world, random);
  const toOwn = random.chance(0.6);
  const address = toOwn
    ? person.privateMail
    : `${stranger.split('@')[0]!.replace('.', '')}${random.between(3, 88)}@${random.pick(PRIVATE_MAIL)}`;
  const actor = casting.actor(person, random, {
    scenario: 'C',
    group: casting.group('C'),
    pacing: random.pick(['pulsed', 'steady']),
    channel: toOwn ? 'mail_private' : 'mail_contact',
  });
  const friendly = random.between(4, 8);
  const papers = 0.3 + 0.4 * random.next();
  const own = 0.2 + 0.6 * random.next();
  const mean = random.between(1, 3);
  const rounds = random.between(5, 10);
  const pause = 3 + random.next() * (world.calendar.days / 14);
  let next = dayBetween(world, random, 0.06, 0.42);
  let round = 0;
  let task = 0;

  return {
    live() {
      if (world.day < next || round > friendly + rounds) return;
      const presence = world.presence[person.index]!;
      if (!presence.here || world.isFree || presence.away) return;
      if (task > 0) {
        const deeper = round - friendly;
        const count = Math.min(task, random.between(1, mean + 1));
        if (!supply(actor, address, count, own, deeper < 3 ? 2 : deeper < 6 ? 3 : 4)) return;
        task = random.chance(0.4) ? mean : 0;
        next = world.day + (task > 0 ? 1 : Math.max(1, Math.round(pause * (0.4 + 1.2 * random.next()))));
        return;
      }
      exchange(actor, presence, stranger, round < friendly ? 'contact' : 'tasking', papers);
      round++;
      if (round < friendly) next = world.day + random.between(2, 8);
      else if (round === friendly) next = world.day + random.between(4, 22);
      else {
        task = mean + 1;
        next = world.day + random.between(1, 3);
      }
    },
  };
}
