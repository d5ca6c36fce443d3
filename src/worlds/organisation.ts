import type { Day } from './calendar.ts';
import type { Climate } from './climate.ts';
import type { Role } from './roles.ts';
import type { Temper } from './temper.ts';

/** Long before and after every simulated day. */
export const ALWAYS = -100_000;
export const NEVER = 1_000_000;

export type Project = {
  readonly name: string;
  readonly code: string;
  readonly folder: string;
  /** Closed projects end before day 0 and are only read. */
  readonly from: Day;
  readonly to: Day;
  /** Shifts the levels of its documents, 0 to 2. */
  readonly sensitivity: number;
  /** Mail domain of the outside partner. */
  readonly partner: string;
  readonly members: Person[];
};

export type Team = {
  readonly name: string;
  readonly department: string;
  readonly folder: string;
  readonly code: string;
  readonly members: Person[];
  lead: Person | undefined;
  /** Whom the lead reports to. */
  head: Person | undefined;
};

/** A change of team, in force from the morning of `day`. */
export type Move = { readonly day: Day; readonly from: Team; readonly to: Team };
export type Assignment = { readonly project: Project; readonly from: Day; to: Day };
export type ClearanceSpan = { readonly level: number; readonly from: Day; to: Day };

export type Person = {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly privateMail: string;
  readonly role: Role;
  readonly contract: boolean;
  /** Today's team; `moves` holds the others. */
  team: Team;
  readonly moves: Move[];
  readonly joins: Day;
  /** The last working day, NEVER for those who stay. */
  leaves: Day;
  notice: Day;
  readonly assignments: Assignment[];
  readonly clearances: ClearanceSpan[];
  /** Number of the desk machine; the laptop has the same. */
  readonly machine: number;
  readonly laptopUser: boolean;
  /** Media the person owns: each a `file_tree` text. */
  readonly media: string[];
  readonly temper: Temper;
  /** Multiplies counts of files, mails and web rows. */
  readonly pace: readonly [number, number, number];
  /** Mean arrival and length of the day in seconds, spread in seconds. */
  readonly hours: readonly [number, number, number];
  /** Outside counterparts, the most written to first. */
  readonly outside: string[];
};

export type Organisation = {
  readonly people: Person[];
  readonly teams: Team[];
  readonly projects: Project[];
  readonly closed: Project[];
  readonly departments: string[];
  readonly climate: Climate;
  /** Addresses of people outside, at partners and elsewhere, whom anybody may hear from. */
  readonly outsiders: readonly string[];
  readonly services: readonly {
    readonly id: string;
    readonly server: string;
    readonly activity: 'File Copy' | 'File Open';
  }[];
};

export const employed = (person: Person, day: Day): boolean => person.joins <= day && day <= person.leaves;

/** The projects a person is assigned to on a day. */
export function projectsOf(person: Person, day: Day): Project[] {
  const found: Project[] = [];
  for (const span of person.assignments) if (span.from <= day && day <= span.to) found.push(span.project);
  return found;
}

/** The highest level (0 public to 4 top_secret) a person may open on a day. */
export function clearanceOf(person: Person, day: Day): number {
  for (const span of person.clearances) if (span.from <= day && day <= span.to) return span.level;
  return 1;
}

/** The team a person belongs to on a day. */
export function teamOn(person: Person, day: Day): Team {
  let team = person.moves[0]?.from ?? person.team;
  for (const move of person.moves) if (move.day <= day) team = move.to;
  return team;
}

/** Whom a member of a team reports to. */
export const supervisorOf = (person: Person, team: Team): Person | undefined =>
  person === team.lead ? (team.head === person ? undefined : team.head) : team.lead;
