import { carry, mailOut, openPaper, type Play, pack, printPaper, sessions, upload } from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import { projectsOf } from '../organisation.ts';
import { draftPiece } from '../outlets.ts';
import { ownName } from '../papers.ts';
import { stayUntil } from '../presence.ts';
import type { Random } from '../random.ts';
import { exchange, strangersAddress } from '../stories/thread.ts';
import { permitted, soon } from './parts.ts';

/** Uploads drawings of a project to the portal of its partner, as agreed. */
export function partnerUpload(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const first = dayBetween(world, random, 0.1, 0.6);
  const person = casting.find(random, (one) => technical(one) && projectsOf(one, first).length > 0);
  if (!person) return undefined;
  const { partner } = projectsOf(person, first)[0]!;
  const last = first + random.between(20, 60);
  casting.innocent(person, 'partner_upload', first, last, `uploads drawings to the portal of the partner ${partner}`);
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [2, 11] }, (presence) => {
    let second = soon(presence, random);
    const papers = permitted(actor, random.between(1, 8));
    if (random.chance(0.6)) {
      for (const document of papers) {
        openPaper(actor, second, document);
        second += random.between(10, 150);
      }
    }
    if (papers.length > 0) upload(actor, second + random.between(60, 2400), papers, `portal.${partner}`);
  });
}

/** Before a tender is due: late evenings and heavy printing of own papers. */
export function tenderPrinting(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.assignments.length > 0 && one.role.department !== 'Networks');
  if (!person) return undefined;
  const first = dayBetween(world, random, 0.1, 0.85);
  const last = first + random.between(8, 15);
  casting.innocent(
    person,
    'tender_printing',
    first,
    last,
    'a tender is due: late evenings and much printing of own project papers',
  );
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [1, 2] }, (presence) => {
    stayUntil(presence, presence.to + random.between(600, 3 * 3600));
    let second = presence.to - random.between(1800, 7000);
    for (const document of permitted(actor, random.between(3, 22))) {
      openPaper(actor, second, document);
      second = Math.min(presence.to - 30, second + random.between(15, 160));
      if (random.chance(0.8)) printPaper(actor, second, document, false);
    }
  });
}

/** Mails drafts and internal forms to the own private address to go on at home. */
export function draftsHome(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, () => true);
  if (!person) return undefined;
  const first = dayBetween(world, random, 0.05, 0.5);
  const last = first + random.between(40, 110);
  casting.innocent(
    person,
    'drafts_home',
    first,
    last,
    'mails drafts and internal papers to the own private address to work at home',
  );
  const actor = casting.actor(person, random);
  const formal = 0.6 * random.next();
  const packs = 0.4 * random.next();
  return sessions(actor, { first, last, every: [1, 6] }, (presence) => {
    const second = random.between(presence.from + 300, presence.to - 60);
    const papers = permitted(actor, random.between(1, 3)).filter((document) => document.level < 2);
    if (papers.length > 0 && random.chance(formal)) {
      const packed = random.chance(packs) ? pack(actor, second, papers) : undefined;
      mailOut(actor, second + 60, person.privateMail, papers, packed);
      return;
    }
    const { path, bytes, words } = draftPiece(world, person, random);
    const body = `${bytes + random.between(900, 9000)},${path}(${bytes}),${words}`;
    world.book.email(second, person.id, presence.pc, `${person.privateMail},,,${person.email}`, 'Send', body);
  });
}

/** A long thread with somebody outside about an event: only public papers. */
export function pressThread(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.role.outsideMails >= 0.5);
  if (!person) return undefined;
  const stranger = strangersAddress(world, random);
  const first = dayBetween(world, random, 0.1, 0.7);
  const last = first + random.between(20, 80);
  casting.innocent(person, 'press_thread', first, last, 'mail thread with an organiser outside; public papers only');
  const actor = casting.actor(person, random);
  const papers = 0.2 + 0.5 * random.next();
  return sessions(actor, { first, last, every: [2, 10] }, (presence) => {
    exchange(actor, presence, stranger, 'contact', papers);
  });
}

/** Takes own papers to the field on a stick. */
export function fieldStick(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person =
    casting.find(random, (one) => one.role.department === 'FieldTrials') ?? casting.find(random, technical);
  if (!person) return undefined;
  person.temper.media = Math.max(person.temper.media, 0.03 + 0.1 * random.next());
  const first = dayBetween(world, random, 0.05, 0.5);
  const last = first + random.between(30, 80);
  casting.innocent(person, 'field_stick', first, last, 'takes own project papers to the field site on a stick');
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [4, 12] }, (presence) => {
    carry(actor, soon(presence, random), permitted(actor, random.between(5, 22)), person.media[0]!, 25);
  });
}

/** Posted abroad with an issued stick: briefing papers of current projects. */
export function postedStick(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(
    random,
    (one) =>
      ['LanguageService', 'FieldTrials', 'Purchasing'].includes(one.role.department) && one.assignments.length > 0,
  );
  if (!person) return undefined;
  person.temper.media = Math.max(person.temper.media, 0.03 + 0.1 * random.next());
  const posting = world.absences.post(person, undefined, dayBetween(world, random, -0.1, 0.3));
  const first = Math.max(0, posting.from + 5);
  const last = first + random.between(30, 120);
  casting.innocent(
    person,
    'posted_stick',
    first,
    last,
    'posted abroad; carries briefing papers of current projects on an issued stick',
  );
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [4, 11], travelling: true }, (presence) => {
    const begin = random.chance(0.4) ? presence.to - random.between(300, 1500) : soon(presence, random);
    const out = carry(actor, begin, permitted(actor, random.between(3, 12)), person.media[0]!, 25);
    stayUntil(presence, out + 60);
  });
}

/** Writes minutes and summaries of own papers for meetings. */
export function minutesRetyped(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.assignments.length > 0);
  if (!person) return undefined;
  const first = dayBetween(world, random, 0.1, 0.6);
  const last = first + random.between(30, 60);
  casting.innocent(
    person,
    'minutes_retyped',
    first,
    last,
    'writes minutes and summaries of own project papers for meetings',
  );
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [2, 5] }, (presence) => {
    let second = soon(presence, random);
    const name = `C:\\Users\\${person.id}\\Documents\\${ownName(random)}`;
    for (const document of permitted(actor, random.between(2, 5))) {
      openPaper(actor, second, document);
      second = Math.min(presence.to - 30, second + random.between(120, 800));
      world.book.file(second, person.id, presence.pc, name, 'File Write', '', document.words.slice(0, 4).join(' '));
    }
  });
}
