import { clearanceOf, type Person, type Project } from './organisation.ts';
import { mix, type Random } from './random.ts';
import type { Collection, Document } from './register.ts';
import { OWN_EXTENSIONS, PAPERS, SUBJECTS } from './words.ts';
import type { LocalFile, World } from './world.ts';

const PAPERS_AT_HAND = 14;
const LOCAL_NAMES = 24;

/** Roles that serve everybody: their work is what others wrote. */
const servesAll = (person: Person): boolean => person.role.reach[3] + person.role.reach[4] > 40;

/** A place outside the own projects: the few neighbours of this month, or any. */
export function neighbour(world: World, person: Person, random: Random): Collection {
  const { active } = world.register;
  if (person.role.reach[4] > 8 || !random.chance(world.organisation.climate.loyalty)) return random.pick(active);
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
  let place = person.role.reach.findIndex((share) => {
    draw -= share;
    return draw < 0;
  });
  // People differ in how far they wander from their own work.
  const { wander } = person.temper;
  if (person.role.reach[4] < 8) {
    if (place > 2 && !random.chance(wander)) place = 1;
    else if (place < 2 && random.chance((wander - 1) * 0.05)) place = random.chance(0.7) ? 4 : 3;
  }
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
    if (document.level <= clearanceOf(person, world.day) || random.chance(0.018)) return document;
  }
  return undefined;
}

/** The next paper to work on: one of those at hand, or another that takes the place of one of them. */
export function atHand(
  world: World,
  person: Person,
  projects: readonly Project[],
  random: Random,
): Document | undefined {
  const { papers } = world.desks[person.index]!;
  const reuse = world.organisation.climate[servesAll(person) ? 'clerksReuse' : 'reuse'];
  if (papers.length >= PAPERS_AT_HAND && random.chance(reuse))
    return papers[Math.floor(random.next() ** 1.5 * papers.length)]!;
  const document = usualDocument(world, person, projects, random);
  if (!document) return papers[0];
  if (papers.length < PAPERS_AT_HAND) papers.push(document);
  else papers[random.int(PAPERS_AT_HAND)] = document;
  return document;
}

/** Keeps a file on the own disk, so that later rows can use it again. */
export function keepLocal(world: World, person: Person, file: LocalFile, random: Random): void {
  const { local } = world.desks[person.index]!;
  if (local.length < LOCAL_NAMES) local.push(file);
  else local[random.int(LOCAL_NAMES)] = file;
}

/** An own note on the disk, or a new one. */
export function ownNote(world: World, person: Person, random: Random): LocalFile {
  const { local } = world.desks[person.index]!;
  const found = local.length > 0 ? random.pick(local) : undefined;
  if (found && !found.copy) return found;
  const made = { name: ownName(random), words: homeWords(world, person, random), copy: false };
  keepLocal(world, person, made, random);
  return made;
}

export function ownName(random: Random): string {
  return `${random.pick(random.chance(0.3) ? PAPERS : SUBJECTS)}-${random.between(1, 99)}.${random.pick(OWN_EXTENSIONS)}`;
}

/** Half of all rows show no words. */
export const shown = (text: string, random: Random): string => (random.bits() & 1 ? text : '');

/** Three to five words of what somebody is working on, as own notes show them. */
export function homeWords(world: World, person: Person, random: Random): string {
  const { papers } = world.desks[person.index]!;
  const paper = papers.length > 0 ? random.pick(papers) : undefined;
  const words = world.register.vocabulary(paper?.project?.name ?? person.team.name);
  let text = random.pick(words);
  for (let i = random.between(2, 4); i > 0; i--)
    text += ` ${paper && random.chance(0.33) ? random.pick(paper.words) : random.pick(words)}`;
  return text;
}
