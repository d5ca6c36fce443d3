import {
  type Actor,
  carry,
  drop,
  type Held,
  mailOut,
  mark,
  openPaper,
  type Play,
  pack,
  printPaper,
  touch,
  upload,
} from '../acts.ts';
import { type Casting, dayBetween } from '../cast.ts';
import { ownDocuments } from '../choice.ts';
import { clearanceOf, type Person, projectsOf } from '../organisation.ts';
import { stayUntil } from '../presence.ts';
import type { Random } from '../random.ts';
import { newMedium } from '../staff.ts';
import { PRIVATE_STORAGE } from '../words.ts';
import { PACINGS, type Pacing, rhythm } from './pacing.ts';

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

type Channel = 'drop_own' | 'mail_private' | 'cloud_private' | 'print';

/** Takes out what lies in the exchange folder, with the own account at the own desk. */
function takeOut(
  actor: Actor,
  start: number,
  laid: readonly Held[],
  channel: Channel,
  tree: string,
  host: string,
): number {
  const { random, person } = actor;
  if (channel === 'drop_own') return carry(actor, start, laid, tree);
  let second = start;
  for (const thing of laid) {
    touch(actor, second, thing.path, random.chance(0.7) ? 'File Copy' : 'File Open', '', 'stage');
    second += random.between(4, 60);
  }
  second += random.between(30, 900);
  const documents = laid.map((thing) => thing.document);
  if (channel === 'cloud_private') return upload(actor, second, documents, host);
  if (channel === 'mail_private') {
    mailOut(
      actor,
      second + 60,
      person.privateMail,
      documents,
      random.chance(0.7) ? pack(actor, second, documents) : undefined,
    );
    return second + 60;
  }
  for (const document of documents) {
    printPaper(actor, second, document, true);
    second += random.between(20, 120);
  }
  return second;
}

/**
 * D: somebody works at a colleague's desk in the colleague's session, at lunch or when the colleague has gone, reads that
 * colleague's papers and passes them on to the own account through the folder everybody may use. The reading stands
 * under an account that did nothing.
 */
export function borrower(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.assignments.length > 0 && one.role.department !== 'Networks');
  const owner = person && colleague(casting, person, random);
  if (!person || !owner) return undefined;
  const draw = random.next();
  const channel: Channel =
    draw < 0.55 ? 'drop_own' : draw < 0.75 ? 'mail_private' : draw < 0.92 ? 'cloud_private' : 'print';
  const pacing: Pacing = random.pick(PACINGS);
  const actor = casting.actor(person, random, { scenario: 'D', group: casting.group('D'), pacing, channel });
  actor.part!.accounts.add(owner.id);
  const tree = person.temper.media > 0 && random.chance(0.4) ? person.media[0]! : newMedium(random);
  const host = random.pick(PRIVATE_STORAGE);
  const first = dayBetween(world, random, 0.15, 0.6);
  const span = Math.round(world.calendar.days * (0.1 + random.next() * 0.25));
  const pace = rhythm(pacing, span, random.between(8, 20), random);
  const lunches = random.next();
  const mean = random.between(3, 9);
  const cleared = random.chance(0.5) ? 4 : clearanceOf(owner, first);
  let next = first;

  return {
    live() {
      if (world.day < next || world.day > first + span || world.isFree) return;
      const presence = world.presence[person.index]!;
      const other = world.presence[owner.index]!;
      if (!presence.here || presence.away || !other.here || other.away || other.nightFrom >= 0) return;
      const progress = (world.day - first) / Math.max(1, span);
      const lunch = random.chance(lunches) && other.lunchTo - other.lunchFrom > 1200;
      let second = lunch
        ? other.lunchFrom + random.between(60, 500)
        : Math.max(other.to, presence.from) + random.between(400, 3000);
      if (second > 77_000) return;
      const pc = other.pc;
      const borrowed: Actor = { ...actor, person: owner, pc };
      // At lunch the session often stands open.
      const signsOn = !lunch || random.chance(0.3);
      if (signsOn) world.book.logon(second, owner.id, pc, 'Logon', mark(borrowed, 'access'));
      const wanted = ownDocuments(borrowed, pace.size(progress, mean), cleared);
      for (const document of wanted) {
        second += random.between(10, 150);
        openPaper(borrowed, second, document);
      }
      second += random.between(60, 300);
      const laid: Held[] = [];
      for (const document of wanted) {
        if (!random.chance(0.75)) continue;
        laid.push(drop(borrowed, second, document, 'stage'));
        second += random.between(5, 45);
      }
      if (signsOn) world.book.logon(second + random.between(30, 900), owner.id, pc, 'Logoff', mark(borrowed, 'access'));
      next = world.day + pace.gap(progress);
      if (laid.length === 0) return;
      second += random.between(200, 900) + random.exponential(2200);
      stayUntil(presence, second + 1200);
      takeOut({ ...actor, pc: presence.pc }, Math.min(84_000, second), laid, channel, tree, host);
    },
  };
}
