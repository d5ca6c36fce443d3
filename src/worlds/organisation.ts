import type { Day } from './calendar.ts';
import { type Random, streamOf } from './random.ts';
import { KEY_ROLES, ROLES, type Role } from './roles.ts';
import {
  FAMILY_ENDS,
  INSIDE_DOMAIN,
  NAME_ENDS,
  NAME_STARTS,
  OUTSIDE_KINDS,
  PRIVATE_MAIL,
  PROJECT_NAMES,
  SUBJECTS,
} from './words.ts';

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

const LETTERS = 'ABCDEFGHIJKLMNOPRSTUVWXYZ';

/** Unique made-up names and account ids. */
class Names {
  private readonly usedIds = new Set<string>();
  private readonly usedMails = new Set<string>();
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  next(): { id: string; name: string; email: string; local: string } {
    const r = this.random;
    const given = r.pick(NAME_STARTS) + r.pick(NAME_ENDS);
    const family = r.pick(NAME_STARTS) + r.pick(NAME_ENDS) + (r.chance(0.6) ? r.pick(FAMILY_ENDS) : '');
    let local = `${given}.${family}`.toLowerCase();
    for (let i = 2; this.usedMails.has(local); i++) local = `${given}.${family}${i}`.toLowerCase();
    this.usedMails.add(local);
    let id = '';
    do {
      id = `${given[0]}${r.pick([...LETTERS])}${family[0]}${r.between(1000, 9999)}`;
    } while (this.usedIds.has(id));
    this.usedIds.add(id);
    return { id, name: `${given} ${family}`, email: `${local}@${INSIDE_DOMAIN}`, local };
  }
}

/** How many people each role gets: by weight, key roles at least once, largest remainders fill up. */
function headcounts(people: number): number[] {
  const total = ROLES.reduce((sum, role) => sum + role.weight, 0);
  const exact = ROLES.map((role) => (people * role.weight) / total);
  const counts = exact.map((value, i) =>
    Math.max(
      Math.floor(value),
      KEY_ROLES.includes(ROLES[i]!.name as never) && people >= 12 ? (people >= 40 ? 2 : 1) : 0,
    ),
  );
  const order = exact
    .map((value, i) => ({ i, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  let missing = people - counts.reduce((sum, count) => sum + count, 0);
  for (let k = 0; missing > 0; k = (k + 1) % order.length, missing--) counts[order[k]!.i]!++;
  for (let i = 0; missing < 0; i = (i + 1) % counts.length) {
    if (counts[i]! > 2) {
      counts[i]!--;
      missing++;
    }
  }
  return counts;
}

function projectName(index: number): string {
  const round = Math.floor(index / PROJECT_NAMES.length);
  const base = PROJECT_NAMES[index % PROJECT_NAMES.length]!;
  return round === 0 ? base : `${base}${round + 1}`;
}

function makeProjects(people: number, days: number, random: Random): { projects: Project[]; closed: Project[] } {
  const active = Math.max(4, Math.round(people / 9));
  const old = Math.max(2, Math.round(people / 15));
  const names = random.shuffle(Array.from({ length: active + old }, (_, i) => projectName(i)));
  const make = (name: string, i: number, from: Day, to: Day): Project => ({
    name,
    code: name.slice(0, 3) + (name.match(/\d+$/)?.[0] ?? '') + name.slice(-1).toLowerCase(),
    folder: to < 0 ? `\\\\vault3\\closed\\${name}\\` : `\\\\vault${1 + (i % 2)}\\work\\${name}\\`,
    from,
    to,
    sensitivity: random.chance(0.25) ? 2 : random.chance(0.45) ? 1 : 0,
    partner: `${random.pick(SUBJECTS)}-${random.pick(OUTSIDE_KINDS)}.example`,
    members: [],
  });
  const projects = names.slice(0, active).map((name, i) => {
    const startsLater = i > 2 && random.chance(Math.min(0.25, days / 1200));
    const from = startsLater ? random.between(5, Math.max(6, days - 20)) : -random.between(60, 1500);
    const ends = i > 2 && !startsLater && random.chance(Math.min(0.3, days / 900));
    return make(name, i, from, ends ? random.between(10, Math.max(11, days)) : NEVER);
  });
  const closed = names.slice(active).map((name, i) => {
    const to = -random.between(100, 2500);
    return make(name, i, to - random.between(300, 1400), to);
  });
  return { projects, closed };
}

function makeTeams(counts: readonly number[]): { teams: Team[]; departments: string[]; byRole: Team[][] } {
  const departments = [...new Set(ROLES.map((role) => role.department))];
  const teams: Team[] = [];
  for (const department of departments) {
    const size = ROLES.reduce((sum, role, i) => sum + (role.department === department ? counts[i]! : 0), 0);
    for (let i = 1; size > 0 && i <= Math.max(1, Math.round(size / 9)); i++) {
      const name = `${department} ${i}`;
      const code = department.replace(/[a-z]{2,}(?=[A-Z]|$)/g, (tail) => tail.slice(0, 2)) + i;
      teams.push({
        name,
        department,
        folder: `\\\\vault4\\units\\${department}-${i}\\`,
        code,
        members: [],
        lead: undefined,
      });
    }
  }
  return {
    teams,
    departments,
    byRole: ROLES.map((role) => teams.filter((team) => team.department === role.department)),
  };
}

/** The spans in which a person works on projects: one to three at a time, changed every few months. */
function assign(person: Person, projects: readonly Project[], days: number, random: Random): void {
  const wanted = random.between(person.role.projects[0], person.role.projects[1]);
  for (let slot = 0; slot < wanted; slot++) {
    let day = Math.max(person.joins, -random.between(5, 400));
    while (day < days && day < person.leaves) {
      const length = Math.round(60 + random.exponential(220));
      const open = projects.filter(
        (project) =>
          project.from <= Math.max(day, 0) && project.to > Math.max(day, 0) + 5 && !overlaps(person, project, day),
      );
      if (open.length === 0) break;
      const project = random.pick(open);
      const to = Math.min(day + length, project.to, person.leaves);
      if (to >= 0) {
        person.assignments.push({ project, from: day, to });
        project.members.push(person);
      }
      day = to + 1;
    }
  }
}

const overlaps = (person: Person, project: Project, day: Day): boolean =>
  person.assignments.some((span) => span.project === project && span.to >= day);

/** A medium's `file_tree`: the root and one to four top folders. */
export function medium(random: Random): string {
  const folder = (): string =>
    `R:\\${Array.from({ length: 5 }, () => random.pick([...'ACDEFHJKLMNPRTUVWXY347'])).join('')}`;
  return ['R:\\', ...Array.from({ length: random.between(1, 4) }, folder)].join(';');
}

function makeClearances(role: Role, joins: Day, days: number, random: Random): ClearanceSpan[] {
  const shift = random.next();
  const level = Math.max(1, Math.min(4, role.clearance + (shift < 0.2 ? -1 : shift > 0.9 ? 1 : 0)));
  const from = joins > -5000 ? joins - random.between(0, 20) : -random.between(300, 5000);
  if (level < 4 && random.chance(0.08) && days > 30) {
    const change = random.between(10, days - 10);
    if (change > from)
      return [
        { level, from, to: change - 1 },
        { level: level + 1, from: change, to: NEVER },
      ];
  }
  return [{ level, from, to: NEVER }];
}

/** People, teams, projects, assignments and service accounts, all decided by the seed. */
export function makeOrganisation(people: number, days: number, seed: number): Organisation {
  const random = streamOf(seed, 'organisation');
  const names = new Names(streamOf(seed, 'names'));
  const counts = headcounts(people);
  const { projects, closed } = makeProjects(people, days, streamOf(seed, 'projects'));
  const { teams, departments, byRole } = makeTeams(counts);
  const machines = random.shuffle(Array.from({ length: people * 3 }, (_, i) => 1000 + i));
  const partners = projects.map((project) => project.partner);
  const staff: Person[] = [];
  const roles = random.shuffle(counts.flatMap((count, i) => Array.from({ length: count }, () => i)));
  for (const roleIndex of roles) {
    const role = ROLES[roleIndex]!;
    const { id, name, email, local } = names.next();
    const joiner = days > 20 && random.chance(Math.min(0.3, days / 4200));
    const leaver = !joiner && days > 40 && random.chance(Math.min(0.3, days / 6500));
    const leaves = leaver ? random.between(20, days + 40) : NEVER;
    const joins = joiner ? random.between(1, days - 10) : ALWAYS;
    const usesMedia = random.chance(role.stick);
    const team = random.pick(byRole[roleIndex]!);
    const person: Person = {
      index: staff.length,
      id,
      name,
      email,
      privateMail: `${local.replace('.', random.chance(0.5) ? '_' : '')}${random.between(2, 99)}@${random.pick(PRIVATE_MAIL)}`,
      role,
      contract: random.chance(0.05),
      team,
      supervisor: undefined,
      joins,
      leaves,
      notice: leaver ? leaves - random.between(25, 75) : NEVER,
      assignments: [],
      clearances: makeClearances(role, joins, days, random),
      machine: machines[staff.length]!,
      laptopUser: random.chance(0.06),
      media: Array.from({ length: random.between(1, 3) }, () => medium(random)),
      usesMedia,
      pace: [lognormal(random, 0.38), lognormal(random, 0.32), lognormal(random, 0.45)],
      hours: [random.normal(8.35, 0.65) * 3600, random.normal(8.5, 0.45) * 3600, random.between(300, 1500)],
      outside: [],
    };
    assign(person, projects, days, random);
    fillOutside(person, partners, random);
    team.members.push(person);
    staff.push(person);
  }
  for (const team of teams) appointLead(team, staff);
  return { people: staff, teams, projects, closed, departments, services: serviceAccounts() };
}

const lognormal = (random: Random, spread: number): number => Math.exp(random.normal(-(spread * spread) / 2, spread));

function appointLead(team: Team, staff: readonly Person[]): void {
  team.lead = team.members.find((person) => person.joins < 0 && person.leaves === NEVER) ?? team.members[0];
  const head = staff.find(
    (person) => person.team.department === team.department && person.joins < 0 && person.leaves === NEVER,
  );
  for (const person of team.members)
    person.supervisor = person === team.lead ? (head === person ? undefined : head) : team.lead;
}

/** Outside counterparts a person writes to: of the partners of his projects, and some others. */
function fillOutside(person: Person, partners: readonly string[], random: Random): void {
  const local = (): string => `${random.pick(NAME_STARTS)}${random.pick(NAME_ENDS)}`.toLowerCase();
  for (const span of person.assignments) person.outside.push(`${local()}@${span.project.partner}`);
  const more = random.between(2, 5);
  for (let i = 0; i < more; i++) {
    const domain = random.chance(0.3)
      ? random.pick(partners)
      : `${random.pick(SUBJECTS)}-${random.pick(OUTSIDE_KINDS)}.example`;
    person.outside.push(`${random.chance(0.2) ? 'office' : local()}@${domain}`);
  }
}

function serviceAccounts(): Organisation['services'] {
  return [
    { id: 'svc_vaultcopy1', server: 'SRV-12', activity: 'File Copy' },
    { id: 'svc_vaultcopy2', server: 'SRV-12', activity: 'File Copy' },
    { id: 'svc_catalogue', server: 'SRV-15', activity: 'File Open' },
  ];
}

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
