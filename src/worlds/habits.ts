import { clearanceOf, type Person, type Project, projectsOf } from './organisation.ts';
import { liveOutlets } from './outlets.ts';
import { atHand, homeWords, keepLocal, neighbour, ownName, shown } from './papers.ts';
import { logSessions, moment, type Presence } from './presence.ts';
import { Random } from './random.ts';
import { someWords } from './register.ts';
import { EXCHANGE } from './words.ts';
import type { World } from './world.ts';

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
  if (random.chance(world.organisation.climate.errands * presence.share)) helpOut(world, person, presence, random);
  liveOutlets(world, person, presence, random);
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
  if (draw < 0.391) {
    exchange(world, person, presence, second, pc, projects, random);
    return;
  }
  const document = atHand(world, person, projects, random);
  if (!document) return;
  const words = shown(someWords(document, random), random);
  const use = random.next();
  const print = Math.min(0.45, person.role.print * person.temper.print);
  let activity = 'File Open';
  if (use < print) activity = 'File Print';
  else if (use < print + 0.095) {
    activity = 'File Copy';
    keepLocal(world, person, { name: document.base, words, copy: true }, random);
  } else if (use < print + 0.165 && !(document.project && document.project.to < 0)) activity = 'File Write';
  world.book.file(second, person.id, pc, document.path, activity, '', words);
}

function workLocally(world: World, person: Person, second: number, pc: string, random: Random): void {
  const { local } = world.desks[person.index]!;
  const draw = random.next();
  const fresh = local.length < 6 || random.chance(0.17);
  let name = '';
  let words = '';
  if (fresh) {
    // A copy of a paper at hand, or a note of one's own.
    const { papers } = world.desks[person.index]!;
    const paper = papers.length > 0 && random.chance(0.42) ? random.pick(papers) : undefined;
    name = paper?.base ?? ownName(random);
    words = paper ? someWords(paper, random) : homeWords(world, person, random);
    keepLocal(world, person, { name, words, copy: paper !== undefined }, random);
  } else ({ name, words } = random.pick(local));
  const activity =
    fresh || draw < 0.24
      ? 'File Write'
      : draw < 0.24 + 0.065 * Math.min(6, person.temper.print)
        ? 'File Print'
        : draw < 0.94
          ? 'File Open'
          : 'File Delete';
  world.book.file(
    second,
    person.id,
    pc,
    `C:\\Users\\${person.id}\\Documents\\${name}`,
    activity,
    '',
    shown(words, random),
  );
}

/** Passing a file on through the folder everybody may use; a colleague of the team or the project fetches it. */
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
  const words = document ? shown(someWords(document, random), random) : '';
  world.book.file(second, person.id, pc, EXCHANGE + name, 'File Write', '', words);
  const near = projects.length > 0 && random.chance(0.35) ? random.pick(projects).members : person.team.members;
  const other = random.pick(near);
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
      shown(someWords(document, random), random),
    );
    second += random.between(30, 700);
  }
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
  for (let i = random.count(Math.min(9, span / 450) * person.pace[2]); i > 0; i--) {
    const second = presence.nightFrom + 20 + random.next() * (span - 40);
    world.book.web(second, person.id, presence.nightPc, world.sites.visit(person.index, random));
  }
  for (let i = random.count(Math.min(person.role.night > 0 ? 9 : 5, span / 700) * person.pace[0]); i > 0; i--) {
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
      const words = service.activity === 'File Open' ? shown(someWords(document, random), random) : '';
      book.file(3600 + random.next() * 7400, service.id, service.server, document.path, service.activity, '', words);
    }
  }
}
