import {
  type Actor,
  carry,
  copyHome,
  drop,
  type Held,
  openPaper,
  type Play,
  printPaper,
  sessions,
  touch,
} from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import { foreignDocuments } from '../choice.ts';
import { ownName } from '../papers.ts';
import { stayUntil } from '../presence.ts';
import type { Random } from '../random.ts';
import type { Collection, Document } from '../register.ts';
import { both, ownReading, permitted, soon } from './parts.ts';

/** Any documents of a place, for work that does not choose. */
function anyDocuments(actor: Actor, places: readonly Collection[], count: number): Document[] {
  const found = new Set<Document>();
  for (let tries = 0; found.size < count && tries < count * 5; tries++) {
    const place = actor.random.pick(places);
    if (place.open > 0) found.add(place.documents[actor.random.int(place.open)]!);
  }
  return [...found];
}

/** Opens documents at night to see whether restored files are whole; copies nothing. */
export function restoreChecks(casting: Casting, random: Random): Play | undefined {
  const most = random.between(3, 16);
  return nightWork(
    casting,
    random,
    'restore_checks',
    'opens documents at night to check restores; copies nothing',
    (actor, start) => {
      const { register } = actor.world;
      let second = start;
      for (const document of anyDocuments(actor, [...register.active, ...register.closed], random.between(1, most))) {
        openPaper(actor, second, document);
        second += random.between(20, 240);
      }
      return second;
    },
  );
}

/** Moves shares: copies whole folders to a transfer disk in maintenance windows; ordered, and logged on paper. */
export function nightMigration(casting: Casting, random: Random): Play | undefined {
  const tree = 'R:\\;R:\\TRANSFER;R:\\LISTS';
  const most = random.between(8, 30);
  return nightWork(
    casting,
    random,
    'night_migration',
    'share migration: copies to a transfer disk in maintenance windows, by order',
    (actor, start) => {
      const { register } = actor.world;
      const place = random.pick(register.active);
      return carry(actor, start, anyDocuments(actor, [place], random.between(2, most)), tree, 90);
    },
  );
}

function nightWork(
  casting: Casting,
  random: Random,
  kind: string,
  why: string,
  act: (actor: Actor, start: number) => number,
): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, (one) => one.role.night > 0);
  if (!person) return undefined;
  const first = dayBetween(world, random, 0.05, 0.35);
  const last = first + Math.round(world.calendar.days * (0.3 + random.next() * 0.4));
  const often = 0.3 + 0.7 * random.next();
  casting.innocent(person, kind, first, last, why);
  const actor = casting.actor(person, random);
  return {
    live() {
      const presence = world.presence[person.index]!;
      if (world.day < first || world.day > last || presence.nightFrom < 0 || !random.chance(often)) return;
      const end = act(actor, presence.nightFrom + random.between(200, 1500));
      presence.nightTo = Math.min(86_200, Math.max(presence.nightTo, end + 300));
    },
  };
}

/** Moves the papers of closed projects to the offline archive disk. */
export function archiveDigitising(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.ofRole(random, 'Archivist', 'RegistryClerk');
  if (!person) return undefined;
  const first = dayBetween(world, random, 0.05, 0.5);
  const last = first + random.between(40, 110);
  casting.innocent(
    person,
    'archive_digitising',
    first,
    last,
    'moves papers of closed projects to the offline archive disk',
  );
  const actor = casting.actor(person, random);
  const most = random.between(10, 30);
  const rest = random.between(5, 12);
  return sessions(actor, { first, last, every: [1, rest] }, (presence) => {
    const papers = anyDocuments(actor, [random.pick(world.register.closed)], random.between(3, most));
    carry(actor, soon(presence, random), papers, 'R:\\;R:\\ARCHIVE-A;R:\\ARCHIVE-B', 90);
  });
}

/** Writes a guide for newcomers from the papers of old projects. */
export function mentorOldFiles(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, technical);
  if (!person) return undefined;
  const first = dayBetween(world, random, 0.15, 0.7);
  const last = first + random.between(20, 45);
  casting.innocent(person, 'mentor_old_files', first, last, 'writes a guide for newcomers from old project papers');
  const places = random.shuffle(world.register.closed).slice(0, random.between(1, 5));
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [1, 5] }, (presence) => {
    let second = soon(presence, random);
    for (const document of anyDocuments(actor, places, random.between(3, 18))) {
      openPaper(actor, second, document);
      second = Math.min(presence.to - 30, second + random.between(30, 400));
      if (random.chance(0.2)) copyHome(actor, second, document);
      else if (random.chance(0.15)) printPaper(actor, second, document, false);
    }
  });
}

/** A duty that grows for months, inside own projects. */
export function growingDuty(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, technical);
  if (!person) return undefined;
  const first = dayBetween(world, random, 0.1, 0.3);
  const last = Math.min(world.calendar.days - 1, first + Math.round(world.calendar.days * 0.6));
  casting.innocent(
    person,
    'growing_duty',
    first,
    last,
    'a growing duty inside own projects; volume rises slowly for months',
  );
  const actor = casting.actor(person, random);
  const most = random.between(6, 12);
  const growth = 1.016 + 0.01 * random.next();
  const carries = 0.03 + 0.15 * random.next();
  const prints = 0.1 * random.next();
  return sessions(actor, { first, last, every: [1, 3] }, (presence) => {
    const count = Math.min(most, Math.round(0.9 * growth ** (world.day - first)));
    ownReading(actor, presence, count);
    if (random.chance(prints))
      for (const document of permitted(actor, count)) printPaper(actor, soon(presence, random), document, false);
    if (random.chance(carries)) carry(actor, soon(presence, random), permitted(actor, 1 + count), person.media[0]!);
  });
}

/** Registry: signed copies of papers of all projects are printed for the paper file. */
export function registryPrinting(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.ofRole(random, 'RegistryClerk');
  if (!person) return undefined;
  const first = dayBetween(world, random, 0.05, 0.7);
  const last = first + random.between(15, 45);
  casting.innocent(
    person,
    'registry_printing',
    first,
    last,
    'prints signed copies of papers of all projects for the paper file',
  );
  const most = random.between(8, 26);
  const actor = casting.actor(person, random);
  return sessions(actor, { first, last, every: [1, 4] }, (presence) => {
    let second = soon(presence, random);
    for (const document of anyDocuments(actor, world.register.active, random.between(2, most))) {
      printPaper(actor, second, document, false);
      second = Math.min(presence.to - 10, second + random.between(20, 200));
    }
  });
}

/** Works in another's session by agreement and prints papers for meetings. */
export function deputySession(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.ofRole(random, 'Secretary', 'PersonnelOfficer');
  const chief = person && casting.find(random, (one) => one === one.team.lead && one.assignments.length > 0);
  if (!person || !chief) return undefined;
  const first = dayBetween(world, random, 0.05, 0.3);
  const last = first + Math.round(world.calendar.days * 0.6);
  casting.innocent(
    person,
    'deputy_session',
    first,
    last,
    `works in the session of ${chief.id} by agreement and prints papers for meetings`,
  );
  const deputy = casting.actor(person, random);
  const session: Actor = { ...deputy, person: chief };
  const prints = 0.1 + 0.5 * random.next();
  const passes = 0.3 * random.next();
  return sessions(deputy, { first, last, every: [2, 14] }, (presence) => {
    const other = world.presence[chief.index]!;
    const pc = other.here ? other.pc : `PC-${chief.machine}`;
    const gone = random.chance(0.4) ? other.to + random.between(600, 4000) : other.lunchFrom + 60;
    let second = other.here ? gone : soon(presence, random);
    world.book.logon(second, chief.id, pc, 'Logon');
    for (const document of permitted(session, random.between(1, 7))) {
      second += random.between(20, 120);
      world.book.file(second, chief.id, pc, document.path, 'File Open', '', '');
      second += random.between(10, 60);
      if (random.chance(prints)) world.book.file(second, chief.id, pc, document.path, 'File Print', '', '');
      else if (random.chance(passes)) drop(session, second, document, 'hand_over');
    }
    world.book.logon(second + 60, chief.id, pc, 'Logoff');
  });
}

/** Two prepare a presentation: one collects in the exchange folder, the other takes the stick. */
export function pairPresentation(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const first = dayBetween(world, random, 0.2, 0.6);
  const one = casting.find(random, technical);
  const other =
    one &&
    casting.find(
      random,
      (person) =>
        person !== one && person.assignments.some((a) => one.assignments.some((b) => a.project === b.project)),
    );
  if (!one || !other) return undefined;
  const last = first + random.between(20, 75);
  const why = 'prepare a presentation together: one collects in the exchange folder, the other takes the stick';
  for (const person of [one, other]) casting.innocent(person, 'pair_presentation', first, last, why);
  const collector = casting.actor(one, random);
  const carrier = casting.actor(other, random);
  let laid: Held[] = [];
  const dull = 0.5 * random.next();
  const lay = sessions(collector, { first, last, every: [2, 7] }, (presence) => {
    let second = soon(presence, random);
    const papers = permitted(collector, random.between(2, 8));
    for (const document of papers) {
      openPaper(collector, second, document);
      second = Math.min(presence.to - 20, second + random.between(20, 200));
      laid.push(drop(collector, second, document, 'hand_over', random.chance(dull) ? ownName(random) : document.base));
    }
  });
  const fetch = sessions(carrier, { first: first + 1, last: last + 3, every: [1, 4] }, (presence) => {
    if (laid.length === 0) return;
    let second = soon(presence, random);
    for (const thing of laid) {
      touch(carrier, second, thing.path, 'File Copy', '', 'stage');
      second += random.between(3, 15);
    }
    stayUntil(presence, carry(carrier, second + 60, laid, other.media[0]!) + 30);
    laid = [];
  });
  return both(fetch, lay);
}

/** Opens a decoy out of curiosity. No document leaves, but the opening is labelled. */
export function decoyCuriosity(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const day = dayBetween(world, random, 0.2, 0.95);
  const decoys = world.register.decoys.filter((decoy) => decoy.registered < day);
  const person = casting.find(random, () => true);
  if (!person || decoys.length === 0) return undefined;
  const actor = casting.actor(person, random, {
    scenario: 'K',
    group: casting.group('K'),
    pacing: 'once',
    channel: '',
  });
  casting.innocent(person, 'decoy_curiosity', day, day + 6, 'opened a decoy out of curiosity and took nothing');
  let opened = false;
  return sessions(actor, { first: day, last: day + 6, every: [1, 2] }, (presence) => {
    if (opened) return;
    const second = soon(presence, random);
    openPaper(actor, second, random.pick(decoys), 'curiosity');
    for (const document of foreignDocuments({ ...actor, part: undefined }, 2, { highest: 1 })) {
      openPaper({ ...actor, part: undefined }, second + random.between(20, 600), document);
    }
    opened = true;
  });
}
