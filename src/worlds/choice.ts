import type { Actor } from './acts.ts';
import { clearanceOf, projectsOf } from './organisation.ts';
import type { Collection, Document } from './register.ts';

/** What somebody looks for outside the own work. */
export type Want = {
  readonly lowest?: number;
  readonly highest?: number;
  /** Share of closed projects. */
  readonly closed?: number;
  /** 0: takes what comes; 1: public and internal papers are mostly left. */
  readonly greed?: number;
  /** Only these places, if given. */
  readonly places?: readonly Collection[];
};

const LEFT = [0.25, 0.5, 0.85, 1, 1];

/** Documents a person has no need of, outside the own projects and team. */
export function foreignDocuments(actor: Actor, count: number, want: Want = {}): Document[] {
  const { world, random, person } = actor;
  const { lowest = 0, highest = 4, closed = 0.25, greed = 0.5 } = want;
  const own = new Set(projectsOf(person, world.day).map((project) => world.register.byProject.get(project)!));
  const active = (want.places ?? world.register.active).filter((place) => !own.has(place));
  const cleared = clearanceOf(person, world.day);
  const found = new Set<Document>();
  for (let tries = 0; found.size < count && tries < count * 25; tries++) {
    const old = !want.places && random.chance(closed) && world.register.closed.length > 0;
    const place = old || active.length === 0 ? random.pick(world.register.closed) : random.pick(active);
    if (place.open === 0) continue;
    const document = place.documents[random.int(place.open)]!;
    const wanted = document.listed && document.level >= lowest && document.level <= highest;
    // Share rights are wider than clearances, but most keep to what they may open: it is less noticed.
    if (!wanted || (document.level > cleared && !random.chance(0.2))) continue;
    if (random.chance(1 - greed * (1 - LEFT[document.level]!))) found.add(document);
  }
  const decoys = world.register.decoys.filter((decoy) => decoy.registered <= world.day && decoy.level <= highest);
  if (count > 2 && decoys.length > 0 && random.chance(0.03)) found.add(random.pick(decoys));
  return [...found];
}

/** A few places somebody comes back to. */
export function fewPlaces(actor: Actor, count: number): Collection[] {
  const { register } = actor.world;
  return actor.random.shuffle([...register.active, ...register.closed]).slice(0, count);
}

/** So many documents, of which a share from the own projects and the rest from elsewhere. */
export function mixedDocuments(actor: Actor, count: number, own: number, want: Want = {}): Document[] {
  let mine = 0;
  for (let i = 0; i < count; i++) if (actor.random.chance(own)) mine++;
  const documents = [...ownDocuments(actor, mine), ...foreignDocuments(actor, count - mine, want)];
  return actor.random.shuffle([...new Set(documents)]);
}

/** Documents of the person's own projects (or team, without projects) up to a level. */
export function ownDocuments(actor: Actor, count: number, highest = 4): Document[] {
  const { world, random, person } = actor;
  const projects = projectsOf(person, world.day);
  const found = new Set<Document>();
  for (let tries = 0; found.size < count && tries < count * 12; tries++) {
    const collection =
      projects.length > 0 && !random.chance(0.15)
        ? world.register.byProject.get(random.pick(projects))!
        : world.register.byTeam.get(person.team)!;
    if (collection.open === 0) continue;
    const document = collection.documents[random.int(collection.open)]!;
    if (document.listed && document.level <= highest) found.add(document);
  }
  return [...found];
}

/** Public and common papers, as one would send to anybody who asks. */
export function publicDocuments(actor: Actor, count: number): Document[] {
  const { world, random } = actor;
  const places = [...world.register.active, ...world.register.closed, world.register.common];
  const found = new Set<Document>();
  for (let tries = 0; found.size < count && tries < 400; tries++) {
    const place = random.pick(places);
    if (place.open === 0) continue;
    const document = place.documents[random.int(place.open)]!;
    if (document.listed && document.level === 0) found.add(document);
  }
  return [...found];
}
