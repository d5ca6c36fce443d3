import { employed, type Person, type Project, supervisorOf } from './organisation.ts';
import { draftPiece } from './outlets.ts';
import { ownNote } from './papers.ts';
import { moment, pcOf } from './presence.ts';
import { Random } from './random.ts';
import { someWords } from './register.ts';
import { CHATTER, SUBJECTS } from './words.ts';
import type { World } from './world.ts';

/** A mail on its way. `from` is undefined when it comes from outside. */
type Mail = {
  second: number;
  from: Person | undefined;
  readonly readers: readonly Person[];
  readonly route: string;
  readonly body: string;
  /** The outside counterpart, if one takes part: may answer later. */
  readonly outside: string;
  readonly depth: number;
};

type Waiting = { readonly route: string; readonly body: string };

/** Unread mail kept per person; more than this nobody reads after a long absence. */
const INBOX = 40;

/** Mail inside and with outside counterparts: threads, reading the same day or after coming back. */
export class Mailroom {
  private readonly inbox: Waiting[][];
  private circles: Person[][] = [];
  private queue: Mail[] = [];

  constructor(people: number) {
    this.inbox = Array.from({ length: people }, () => []);
  }

  /** Whom each person mostly writes to; made anew every week as teams and projects change. */
  meet(world: World): void {
    const everybody = world.organisation.people.filter((person) => employed(person, world.day));
    this.circles = world.organisation.people.map((person) => {
      const random = new Random(world.seed, person.index, 77_000 + Math.floor(world.day / 28));
      const projects: Project[] = [];
      for (const span of person.assignments)
        if (span.from <= world.day && world.day <= span.to) projects.push(span.project);
      const circle: Person[] = [];
      const lead = supervisorOf(person, person.team);
      for (let i = 0; i < 16; i++) {
        const draw = random.next();
        const pool =
          draw < 0.45
            ? person.team.members
            : draw < 0.85 && projects.length > 0
              ? random.pick(projects).members
              : everybody;
        const found = pool.length > 0 ? random.pick(pool) : undefined;
        if (found && found !== person && employed(found, world.day)) circle.push(found);
      }
      if (lead) circle.push(lead);
      return circle.length > 0 ? circle : [everybody[0]!];
    });
  }

  /** What a person writes today, and what comes in from outside. */
  write(world: World, person: Person, random: Random): void {
    const presence = world.presence[person.index]!;
    const share = presence.share * person.pace[1];
    const circle = this.circles[person.index]!;
    for (let i = random.count(person.role.mails * share * 0.94); i > 0; i--) {
      const readers: Person[] = [random.pick(circle)];
      while (readers.length < 3 && random.chance(readers.length > 1 ? 0.15 : 0.55)) {
        const other = random.pick(circle);
        if (!readers.includes(other)) readers.push(other);
      }
      this.queue.push(this.inside(world, person, readers, moment(presence, random), 0, random));
    }
    this.writeLate(world, person, circle, random);
    const outward = Math.min(16, person.role.outsideMails * share * person.temper.outward);
    for (let i = random.count(outward); i > 0; i--) {
      const outside = this.counterpart(world, person, 0.06, random);
      this.sendOut(outside, person, moment(presence, random), this.body(world, person, 0.16, random, true));
    }
    for (let i = random.count((0.5 + outward * 0.4) * Math.min(1.4, share)); i > 0; i--)
      this.comeIn(person, this.counterpart(world, person, 0.3, random), moment(presence, random), random);
    if (random.chance(person.temper.drafts * presence.share)) {
      const { path, bytes, words } = draftPiece(world, person, random);
      const body = `${bytes + random.between(900, 9000)},${path}(${bytes}),${words}`;
      this.sendOut(person.privateMail, person, moment(presence, random), body);
    }
  }

  /** A mail or two in the evening. */
  private writeLate(world: World, person: Person, circle: readonly Person[], random: Random): void {
    const presence = world.presence[person.index]!;
    if (presence.nightFrom < 0) return;
    const span = presence.nightTo - presence.nightFrom;
    for (let i = random.count(Math.min(3, span / 2400) * person.pace[1]); i > 0; i--) {
      const second = presence.nightFrom + 30 + random.next() * (span - 60);
      this.queue.push(this.inside(world, person, [random.pick(circle)], second, 0, random));
    }
  }

  /** One of a person's usual counterparts, or now and then anybody who writes to the organisation. */
  private counterpart(world: World, person: Person, anybody: number, random: Random): string {
    if (random.chance(anybody)) return random.pick(world.organisation.outsiders);
    return person.outside[Math.floor(random.next() ** 1.6 * person.outside.length)]!;
  }

  private inside(
    world: World,
    from: Person,
    readers: readonly Person[],
    second: number,
    depth: number,
    random: Random,
  ): Mail {
    const copied = readers.length > 1 && random.chance(0.12) ? readers.at(-1)!.email : '';
    const to = readers
      .filter((person) => person.email !== copied)
      .map((person) => person.email)
      .join(';');
    return {
      second,
      from,
      readers,
      route: `${to},${copied},,${from.email}`,
      body: this.body(world, from, 0.16, random),
      outside: '',
      depth,
    };
  }

  private sendOut(outside: string, person: Person, second: number, body: string): void {
    const route = `${outside},,,${person.email}`;
    // Nobody answers from the own private address.
    const answers = outside === person.privateMail ? '' : outside;
    this.queue.push({ second, from: person, readers: [], route, body, outside: answers, depth: 0 });
  }

  private comeIn(person: Person, outside: string, second: number, random: Random): void {
    const attachment = random.chance(0.13) ? `C:\\Temp\\${random.pick(SUBJECTS)}_${random.between(1, 99)}.pdf` : '';
    const bytes = attachment ? random.between(20_000, 900_000) : 0;
    const body = `${random.between(900, 15_000) + bytes},${attachment ? `${attachment}(${bytes})` : ''},${this.words(random)}`;
    this.queue.push({
      second,
      from: undefined,
      readers: [person],
      route: `${person.email},,,${outside}`,
      body,
      outside,
      depth: 1,
    });
  }

  private words(random: Random): string {
    if (random.chance(0.5)) return '';
    let text = random.pick(CHATTER);
    for (let i = random.between(1, 4); i > 0; i--)
      text += ` ${random.chance(0.3) ? random.pick(SUBJECTS) : random.pick(CHATTER)}`;
    return text;
  }

  /** "size,attachments,content", sometimes with some of the papers on the desk; milder ones to the outside. */
  private body(world: World, person: Person, attach: number, random: Random, outwards = false): string {
    let size = random.between(900, 14_000);
    if (!random.chance(attach)) return `${size},,${this.words(random)}`;
    const desk = world.desks[person.index]!;
    let attachments = '';
    let content = '';
    let more = random.chance(0.75) ? 1 : random.chance(0.7) ? 2 : random.between(3, 4);
    for (; more > 0; more--) {
      const paper = desk.papers.length > 0 ? random.pick(desk.papers) : undefined;
      const own =
        !paper || random.chance(0.5) || (outwards && paper.level > 1 && random.chance(0.55 + paper.level / 10));
      const local = own || random.chance(0.25);
      const base = own ? ownNote(world, person, random).name : paper.base;
      const path = local ? `C:\\Users\\${person.id}\\Documents\\${base}` : paper!.path;
      const bytes = own ? Math.round(Math.exp(random.normal(11.4, 1.2))) : paper.bytes;
      size += bytes;
      attachments += `${attachments ? ';' : ''}${path}(${bytes})`;
      content = own || random.chance(0.5) ? this.words(random) : someWords(paper, random);
    }
    return `${size},${attachments},${content}`;
  }

  /** Delivers everything of the day: rows of senders and readers, answers and answers to answers. */
  deliver(world: World, random: Random): void {
    const book = world.book;
    const queue = this.queue;
    for (let i = 0; i < queue.length; i++) {
      const mail = queue[i]!;
      if (mail.from) {
        const presence = world.presence[mail.from.index]!;
        book.email(mail.second, mail.from.id, pcOf(presence, mail.second), mail.route, 'Send', mail.body);
        if (mail.outside !== '' && random.chance(0.42)) this.answerFromOutside(mail.from, mail, random);
      }
      for (const reader of mail.readers) this.read(world, reader, mail, random);
    }
    this.queue = [];
  }

  private answerFromOutside(person: Person, mail: Mail, random: Random): void {
    const second = mail.second + random.exponential(9000);
    if (second < 86_000) this.comeIn(person, mail.outside, second, random);
  }

  private read(world: World, reader: Person, mail: Mail, random: Random): void {
    if (random.next() > 0.84) return;
    const presence = world.presence[reader.index]!;
    let second = mail.second + random.exponential(1700);
    if (presence.here && second < presence.from) second = presence.from + random.exponential(1500);
    const late = presence.nightFrom >= 0 && second > presence.to - 600 && second < presence.nightTo;
    if (late && second < presence.nightFrom) second = presence.nightFrom + random.exponential(240);
    if (!late && (!presence.here || second > presence.to)) {
      const inbox = this.inbox[reader.index]!;
      if (inbox.length < INBOX) inbox.push({ route: mail.route, body: mail.body });
      return;
    }
    world.book.email(second, reader.id, pcOf(presence, second), mail.route, 'View', mail.body);
    const answerable = mail.depth < 5 && random.chance(mail.readers.length > 2 ? 0.14 : 0.5);
    const at = second + random.exponential(1500);
    if (!answerable || at > presence.to) return;
    if (mail.from && mail.from !== reader)
      this.queue.push(this.inside(world, reader, [mail.from], at, mail.depth + 1, random));
    else if (!mail.from && random.chance(0.4)) {
      const body = this.body(world, reader, 0.12, random, true);
      const route = `${mail.outside},,,${reader.email}`;
      this.queue.push({
        second: at,
        from: reader,
        readers: [],
        route,
        body,
        outside: mail.outside,
        depth: mail.depth + 1,
      });
    }
  }

  /** What waited since yesterday is read first. */
  catchUp(world: World, person: Person, random: Random): void {
    const inbox = this.inbox[person.index]!;
    if (inbox.length === 0) return;
    const presence = world.presence[person.index]!;
    let second = presence.from + random.between(20, 300);
    for (const waiting of inbox) {
      if (second >= presence.to) break;
      world.book.email(second, person.id, presence.pc, waiting.route, 'View', waiting.body);
      second += random.between(8, 200);
    }
    inbox.length = 0;
  }
}
