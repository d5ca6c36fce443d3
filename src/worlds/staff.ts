import type { Day } from './calendar.ts';
import { type Climate, drawClimate } from './climate.ts';
import { Names } from './names.ts';
import {
  ALWAYS,
  type ClearanceSpan,
  NEVER,
  type Organisation,
  type Person,
  type Project,
  type Team,
} from './organisation.ts';
import { type Random, streamOf } from './random.ts';
import { reorganise } from './reorganisation.ts';
import { ROLES, type Role } from './roles.ts';
import { headcounts, makeProjects, makeTeams } from './structure.ts';
import { drawTemper } from './temper.ts';
import { NAME_ENDS, NAME_STARTS, OUTSIDE_KINDS, PRIVATE_MAIL, SUBJECTS } from './words.ts';

/** The spans in which a person works on projects: one to three at a time, changed now and then. */
function assign(person: Person, projects: readonly Project[], days: number, climate: Climate, random: Random): void {
  const wanted = random.between(person.role.projects[0], person.role.projects[1]);
  for (let slot = 0; slot < wanted; slot++) {
    let day = Math.max(person.joins, -random.between(5, 400));
    while (day < days && day < person.leaves) {
      const length = Math.round(60 + random.exponential(climate.assignment));
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
export function newMedium(random: Random): string {
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
  const climate = drawClimate(seed);
  const outsiders = makeOutsiders(people, projects, streamOf(seed, 'outsiders'));
  const tempers = streamOf(seed, 'tempers');
  const staff: Person[] = [];
  const roles = random.shuffle(counts.flatMap((count, i) => Array.from({ length: count }, () => i)));
  for (const roleIndex of roles) {
    const role = ROLES[roleIndex]!;
    const { id, name, email, local } = names.next();
    const joiner = days > 20 && random.chance(Math.min(0.3, days / 4200));
    const leaver = !joiner && days > 40 && random.chance(Math.min(0.3, days / 6500));
    const leaves = leaver ? random.between(20, days + 40) : NEVER;
    const joins = joiner ? random.between(1, days - 10) : ALWAYS;
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
      moves: [],
      joins,
      leaves,
      notice: leaver ? leaves - random.between(25, 75) : NEVER,
      assignments: [],
      clearances: makeClearances(role, joins, days, random),
      machine: machines[staff.length]!,
      laptopUser: random.chance(0.06),
      temper: drawTemper(role, climate, tempers),
      media: Array.from({ length: random.chance(0.4) ? random.between(3, 5) : random.between(1, 2) }, () =>
        newMedium(random),
      ),
      pace: [lognormal(random, 0.46), lognormal(random, 0.52), lognormal(random, 0.58)],
      hours: [
        random.normal(8.35, 0.65) * 3600,
        random.normal(8.5, 0.45) * 3600,
        Math.min(7200, 1500 * Math.exp(random.normal(0, 0.65))),
      ],
      outside: [],
    };
    assign(person, projects, days, climate, random);
    fillOutside(person, outsiders, random);
    team.members.push(person);
    staff.push(person);
  }
  for (const team of teams) appointLead(team, staff);
  const organisation = {
    people: staff,
    teams,
    projects,
    closed,
    departments,
    climate,
    outsiders,
    services: serviceAccounts(),
  };
  reorganise(organisation, days, streamOf(seed, 'reorganisations'));
  return organisation;
}

const lognormal = (random: Random, spread: number): number => Math.exp(random.normal(-(spread * spread) / 2, spread));

function appointLead(team: Team, staff: readonly Person[]): void {
  const stays = (person: Person): boolean => person.joins < 0 && person.leaves === NEVER;
  team.lead = team.members.find(stays) ?? team.members[0];
  team.head = staff.find((person) => person.team.department === team.department && stays(person));
}

/** Some four addresses for each of the staff: at the partners, and at as many other places as half the staff. */
function makeOutsiders(people: number, projects: readonly Project[], random: Random): string[] {
  const local = (): string => `${random.pick(NAME_STARTS)}${random.pick(NAME_ENDS)}`.toLowerCase();
  const others = Array.from(
    { length: Math.max(4, Math.round(people * 0.5)) },
    () => `${random.pick(SUBJECTS)}-${random.pick(OUTSIDE_KINDS)}.example`,
  );
  const domains = [...projects.map((project) => project.partner), ...others];
  return [
    ...new Set(
      Array.from({ length: people * 4 }, () => {
        const name = random.chance(0.1) ? random.pick(['office', 'info', 'orders', 'events']) : local();
        return `${random.chance(0.4) ? `${name[0]}.` : ''}${name}@${random.pick(domains)}`;
      }),
    ),
  ];
}

/** Outside counterparts a person writes to: of the partners of the own projects, and some others. */
function fillOutside(person: Person, outsiders: readonly string[], random: Random): void {
  const partners = new Set(person.assignments.map((span) => span.project.partner));
  const near = outsiders.filter((address) => partners.has(address.split('@')[1]!));
  const count = Math.max(4, Math.round(Math.exp(random.normal(2.1, 0.6))));
  for (let i = 0; i < count; i++) {
    person.outside.push(random.pick(near.length > 0 && random.chance(0.5) ? near : outsiders));
  }
}

function serviceAccounts(): Organisation['services'] {
  return [
    { id: 'svc_vaultcopy1', server: 'SRV-12', activity: 'File Copy' },
    { id: 'svc_vaultcopy2', server: 'SRV-12', activity: 'File Copy' },
    { id: 'svc_catalogue', server: 'SRV-15', activity: 'File Open' },
  ];
}
