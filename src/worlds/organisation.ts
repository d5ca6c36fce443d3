import type { Day } from './calendar.ts';
import type { Role } from './roles.ts';

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
};

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
  readonly team: Team;
  supervisor: Person | undefined;
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
  usesMedia: boolean;
  /** Multiplies counts of files, mails and web rows. */
  readonly pace: readonly [number, number, number];
  /** Mean arrival and length of the day in seconds, spread in seconds. */
  readonly hours: readonly [number, number, number];
  readonly outside: string[];
};

export type Organisation = {
  readonly people: Person[];
  readonly teams: Team[];
  readonly projects: Project[];
  readonly closed: Project[];
  readonly departments: string[];
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
