import { join } from 'node:path';
import type { Day } from './calendar.ts';
import { NEVER, type Person, projectsOf, supervisorOf, teamOn } from './organisation.ts';
import { streamOf } from './random.ts';
import { fingerprint, LEVELS } from './register.ts';
import type { World } from './world.ts';
import { quoted, TableWriter } from './writer.ts';

async function table(folder: string, name: string, header: string, lines: Iterable<string>): Promise<void> {
  const writer = await TableWriter.create(folder, name, header);
  for (const line of lines) await writer.line(line);
  await writer.close();
}

/** Writes the tables beside the logs. Called after the last day: people may declare contacts while it lasts. */
export async function writeTables(world: World, folder: string): Promise<void> {
  const { calendar, register, organisation, seed } = world;
  await directory(world, folder);
  const day = (value: Day): string => calendar.iso(value);
  await table(
    folder,
    'documents.csv',
    'path,title,level,owner_team,project,registered_at,sha256,bytes',
    register.all.map((one) =>
      [
        one.path,
        one.title,
        LEVELS[one.level]!,
        one.team?.name ?? '',
        one.project?.name ?? '',
        day(one.registered),
        fingerprint(one, seed),
        `${one.bytes}`,
      ]
        .map(quoted)
        .join(','),
    ),
  );
  const clearances = organisation.people.flatMap((person) =>
    person.clearances.map((span) => ({ person, ...span, from: Math.max(span.from, person.joins - 20) })),
  );
  await table(
    folder,
    'clearances.csv',
    'user_id,level,from,to',
    clearances.map(
      (span) => `${span.person.id},${LEVELS[span.level]!},${day(span.from)},${span.to === NEVER ? '' : day(span.to)}`,
    ),
  );
  const trips = organisation.people.flatMap((person) =>
    world.absences.byPerson[person.index]!.filter((span) => span.trip && span.declared < calendar.days).map((span) => ({
      person,
      ...span,
    })),
  );
  trips.sort((a, b) => a.declared - b.declared || a.person.index - b.person.index);
  await table(
    folder,
    'travel.csv',
    'user_id,from,to,country_code,purpose,declared_at',
    trips.map(
      (one) =>
        `${one.person.id},${day(one.from)},${day(one.to)},${one.country},${one.working ? 'work' : 'private'},${day(one.declared)}`,
    ),
  );
  const contacts = [...world.contacts, ...ordinaryContacts(world)].sort(
    (a, b) => a.day - b.day || a.person.index - b.person.index,
  );
  await table(
    folder,
    'contacts.csv',
    'user_id,declared_at,context,note',
    contacts.map((one) => [one.person.id, day(one.day), one.context, one.note].map(quoted).join(',')),
  );
  const leaving = organisation.people.filter((person) => person.notice < calendar.days && person.leaves >= 0);
  leaving.sort((a, b) => a.notice - b.notice || a.index - b.index);
  await table(
    folder,
    'departures.csv',
    'user_id,notice_given,last_day',
    leaving.map((person) => `${person.id},${day(person.notice)},${day(person.leaves)}`),
  );
  await table(
    folder,
    'decoys.csv',
    'path,placed_at',
    register.decoys.map((one) => `${quoted(one.path)},${day(one.registered)}`),
  );
}

const CONTEXTS = [
  'trade fair',
  'evening course',
  'sports club',
  'supplier meeting',
  'former colleague',
  'public lecture',
];
const NOTES = [
  'gave a visiting card',
  'asked for a leaflet',
  'nothing further',
  'wants to visit',
  'asked about open positions',
  'invited to a panel',
];

function ordinaryContacts(world: World): World['contacts'] {
  const random = streamOf(world.seed, 'contacts');
  const { people } = world.organisation;
  const found: World['contacts'] = [];
  for (let i = random.count((people.length * world.calendar.days) / 2600); i > 0; i--) {
    const person = random.pick(people);
    const day = random.int(world.calendar.days);
    if (person.joins > day || person.leaves < day) continue;
    found.push({ person, day, context: random.pick(CONTEXTS), note: random.pick(NOTES) });
  }
  return found;
}

/** One LDAP file a month: the state on the month's first simulated day, with those who join during the month. */
async function directory(world: World, folder: string): Promise<void> {
  const { calendar, organisation } = world;
  const departments = organisation.departments;
  const row = (person: Person, day: Day): string => {
    const team = teamOn(person, day);
    const number = departments.indexOf(team.department) + 1;
    const projects = projectsOf(person, Math.max(day, person.joins))
      .map((project) => project.name)
      .join(';');
    const unit = `${person.contract ? 'Agency' : 'Institute'},${person.role.technical ? 'Engineering' : 'Services'}`;
    return `${person.name},${person.id},${person.email},${person.role.name},${projects},${unit},${number} ${team.department},${team.name},${supervisorOf(person, team)?.name ?? ''}`;
  };
  for (let day = 0; day < calendar.days; ) {
    const month = calendar.month(day);
    let end = day;
    while (end < calendar.days && calendar.month(end) === month) end++;
    const lines = organisation.people
      .filter((person) => person.joins < end && person.leaves >= day)
      .map((person) => row(person, day));
    const network = departments.indexOf('Networks') + 1;
    for (const service of organisation.services) {
      lines.push(`${service.id},${service.id},,ServiceAccount,,Automation,Engineering,${network} Networks,,`);
    }
    await table(
      join(folder, 'LDAP'),
      `${month}.csv`,
      'employee_name,user_id,email,role,projects,business_unit,functional_unit,department,team,supervisor',
      lines.sort(),
    );
    day = end;
  }
}
