import type { Day } from './calendar.ts';
import { employed, type Organisation, type Person, projectsOf, type Team } from './organisation.ts';
import type { Random } from './random.ts';

/**
 * Plans reorganisations: on one day some people of a department change team, and most of them a project too, so that
 * many people begin to read what they never read before. A few people change team alone.
 */
export function reorganise(organisation: Organisation, days: number, random: Random): void {
  if (days < 30) return;
  const { climate } = organisation;
  const large = organisation.departments.filter(
    (name) => organisation.teams.filter((team) => team.department === name).length > 1,
  );
  const events = Math.floor((climate.reorganisations * days) / 365 + random.next());
  for (let i = 0; i < events; i++) {
    const day = random.between(10, days - 10);
    const share = 0.15 + random.next() * 0.5;
    for (const department of random.shuffle(large).slice(0, random.between(1, 3))) {
      const teams = organisation.teams.filter((team) => team.department === department);
      for (const person of organisation.people) {
        if (person.team.department === department && random.chance(share)) move(person, teams, day, random);
      }
    }
  }
  for (let i = random.count((organisation.people.length * days) / 30_000); i > 0; i--) {
    const person = random.pick(organisation.people);
    const teams = organisation.teams.filter((team) => team.department === person.team.department);
    move(person, teams, random.between(5, days - 5), random);
  }
}

function move(person: Person, teams: readonly Team[], day: Day, random: Random): void {
  const others = teams.filter((team) => team !== person.team);
  if (others.length === 0 || person.team.lead === person || person.moves.length > 0 || !employed(person, day)) return;
  const to = random.pick(others);
  person.moves.push({ day, from: person.team, to });
  if (random.chance(0.4)) return;
  const current = person.assignments.filter((span) => span.from < day && span.to >= day);
  const colleagues = to.members.flatMap((member) => projectsOf(member, day));
  const choice = colleagues.filter((project) => !current.some((span) => span.project === project) && project.to > day);
  if (current.length === 0 || choice.length === 0) return;
  const ended = random.pick(current);
  ended.to = day - 1;
  const project = random.pick(choice);
  if (person.assignments.some((span) => span.project === project)) return;
  const last = Math.min(project.to, person.leaves);
  person.assignments.push({ project, from: day, to: last });
  project.members.push(person);
}

/** Carries out today's changes of team. */
export function moveToday(organisation: Organisation, day: Day): void {
  for (const person of organisation.people) {
    for (const change of person.moves) {
      if (change.day !== day) continue;
      change.from.members.splice(change.from.members.indexOf(person), 1);
      change.to.members.push(person);
      person.team = change.to;
    }
  }
}
