import type { Actor } from './acts.ts';
import type { CasePart } from './answers.ts';
import { ALWAYS, NEVER, type Person } from './organisation.ts';
import { mix, Random } from './random.ts';
import type { World } from './world.ts';

/** Gives out parts so that nobody plays two of them. */
export class Casting {
  readonly world: World;
  private readonly taken = new Set<Person>();
  private cases = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** An unused person of one of the roles who is there all the time and stays; undefined when there is none. */
  find(random: Random, fits: (person: Person) => boolean): Person | undefined {
    const free = this.world.organisation.people.filter(
      (person) =>
        !this.taken.has(person) &&
        person.joins === ALWAYS &&
        person.leaves === NEVER &&
        !this.posted(person) &&
        fits(person),
    );
    if (free.length === 0) return undefined;
    const person = random.pick(free);
    this.taken.add(person);
    return person;
  }

  private posted(person: Person): boolean {
    return this.world.absences.byPerson[person.index]!.some((span) => span.to - span.from > 100);
  }

  ofRole(random: Random, ...roles: string[]): Person | undefined {
    return this.find(random, (person) => roles.includes(person.role.name));
  }

  group(scenario: string): string {
    return `${scenario}${++this.cases}`;
  }

  /** Somebody who acts; with a scenario the deeds are labelled. */
  actor(
    person: Person,
    random: Random,
    part?: Omit<CasePart, 'person' | 'accounts' | 'rows' | 'label'> & { label?: CasePart['label'] },
  ): Actor {
    let made: CasePart | undefined;
    if (part) {
      made = { label: 'malicious', ...part, person, accounts: new Set(), rows: [] };
      this.world.answers.parts.push(made);
    }
    return { world: this.world, person, random, part: made };
  }

  innocent(person: Person, kind: string, from: number, to: number, why: string): void {
    const last = this.world.calendar.days - 1;
    this.world.answers.innocents.push({ person, kind, from: Math.max(0, from), to: Math.min(last, to), why });
  }

  /** A random stream of its own for the n-th play of a kind. */
  stream(kind: string, n: number): Random {
    let hash = 0;
    for (const letter of kind) hash = mix(hash * 31 + letter.charCodeAt(0));
    return new Random(this.world.seed, hash, n);
  }
}

/** A day between two shares of the simulated span. */
export function dayBetween(world: World, random: Random, low: number, high: number): number {
  return Math.round(world.calendar.days * (low + (high - low) * random.next()));
}

export const technical = (person: Person): boolean =>
  person.role.technical && person.role.department !== 'Networks' && person.assignments.length > 0;
