import { homePath, openPaper, type Play, sessions } from '../acts.ts';
import { type Casting, dayBetween, technical } from '../cast.ts';
import type { Person } from '../organisation.ts';
import type { Random } from '../random.ts';
import { jobHunt } from '../stories/leaver.ts';
import { both, ownReading, soon } from './parts.ts';

function gives(casting: Casting, random: Random): Person | undefined {
  const person = casting.find(random, () => true);
  if (!person) return undefined;
  person.notice = dayBetween(casting.world, random, 0.25, 0.8);
  person.leaves = person.notice + random.between(22, 60);
  return person;
}

/** Leaves, and copies personal photos and notes to a stick. */
export function leaverPhotos(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = gives(casting, random);
  if (!person) return undefined;
  const actor = casting.actor(person, random);
  const first = Math.max(0, person.leaves - random.between(10, 22));
  casting.innocent(
    person,
    'leaver_photos',
    first,
    person.leaves,
    'leaves; takes photos and personal notes along, no documents',
  );
  return sessions(actor, { first, last: person.leaves, every: [1, 5] }, (presence) => {
    const tree = person.media[0]!;
    let second = random.between(presence.from + 300, Math.max(presence.from + 400, presence.to - 3600));
    world.book.device(second, person.id, presence.pc, tree, 'Connect');
    for (let i = random.between(6, 40); i > 0; i--) {
      second += random.between(1, 12);
      const name = random.chance(0.8)
        ? `img-${random.between(1000, 9999)}.jpg`
        : `private-notes-${random.between(1, 40)}.txt`;
      world.book.file(second, person.id, presence.pc, homePath(person, name), 'File Copy', 'to', '');
    }
    world.book.device(second + random.between(20, 300), person.id, presence.pc, tree, 'Disconnect');
  });
}

/** Leaves and takes nothing: job sites, tidying up, reading for the hand-over. */
export function leaverQuiet(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = gives(casting, random);
  if (!person) return undefined;
  const actor = casting.actor(person, random);
  const first = Math.max(0, person.notice - 25);
  casting.innocent(
    person,
    'leaver_quiet',
    first,
    person.leaves,
    'leaves and takes nothing; reads for the hand-over and tidies up',
  );
  const tidy = sessions(actor, { first: person.notice, last: person.leaves, every: [2, 7] }, (presence) => {
    let second = soon(presence, random);
    for (let i = random.between(5, 25); i > 0; i--) {
      second += random.between(3, 60);
      world.book.file(
        second,
        person.id,
        presence.pc,
        homePath(person, `old-${random.between(1, 400)}.docx`),
        'File Delete',
        '',
        '',
      );
    }
    ownReading(actor, presence, random.between(4, 14));
  });
  return both(jobHunt(casting, person, casting.stream('quiet hunt', person.index), first, person.leaves), tidy);
}

/** Looks at job sites for weeks, and stays. */
export function jobSites(casting: Casting, random: Random): Play | undefined {
  const person = casting.find(random, () => true);
  if (!person) return undefined;
  const first = dayBetween(casting.world, random, 0.1, 0.6);
  const last = first + random.between(20, 80);
  casting.innocent(person, 'job_sites', first, last, 'looks at job sites for weeks and stays');
  return jobHunt(casting, person, random, first, last);
}

/** Takes over a project and reads its whole collection. */
export function handoverReading(casting: Casting, random: Random): Play | undefined {
  const { world } = casting;
  const person = casting.find(random, technical);
  const open = world.organisation.projects.filter((project) => project.from < 0 && project.to > world.calendar.days);
  if (!person || open.length === 0) return undefined;
  const project = random.pick(open);
  const first = dayBetween(world, random, 0.15, 0.75);
  const last = first + random.between(8, 18);
  person.assignments.push({ project, from: first, to: world.calendar.days + 100 });
  project.members.push(person);
  casting.innocent(person, 'handover_reading', first, last, `takes over project ${project.name} and reads all of it`);
  const actor = casting.actor(person, random);
  let at = 0;
  return sessions(actor, { first, last, every: [1, 1] }, (presence) => {
    const { documents, open: count } = world.register.byProject.get(project)!;
    let second = presence.from + random.between(600, 3600);
    for (let i = random.between(12, 34); i > 0 && at < count && second < presence.to - 100; i--) {
      openPaper(actor, second, documents[at++]!);
      second += random.between(40, 900);
    }
  });
}
