import { clearanceOf, type Person, type Project, projectsOf } from './organisation.ts';
import { logSessions, moment, type Presence } from './presence.ts';
import { mix, Random } from './random.ts';
import { type Collection, type Document, someWords } from './register.ts';
import { EXCHANGE, EXTENSIONS, PAPERS, SUBJECTS } from './words.ts';
import type { World } from './world.ts';

const PAPERS_AT_HAND = 14;
const LOCAL_NAMES = 24;

/**
 * A place outside the own projects. Most people go where they already help or ask (two projects a month), roles that
 * serve everybody go anywhere.
 */
function neighbour(world: World, person: Person, random: Random): Collection {
  const { active } = world.register;
  if (person.role.reach[4] > 8 || random.chance(0.2)) return random.pick(active);
  const month = Math.floor(world.day / 31) * 2 + (random.bits() & 1);
  return active[mix(world.seed ^ mix(person.index * 512 + month)) % active.length]!;
}

/** The place of a role's next document, by the shares of its `reach`. */
function reachedCollection(
  world: World,
  person: Person,
  projects: readonly Project[],
  random: Random,
): Collection | undefined {
  const { register } = world;
  let draw = random.next() * 100;
  const place = person.role.reach.findIndex((share) => {
    draw -= share;
    return draw < 0;
  });
  if (place === 0 && projects.length > 0) return register.byProject.get(random.pick(projects));
  if (place === 2) return register.common;
  if (place === 3) return random.pick(register.closed);
  if (place === 4) return neighbour(world, person, random);
  return register.byTeam.get(person.team);
}

/** A document somebody would open for ordinary work: mostly of own projects and own team, the newer the likelier. */
export function usualDocument(
  world: World,
  person: Person,
  projects: readonly Project[],
  random: Random,
): Document | undefined {
  const { register } = world;
  let collection = reachedCollection(world, person, projects, random);
  if (!collection || collection.open === 0) collection = register.common;
  if (collection.open === 0) return undefined;
  for (let tries = 0; tries < 4; tries++) {
    const draws = random.next();
    const document = collection.documents[Math.floor((1 - draws * draws) * (collection.open - 0.001))]!;
    // Share rights are wider than clearances: now and then somebody opens too much, mostly by accident.
    if (document.level <= clearanceOf(person, world.day) || random.chance(0.025)) return document;
  }
  return undefined;
}

function atHand(world: World, person: Person, projects: readonly Project[], random: Random): Document | undefined {
  const { papers } = world.desks[person.index]!;
  if (papers.length >= PAPERS_AT_HAND && random.chance(0.59))
    return papers[Math.floor(random.next() ** 1.5 * papers.length)]!;
  const document = usualDocument(world, person, projects, random);
  if (!document) return papers[0];
  if (papers.length < PAPERS_AT_HAND) papers.push(document);
  else papers[random.int(PAPERS_AT_HAND)] = document;
  return document;
}

/** Keeps a name on the own disk, so that later rows can use it again. */
export function keepLocal(world: World, person: Person, name: string, words: string, random: Random): void {
  const { local } = world.desks[person.index]!;
  if (local.length < LOCAL_NAMES) local.push({ name, words });
  else local[random.int(LOCAL_NAMES)] = { name, words };
}

export function ownName(random: Random): string {
  return `${random.pick(random.chance(0.5) ? PAPERS : SUBJECTS)}-${random.between(1, 99)}.${random.pick(EXTENSIONS)}`;
}

const half = (text: string, random: Random): string => (random.bits() & 1 ? text : '');

/** Weeks differ: a factor around 1 for this person's file work in this week, with some difference from day to day. */
function busyness(world: World, person: Person): number {
  const week = new Random(world.seed, person.index, 500_000 + Math.floor(world.day / 7)).normal(0, 0.2);
  const day = new Random(world.seed, person.index, 900_000 + world.day).normal(0, 0.22);
  return Math.exp(week + day - 0.044);
}

/** One person's ordinary day: sessions, files, media, web and mail. */
export function liveDay(world: World, person: Person): void {
  const presence = world.presence[person.index]!;
  if (!presence.here && presence.nightFrom < 0) return;
  const random = new Random(world.seed, person.index, world.day * 8 + 2);
  const projects = projectsOf(person, world.day);
  logSessions(world, person, presence, random);
  world.mail.catchUp(world, person, random);
  world.mail.write(world, person, random);
  for (let i = random.count(23.5 * person.pace[2] * presence.share); i > 0; i--) {
    world.book.web(moment(presence, random), person.id, presence.pc, world.sites.visit(person.index, random));
  }
  const files = person.role.files * person.pace[0] * presence.share * busyness(world, person);
  for (let i = random.count(files); i > 0; i--) {
    workOnFile(world, person, presence, projects, moment(presence, random), presence.pc, random);
  }
  if (random.chance(0.018 * presence.share)) helpOut(world, person, presence, random);
  if (person.usesMedia && random.chance(0.4 * presence.share)) handleMedium(world, person, presence, projects, random);
  if (presence.nightFrom >= 0) workAtNight(world, person, presence, projects, random);
}

function workOnFile(
  world: World,
  person: Person,
  presence: Presence,
  projects: readonly Project[],
  second: number,
  pc: string,
  random: Random,
): void {
  const draw = random.next();
  if (draw < 0.385) {
    workLocally(world, person, second, pc, random);
    return;
  }
  if (draw < 0.394) {
    exchange(world, person, presence, second, pc, projects, random);
    return;
  }
  const document = atHand(world, person, projects, random);
  if (!document) return;
  const words = half(someWords(document, random), random);
  const use = random.next();
  const print = person.role.print;
  let activity = 'File Open';
  if (use < print) activity = 'File Print';
  else if (use < print + 0.095) {
    activity = 'File Copy';
    keepLocal(world, person, document.base, words, random);
  } else if (use < print + 0.165 && !(document.project && document.project.to < 0)) activity = 'File Write';
  world.book.file(second, person.id, pc, document.path, activity, '', words);
}

function workLocally(world: World, person: Person, second: number, pc: string, random: Random): void {
  const { local } = world.desks[person.index]!;
  const draw = random.next();
  const fresh = local.length < 6 || random.chance(0.12);
  let name = '';
  let words = '';
  if (fresh) {
    name = ownName(random);
    words = `${random.pick(SUBJECTS)} ${random.pick(PAPERS)} ${random.pick(SUBJECTS)}`;
    keepLocal(world, person, name, words, random);
  } else ({ name, words } = random.pick(local));
  const activity =
    fresh || draw < 0.28 ? 'File Write' : draw < 0.88 ? 'File Open' : draw < 0.935 ? 'File Print' : 'File Delete';
  world.book.file(
    second,
    person.id,
    pc,
    `C:\\Users\\${person.id}\\Documents\\${name}`,
    activity,
    '',
    half(words, random),
  );
}

/** Passing a file on through the folder everybody may use; a colleague of the team fetches it. */
function exchange(
  world: World,
  person: Person,
  presence: Presence,
  second: number,
  pc: string,
  projects: readonly Project[],
  random: Random,
): void {
  const document = random.chance(0.5) ? atHand(world, person, projects, random) : undefined;
  const name = document && document.level < 3 ? document.base : ownName(random);
  const words = document ? half(someWords(document, random), random) : '';
  world.book.file(second, person.id, pc, EXCHANGE + name, 'File Write', '', words);
  const other = random.pick(person.team.members);
  const there = world.presence[other.index]!;
  const later = second + random.exponential(5000);
  if (other !== person && there.here && later > there.from && later < there.to) {
    world.book.file(later, other.id, there.pc, EXCHANGE + name, 'File Open', '', words);
    if (random.chance(0.3))
      world.book.file(later + random.between(5, 90), other.id, there.pc, EXCHANGE + name, 'File Copy', '', '');
  }
  if (random.chance(0.12) && second + 9000 < presence.to) {
    world.book.file(second + random.between(4000, 9000), person.id, pc, EXCHANGE + name, 'File Delete', '', '');
  }
}

/** An errand: a review or a question from a neighbouring project, a handful of its papers in an hour or two. */
function helpOut(world: World, person: Person, presence: Presence, random: Random): void {
  const place = neighbour(world, person, random);
  if (place.open === 0) return;
  let second = moment(presence, random);
  for (let i = random.between(3, 14); i > 0 && second < presence.to; i--) {
    const document = place.documents[random.int(place.open)]!;
    if (document.level > clearanceOf(person, world.day)) continue;
    const activity = random.chance(0.12) ? 'File Copy' : random.chance(0.08) ? 'File Print' : 'File Open';
    world.book.file(
      second,
      person.id,
      presence.pc,
      document.path,
      activity,
      '',
      half(someWords(document, random), random),
    );
    second += random.between(30, 700);
  }
}

/** A stick is put in: own notes and own project papers go onto it, or something comes back. */
function handleMedium(
  world: World,
  person: Person,
  presence: Presence,
  projects: readonly Project[],
  random: Random,
): void {
  const tree = random.pick(person.media);
  const folder = tree.split(';').at(-1)!;
  let second = moment(presence, random);
  const { book } = world;
  book.device(second, person.id, presence.pc, tree, 'Connect');
  for (let i = random.count(5.4); i > 0 && second < presence.to - 60; i--) {
    second += random.between(9, 160);
    const draw = random.next();
    const { local } = world.desks[person.index]!;
    const document = draw < 0.45 ? atHand(world, person, projects, random) : undefined;
    if (draw > 0.82) {
      book.file(
        second,
        person.id,
        presence.pc,
        `C:\\Users\\${person.id}\\Documents\\${ownName(random)}`,
        'File Copy',
        'from',
        '',
      );
    } else if (document && document.level < 3) {
      const words = half(someWords(document, random), random);
      if (random.chance(0.6)) book.file(second, person.id, presence.pc, document.path, 'File Copy', 'to', words);
      else book.file(second, person.id, presence.pc, `${folder}\\${document.base}`, 'File Write', 'to', words);
    } else if (local.length > 0) {
      const { name, words } = random.pick(local);
      if (random.chance(0.7)) {
        book.file(
          second,
          person.id,
          presence.pc,
          `C:\\Users\\${person.id}\\Documents\\${name}`,
          'File Copy',
          'to',
          half(words, random),
        );
      } else book.file(second, person.id, presence.pc, `${folder}\\${name}`, 'File Write', 'to', '');
    }
  }
  book.device(Math.min(presence.to - 5, second + random.between(20, 1500)), person.id, presence.pc, tree, 'Disconnect');
}

/** Evening work: what administrators do in a maintenance window, or a little more from home. */
function workAtNight(
  world: World,
  person: Person,
  presence: Presence,
  projects: readonly Project[],
  random: Random,
): void {
  const span = presence.nightTo - presence.nightFrom;
  for (let i = random.count((person.role.night > 0 ? 9 : 4) * person.pace[0]); i > 0; i--) {
    const second = presence.nightFrom + 60 + random.next() * (span - 120);
    workOnFile(world, person, presence, projects, second, presence.nightPc, random);
  }
}

/** The nightly accounts: two back up changed documents, one reads them for the search index. */
export function runServices(world: World, random: Random): void {
  const { register, organisation, book } = world;
  const places = [...register.active, ...register.closed, ...register.byTeam.values(), register.common];
  const rows = Math.round(organisation.people.length * 0.31);
  for (const service of organisation.services) {
    for (let i = random.count(rows * (world.isFree ? 0.9 : 1)); i > 0; i--) {
      const place = random.pick(places);
      if (place.open === 0) continue;
      const document = place.documents[random.int(place.open)]!;
      const words = service.activity === 'File Open' ? half(someWords(document, random), random) : '';
      book.file(3600 + random.next() * 7400, service.id, service.server, document.path, service.activity, '', words);
    }
  }
}
