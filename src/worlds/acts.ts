import type { CasePart, Mark, Stage } from './answers.ts';
import { type Person, projectsOf } from './organisation.ts';
import type { Presence } from './presence.ts';
import type { Random } from './random.ts';
import { type Document, someWords } from './register.ts';
import { CHATTER, EXCHANGE, PAPERS, SUBJECTS } from './words.ts';
import type { World } from './world.ts';

/** Something that goes on for days beside ordinary work. `live` is called once a day, before people live the day. */
export type Play = { live(): void };

/** A play of separate sessions: `act` runs on working days when the person is there, `every` so many days apart. */
export function sessions(
  actor: Actor,
  plan: { first: number; last: number; every: readonly [number, number]; travelling?: boolean },
  act: (presence: Presence, progress: number) => void,
): Play {
  const { world, person, random } = actor;
  let next = plan.first;
  return {
    live() {
      if (world.day < next || world.day > plan.last || world.isFree) return;
      const presence = world.presence[person.index]!;
      if (!presence.here || (presence.away && !plan.travelling)) return;
      act(presence, (world.day - plan.first) / Math.max(1, plan.last - plan.first));
      next = world.day + random.between(plan.every[0], plan.every[1]);
    },
  };
}

/** Who does something, with what randomness, and for which case. Innocent people act without a case. */
export type Actor = {
  readonly world: World;
  readonly person: Person;
  readonly random: Random;
  readonly part: CasePart | undefined;
};

export function mark(actor: Actor, stage: Stage, lost?: readonly Document[]): Mark | undefined {
  if (!actor.part) return undefined;
  return lost ? { part: actor.part, stage, lost } : { part: actor.part, stage };
}

/** The computer the person works on at a second of today: the night session's, or the day's. */
export function pcAt(actor: Actor, second: number): string {
  const presence = actor.world.presence[actor.person.index]!;
  return presence.nightFrom >= 0 && second >= presence.nightFrom ? presence.nightPc : presence.pc;
}

const half = (document: Document, random: Random): string => (random.bits() & 1 ? someWords(document, random) : '');

export const homePath = (person: Person, name: string): string => `C:\\Users\\${person.id}\\Documents\\${name}`;

function fileRow(
  actor: Actor,
  second: number,
  path: string,
  activity: string,
  media: '' | 'to' | 'from',
  words: string,
  why?: Mark,
): void {
  actor.world.book.file(second, actor.person.id, pcAt(actor, second), path, activity, media, words, why);
}

export function openPaper(actor: Actor, second: number, document: Document, stage: Stage = 'collect'): void {
  fileRow(actor, second, document.path, 'File Open', '', half(document, actor.random), mark(actor, stage));
}

/** Copies a document to the own disk under its own base name. */
export function copyHome(actor: Actor, second: number, document: Document, stage: Stage = 'stage'): void {
  fileRow(actor, second, document.path, 'File Copy', '', half(document, actor.random), mark(actor, stage));
}

export function printPaper(actor: Actor, second: number, document: Document, leaves: boolean): void {
  const why = leaves ? mark(actor, 'exfil', [document]) : mark(actor, 'collect');
  fileRow(actor, second, document.path, 'File Print', '', half(document, actor.random), why);
}

/** Puts a document into the folder everybody may use. */
export function drop(actor: Actor, second: number, document: Document, stage: Stage = 'hand_over'): void {
  fileRow(actor, second, EXCHANGE + document.base, 'File Write', '', half(document, actor.random), mark(actor, stage));
}

/** Opens, writes or deletes a file by its path, e.g. in the exchange folder. */
export function touch(actor: Actor, second: number, path: string, activity: string, words: string, stage: Stage): void {
  fileRow(actor, second, path, activity, '', words, mark(actor, stage));
}

/** Connects a medium, copies documents to it and takes it out. Returns the second at which it is out. */
export function carry(actor: Actor, start: number, documents: readonly Document[], tree: string, pace = 40): number {
  const { random, person, world } = actor;
  const folder = tree.split(';').at(-1)!;
  let second = start;
  world.book.device(second, person.id, pcAt(actor, second), tree, 'Connect', mark(actor, 'exfil'));
  for (const document of documents) {
    second += random.between(4, pace);
    const words = half(document, random);
    const why = mark(actor, 'exfil', [document]);
    const way = random.next();
    if (way < 0.4) fileRow(actor, second, document.path, 'File Copy', 'to', words, why);
    else if (way < 0.7) fileRow(actor, second, homePath(person, document.base), 'File Copy', 'to', words, why);
    else fileRow(actor, second, `${folder}\\${document.base}`, 'File Write', 'to', words, why);
  }
  second += random.between(15, 240);
  world.book.device(second, person.id, pcAt(actor, second), tree, 'Disconnect', mark(actor, 'exfil'));
  return second;
}

/** Uploads documents: each in a row of its own, or together as one archive under another name. */
export function upload(
  actor: Actor,
  start: number,
  documents: readonly Document[],
  host: string,
  together: boolean,
): void {
  const { random, person, world } = actor;
  let second = start;
  const batches = together ? [documents] : documents.map((document) => [document]);
  for (const batch of batches) {
    const name = together
      ? `${random.pick(SUBJECTS)}-${random.between(1, 99)}.zip`
      : random.chance(0.6)
        ? batch[0]!.base
        : '';
    const words = half(batch[0]!, random);
    const row = world.sites.upload(host, name, words, random);
    world.book.web(second, person.id, pcAt(actor, second), row, mark(actor, 'exfil', batch));
    second += random.between(20, 200);
  }
}

/** Sends documents to an outside address, as they are or packed under another name. */
export function mailOut(
  actor: Actor,
  second: number,
  to: string,
  documents: readonly Document[],
  packed: boolean,
  stage: Stage = 'exfil',
): void {
  const { random, person, world } = actor;
  const bytes = documents.reduce((sum, document) => sum + document.bytes, 0);
  const attachments = packed
    ? `${homePath(person, `${random.pick(PAPERS)}-${random.between(1, 99)}.zip`)}(${Math.round(bytes * 0.93)})`
    : documents
        .map((document) => `${random.chance(0.5) ? document.path : homePath(person, document.base)}(${document.bytes})`)
        .join(';');
  const words = documents.length > 0 ? half(documents[0]!, random) : chat(random);
  const body = `${bytes + random.between(900, 9000)},${documents.length > 0 ? attachments : ''},${words}`;
  const why = mark(actor, stage, documents.length > 0 ? documents : undefined);
  world.book.email(second, person.id, pcAt(actor, second), `${to},,,${person.email}`, 'Send', body, why);
}

/** Reads a mail from outside. */
export function mailIn(actor: Actor, second: number, from: string, words: string, stage: Stage): void {
  const { person, world, random } = actor;
  const body = `${random.between(900, 16_000)},,${words}`;
  world.book.email(
    second,
    person.id,
    pcAt(actor, second),
    `${person.email},,,${from}`,
    'View',
    body,
    mark(actor, stage),
  );
}

export function chat(random: Random, subject = ''): string {
  let text = random.pick(CHATTER);
  for (let i = random.between(1, 3); i > 0; i--) text += ` ${random.pick(CHATTER)}`;
  return subject === '' ? text : `${text} ${subject}`;
}

/** Documents a person has no need of, outside the own projects and team: higher levels are sought. */
export function foreignDocuments(
  actor: Actor,
  count: number,
  options: { lowest?: number; highest?: number; closed?: number } = {},
): Document[] {
  const { world, random, person } = actor;
  const { lowest = 0, highest = 4, closed = 0.25 } = options;
  const own = new Set(projectsOf(person, world.day));
  const places = world.organisation.projects.filter((project) => !own.has(project) && project.from <= world.day);
  const found = new Set<Document>();
  for (let tries = 0; found.size < count && tries < count * 20; tries++) {
    const old = random.chance(closed) && world.register.closed.length > 0;
    const project = places.length > 0 ? random.pick(places) : undefined;
    const collection = old || !project ? random.pick(world.register.closed) : world.register.byProject.get(project)!;
    if (collection.open === 0) continue;
    const document = collection.documents[random.int(collection.open)]!;
    const wanted = document.listed && document.level >= lowest && document.level <= highest;
    if (wanted && random.chance([0.25, 0.5, 0.85, 1, 1][document.level]!)) found.add(document);
  }
  const decoys = world.register.decoys.filter((decoy) => decoy.registered <= world.day && decoy.level <= highest);
  if (decoys.length > 0 && random.chance(0.04)) found.add(random.pick(decoys));
  return [...found];
}

/** Documents of the person's own projects (or team, without projects) up to a level. */
export function ownDocuments(actor: Actor, count: number, highest = 4): Document[] {
  const { world, random, person } = actor;
  const projects = projectsOf(person, world.day);
  const found = new Set<Document>();
  for (let tries = 0; found.size < count && tries < count * 12; tries++) {
    const collection =
      projects.length > 0
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

/** Works through documents from `start`: opens each, copies some to the own disk. Returns the second after the last. */
export function gather(
  actor: Actor,
  start: number,
  documents: readonly Document[],
  pause: readonly [number, number],
  copies = 0.5,
): number {
  let second = start;
  for (const document of documents) {
    openPaper(actor, second, document);
    second += actor.random.between(pause[0], pause[1]);
    if (!actor.random.chance(copies)) continue;
    copyHome(actor, second, document, 'collect');
    second += actor.random.between(5, 40);
  }
  return second;
}
