import { clearanceOf, type Person, type Project, projectsOf } from './organisation.ts';
import { atHand, homeWords, ownName, ownNote, shown } from './papers.ts';
import { moment, type Presence } from './presence.ts';
import type { Random } from './random.ts';
import { type Document, someWords } from './register.ts';
import type { World } from './world.ts';

/** A file on its way out in ordinary life: a document at hand, an own note, or a picture. */
type Piece = { readonly name: string; readonly path: string; readonly words: string };

const home = (person: Person, name: string): string => `C:\\Users\\${person.id}\\Documents\\${name}`;

function picturePiece(person: Person, random: Random): Piece {
  const name = `img-${random.between(1000, 9999)}.jpg`;
  return { name, path: home(person, name), words: '' };
}

function ownPiece(world: World, person: Person, random: Random): Piece {
  const { local } = world.desks[person.index]!;
  const copy = local.length > 0 && random.chance(0.15) ? random.pick(local) : undefined;
  const { name, words } = copy ?? ownNote(world, person, random);
  return { name, path: home(person, name), words: shown(words, random) };
}

const paperPiece = (document: Document, random: Random): Piece => ({
  name: document.base,
  path: document.path,
  words: shown(someWords(document, random), random),
});

/** Everything that may leave somebody's hands in the ordinary course of a day, each by habit. */
export function liveOutlets(world: World, person: Person, presence: Presence, random: Random): void {
  const { temper } = person;
  const { share } = presence;
  const projects = projectsOf(person, world.day);
  if (temper.media > 0 && random.chance(temper.media * share)) handleMedium(world, person, presence, projects, random);
  if (temper.cloud > 0 && random.chance(temper.cloud * share)) fillCloud(world, person, presence, projects, random);
  if (temper.portal > 0 && projects.length > 0 && random.chance(temper.portal * share))
    feedPortal(world, person, presence, projects, random);
  if (temper.jobs > 0 && random.chance(temper.jobs * share)) lookForJobs(world, person, presence, random);
  if (temper.print > 0.3 && random.chance(0.0045 * temper.print * share))
    printForMeeting(world, person, presence, projects, random);
}

function lookForJobs(world: World, person: Person, presence: Presence, random: Random): void {
  for (let i = random.between(1, 7); i > 0; i--)
    world.book.web(moment(presence, random), person.id, presence.pc, world.sites.job(random));
}

/** A meeting is prepared: some papers at hand, or a folder of an own project, are printed one after the other. */
function printForMeeting(
  world: World,
  person: Person,
  presence: Presence,
  projects: readonly Project[],
  random: Random,
): void {
  let second = moment(presence, random);
  const place = projects.length > 0 ? world.register.byProject.get(random.pick(projects))! : undefined;
  for (let i = 4 + random.exponential(8); i > 0 && second < presence.to - 20; i--) {
    let document = atHand(world, person, projects, random);
    if (place && place.open > 0 && random.chance(0.5)) document = place.documents[random.int(place.open)];
    if (!document || document.level > clearanceOf(person, world.day)) continue;
    const path = random.chance(0.35) ? home(person, document.base) : document.path;
    world.book.file(second, person.id, presence.pc, path, 'File Print', '', shown(someWords(document, random), random));
    second += random.between(20, 240);
  }
}

/** A private cloud: mostly pictures and own notes, now and then a paper of the own work. */
function fillCloud(
  world: World,
  person: Person,
  presence: Presence,
  projects: readonly Project[],
  random: Random,
): void {
  let second = moment(presence, random);
  const host = random.pick(person.temper.hosts);
  for (let i = 1 + random.exponential(1.3); i > 0 && second < presence.to - 10; i--) {
    const draw = random.next();
    const document = draw < 0.16 ? atHand(world, person, projects, random) : undefined;
    const piece: Piece =
      draw > 0.38
        ? picturePiece(person, random)
        : document
          ? paperPiece(document, random)
          : ownPiece(world, person, random);
    const row = world.sites.upload(host, random.chance(0.6) ? piece.name : '', piece.words, random);
    world.book.web(second, person.id, presence.pc, row);
    second += random.between(10, 200);
  }
}

/** The portal of a project's partner: papers of that project. */
function feedPortal(
  world: World,
  person: Person,
  presence: Presence,
  projects: readonly Project[],
  random: Random,
): void {
  const project = projects[0]!;
  const place = world.register.byProject.get(project)!;
  let second = moment(presence, random);
  for (let i = 1 + random.exponential(1.1); i > 0 && place.open > 0 && second < presence.to - 10; i--) {
    const document = place.documents[random.int(place.open)]!;
    if (document.level > Math.min(3, clearanceOf(person, world.day))) continue;
    if (random.chance(0.5)) {
      world.book.file(
        Math.max(presence.from, second - random.between(60, 2400)),
        person.id,
        presence.pc,
        document.path,
        'File Open',
        '',
        '',
      );
    }
    const words = shown(someWords(document, random), random);
    const row = world.sites.upload(`portal.${project.partner}`, random.chance(0.6) ? document.base : '', words, random);
    world.book.web(second, person.id, presence.pc, row);
    second += random.between(20, 260);
  }
}

/** A medium is put in: papers at hand, own notes and pictures go onto it, or something comes back. */
function handleMedium(
  world: World,
  person: Person,
  presence: Presence,
  projects: readonly Project[],
  random: Random,
): void {
  const { book } = world;
  const tree = person.media[Math.floor(random.next() ** 2.2 * person.media.length)]!;
  const folder = tree.split(';').at(-1)!;
  const late = presence.nightFrom >= 0 && random.chance(0.12);
  const pc = late ? presence.nightPc : presence.pc;
  const end = late ? presence.nightTo : presence.to;
  let second = late ? presence.nightFrom + random.between(60, 600) : moment(presence, random);
  const file = (path: string, activity: string, way: 'to' | 'from', words: string): void =>
    book.file(second, person.id, pc, path, activity, way, words);
  book.device(second, person.id, pc, tree, 'Connect');
  const pieces = random.chance(0.06) ? 6 + random.exponential(7) : random.exponential(3.4) + 0.4;
  for (let i = Math.round(pieces); i > 0 && second < end - 60; i--) {
    second += random.between(9, 160);
    const draw = random.next();
    if (draw > 0.84) {
      file(home(person, ownName(random)), 'File Copy', 'from', '');
      continue;
    }
    const document = draw < 0.44 ? atHand(world, person, projects, random) : undefined;
    const piece: Piece = document
      ? paperPiece(document, random)
      : draw > 0.76
        ? picturePiece(person, random)
        : ownPiece(world, person, random);
    if (document && random.chance(0.25)) file(home(person, document.base), 'File Copy', 'to', piece.words);
    else if (random.chance(0.64)) file(piece.path, 'File Copy', 'to', piece.words);
    else file(`${folder}\\${piece.name}`, 'File Write', 'to', piece.words);
  }
  book.device(Math.min(end - 5, second + random.between(20, 1500)), person.id, pc, tree, 'Disconnect');
}

/** What is mailed home: an own draft mostly, else a paper of the own work, of a low level as a rule. */
export function draftPiece(
  world: World,
  person: Person,
  random: Random,
): { path: string; bytes: number; words: string } {
  const { papers } = world.desks[person.index]!;
  const document = random.chance(0.36) && papers.length > 0 ? random.pick(papers) : undefined;
  const carried = document && (document.level < 2 || random.chance(0.3)) ? document : undefined;
  if (carried) {
    const path = random.chance(0.5) ? carried.path : home(person, carried.base);
    return { path, bytes: carried.bytes, words: shown(someWords(carried, random), random) };
  }
  const piece = ownPiece(world, person, random);
  return {
    path: piece.path,
    bytes: Math.round(Math.exp(random.normal(11.8, 1))),
    words: homeWords(world, person, random),
  };
}
