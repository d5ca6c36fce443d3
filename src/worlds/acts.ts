import type { CasePart, Mark, Stage } from './answers.ts';
import type { Person } from './organisation.ts';
import { type Presence, pcOf } from './presence.ts';
import type { Random } from './random.ts';
import { type Document, someWords } from './register.ts';
import { CHATTER, EXCHANGE, SUBJECTS } from './words.ts';
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
  /** The computer of a separate session, if it is not the one of the day. */
  readonly pc?: string;
};

export function mark(actor: Actor, stage: Stage, lost?: readonly Document[]): Mark | undefined {
  if (!actor.part) return undefined;
  return lost ? { part: actor.part, stage, lost } : { part: actor.part, stage };
}

/** The computer the person works on at a second of today: the night session's, or the day's. */
export function pcAt(actor: Actor, second: number): string {
  return actor.pc ?? pcOf(actor.world.presence[actor.person.index]!, second);
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
  const path = actor.random.chance(0.35) ? homePath(actor.person, document.base) : document.path;
  fileRow(actor, second, path, 'File Print', '', half(document, actor.random), why);
}

/** Puts a document into the folder everybody may use, under its own name or another. */
export function drop(actor: Actor, second: number, document: Document, stage: Stage, base = document.base): Held {
  fileRow(actor, second, EXCHANGE + base, 'File Write', '', half(document, actor.random), mark(actor, stage));
  return { document, path: EXCHANGE + base, base };
}

/** Opens, writes or deletes a file by its path, e.g. in the exchange folder. */
export function touch(actor: Actor, second: number, path: string, activity: string, words: string, stage: Stage): void {
  fileRow(actor, second, path, activity, '', words, mark(actor, stage));
}

/** A document in somebody's hands: where it lies now, under its own name or another. */
export type Held = { readonly document: Document; readonly path: string; readonly base: string };

export const held = (document: Document): Held => ({ document, path: document.path, base: document.base });

/** Connects a medium, copies documents to it and takes it out. Returns the second at which it is out. */
export function carry(
  actor: Actor,
  start: number,
  things: readonly (Document | Held)[],
  tree: string,
  pace = 80,
): number {
  const { random, person, world } = actor;
  const folder = tree.split(';').at(-1)!;
  let second = start;
  world.book.device(second, person.id, pcAt(actor, second), tree, 'Connect', mark(actor, 'exfil'));
  for (const thing of things) {
    second += random.between(4, pace);
    const { document, path, base } = 'document' in thing ? thing : held(thing);
    const words = half(document, random);
    const why = mark(actor, 'exfil', [document]);
    const way = random.next();
    if (way < 0.45) fileRow(actor, second, path, 'File Copy', 'to', words, why);
    else if (way < 0.7 && !path.startsWith(EXCHANGE))
      fileRow(actor, second, homePath(person, base), 'File Copy', 'to', words, why);
    else fileRow(actor, second, `${folder}\\${base}`, 'File Write', 'to', words, why);
  }
  second += 15 + random.exponential(400);
  world.book.device(Math.min(86_300, second), person.id, pcAt(actor, second), tree, 'Disconnect', mark(actor, 'exfil'));
  return second;
}

/** Uploads documents one by one, most under their own names. Returns the second after the last. */
export function upload(actor: Actor, start: number, documents: readonly Document[], host: string): number {
  const { random, person, world } = actor;
  let second = start;
  for (const document of documents) {
    const row = world.sites.upload(host, random.chance(0.6) ? document.base : '', half(document, random), random);
    world.book.web(second, person.id, pcAt(actor, second), row, mark(actor, 'exfil', [document]));
    second += random.between(15, 120);
  }
  return second;
}

/** Packs documents into an archive under a dull name on the own disk; the row shows words of one of them. */
export function pack(actor: Actor, second: number, documents: readonly Document[]): { name: string; words: string } {
  const { random, person } = actor;
  const name = `${random.pick(SUBJECTS)}-${random.between(1, 99)}.zip`;
  const words = half(documents[0]!, random);
  fileRow(actor, second, homePath(person, name), 'File Write', '', words, mark(actor, 'stage'));
  return { name, words };
}

/** Sends documents to an outside address, as they are or as the archive `packed`. */
export function mailOut(
  actor: Actor,
  second: number,
  to: string,
  documents: readonly Document[],
  packed?: { name: string; words: string },
  stage: Stage = 'exfil',
): void {
  const { random, person, world } = actor;
  const bytes = documents.reduce((sum, document) => sum + document.bytes, 0);
  const attachments = packed
    ? `${homePath(person, packed.name)}(${Math.round(bytes * (0.8 + 0.19 * random.next()))})`
    : documents
        .map((document) => `${random.chance(0.6) ? document.path : homePath(person, document.base)}(${document.bytes})`)
        .join(';');
  const words = packed ? packed.words : documents.length > 0 ? half(documents[0]!, random) : chat(random);
  const body = `${bytes + random.between(900, 40_000)},${documents.length > 0 ? attachments : ''},${words}`;
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
  if (random.chance(0.35)) return '';
  let text = random.pick(CHATTER);
  for (let i = random.between(1, 3); i > 0; i--) text += ` ${random.pick(CHATTER)}`;
  return subject === '' ? text : `${text} ${subject}`;
}
