import type { Day } from './calendar.ts';
import { NEVER, type Project, type Team } from './organisation.ts';
import type { Random } from './random.ts';
import { KEY_ROLES, ROLES } from './roles.ts';
import { OUTSIDE_KINDS, PROJECT_NAMES, SUBJECTS } from './words.ts';

/** How many people each role gets: by weight, key roles at least once, largest remainders fill up. */
export function headcounts(people: number): number[] {
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

export function makeProjects(people: number, days: number, random: Random): { projects: Project[]; closed: Project[] } {
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
    const startsLater = i > 2 && random.chance(Math.min(0.2, days / 2600));
    const from = startsLater ? random.between(5, Math.max(6, days - 20)) : -random.between(60, 1500);
    const ends = i > 2 && !startsLater && random.chance(Math.min(0.2, days / 2600));
    return make(name, i, from, ends ? random.between(10, Math.max(11, days)) : NEVER);
  });
  const closed = names.slice(active).map((name, i) => {
    const to = -random.between(100, 2500);
    return make(name, i, to - random.between(300, 1400), to);
  });
  return { projects, closed };
}

export function makeTeams(counts: readonly number[]): { teams: Team[]; departments: string[]; byRole: Team[][] } {
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
        head: undefined,
      });
    }
  }
  return {
    teams,
    departments,
    byRole: ROLES.map((role) => teams.filter((team) => team.department === role.department)),
  };
}
