import {
  type Actor,
  carry,
  drop,
  mailOut,
  mark,
  openPaper,
  ownDocuments,
  type Play,
  sessions,
  touch,
} from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { type Person, projectsOf } from '../organisation.ts';
import { stayUntil } from '../presence.ts';
import type { Random } from '../random.ts';
import { EXCHANGE } from '../words.ts';

/** A colleague of the same department who has projects the borrower does not have. */
function colleague(casting: Casting, person: Person, random: Random): Person | undefined {
  const own = new Set(projectsOf(person, 0));
  return casting.find(
    random,
    (other) =>
      other !== person &&
      other.team.department === person.team.department &&
      projectsOf(other, 0).some((project) => !own.has(project)),
  );
}

/**
 * D: somebody signs in at a colleague's desk when that colleague has left, reads that colleague's papers and passes
 * them on to the own account through the folder everybody may use. The reading stands under an account that did nothing.
 */
export function borrower(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.assignments.length > 0 && one.role.department !== 'Networks');
  const owner = person && colleague(casting, person, random);
  if (!person || !owner) return undefined;
  const byMail = random.chance(0.5);
  person.usesMedia ||= !byMail;
  const actor = casting.actor(person, random, {
    scenario: 'D',
    group: casting.group('D'),
    pacing: random.pick(['pulsed', 'steady']),
    channel: byMail ? 'mail_private' : 'usb',
  });
  actor.part!.accounts.add(owner.id);
  const borrowed: Actor = { ...actor, person: owner };
  const first = dayBetween(world, random, 0.25, 0.55);
  const last = first + Math.round(world.calendar.days * (0.12 + random.next() * 0.2));

  return sessions(actor, { first, last, every: [3, 12] }, (presence) => {
    const other = world.presence[owner.index]!;
    if (!other.here || other.away || other.nightFrom >= 0) return;
    const begin = Math.max(other.to, presence.from) + random.between(500, 2400);
    if (begin > 79_000) return;
    stayUntil(presence, begin + 5400);
    let second = begin;
    world.book.logon(second, owner.id, other.pc, 'Logon', mark(borrowed, 'access'));
    const wanted = ownDocuments(borrowed, random.between(3, 8));
    for (const document of wanted) {
      second += random.between(25, 160);
      openPaper(borrowed, second, document);
      second += random.between(5, 40);
      drop(borrowed, second, document);
    }
    world.book.logon(second + 40, owner.id, other.pc, 'Logoff', mark(borrowed, 'access'));
    second += random.between(300, 900);
    for (const document of wanted) {
      touch(actor, second, EXCHANGE + document.base, 'File Copy', '', 'stage');
      second += random.between(4, 20);
      if (random.chance(0.7)) touch(actor, second, EXCHANGE + document.base, 'File Delete', '', 'stage');
    }
    if (byMail) mailOut(actor, second + 120, person.privateMail, wanted, random.chance(0.6));
    else carry(actor, second + 120, wanted, person.media[0]!);
  });
}
