import { rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { Fault } from '../base/fault.ts';
import { Absences } from './absence.ts';
import type { Play } from './acts.ts';
import { Answers } from './answers.ts';
import { Calendar } from './calendar.ts';
import { Casting } from './cast.ts';
import { Daybook } from './daybook.ts';
import { type Log, makeDirt } from './dirt.ts';
import { liveDay, runServices } from './habits.ts';
import { castLookalikes } from './lookalikes/lookalikes.ts';
import { Mailroom } from './mail.ts';
import { absent, setPresence } from './presence.ts';
import { Random } from './random.ts';
import { Register } from './register.ts';
import { moveToday } from './reorganisation.ts';
import { Sites } from './sites.ts';
import { makeOrganisation } from './staff.ts';
import { castStories, SCENARIOS } from './stories/stories.ts';
import { writeTables } from './tables.ts';
import type { World } from './world.ts';

export type SimulateOptions = {
  /** Staff on the first day and joiners together, 8 or more. */
  people: number;
  /** Simulated days, 7 or more. */
  days: number;
  /** An integer; the same options give the same bytes. */
  seed: number;
  /** The folder to write; files of the same names are replaced. */
  out: string;
  /** The first day, YYYY-MM-DD. */
  start?: string;
  /** false: nobody does wrong; a list of letters: only these stories. */
  stories?: boolean | string[];
  /** false: complete logs without duplicates, late rows, gaps or wrong clocks. */
  dirty?: boolean;
  /** Where the truth goes; it must not lie in `out`. */
  answers?: string;
  onProgress?: (progress: { rows: number; day: number; days: number }) => void;
  signal?: AbortSignal;
};

export type Simulated = {
  /** Rows by log: logon, device, file, email, http. */
  rows: Record<Log, number>;
  people: number;
  days: number;
  start: string;
  documents: number;
  /** Cases by scenario letter, and innocent people who look like one. */
  insiders: Record<string, number>;
  lookalikes: number;
};

const DEFAULT_START = '2026-01-05';

/**
 * Simulates an organisation day by day and writes its logs and tables as an organisation folder.
 * Memory holds one day of rows, never the whole. Throws `invalid-input` on a bad option and `interrupted` on abort.
 */
export async function simulate(options: SimulateOptions): Promise<Simulated> {
  check(options);
  const { people, days, seed, out } = options;
  const calendar = new Calendar(options.start ?? DEFAULT_START, days);
  const answers = new Answers(calendar);
  const book = new Daybook(calendar, makeDirt(options.dirty ?? true, days, seed), answers, seed);
  const world = makeWorld(options, calendar, answers, book);
  const casting = new Casting(world);
  const plays = [
    ...castStories(casting, chosenStories(options.stories), Array.isArray(options.stories)),
    ...castLookalikes(casting),
  ];
  await rm(join(out, 'LDAP'), { recursive: true, force: true });
  await book.open(out);
  try {
    for (let day = 0; day < days; day++) {
      if (options.signal?.aborted)
        throw new Fault('interrupted', `Stopped on day ${day + 1} of ${days}.`, { place: out });
      await simulateDay(world, plays, day);
      options.onProgress?.({
        rows: Object.values(book.rows).reduce((sum, count) => sum + count, 0),
        day: day + 1,
        days,
      });
    }
    await book.close();
  } catch (error) {
    await book.abandon();
    throw error;
  }
  await writeTables(world, out);
  if (options.answers)
    await answers.write(options.answers, { seed, people, days, start: calendar.start, difficulty: 2, rows: book.rows });
  const insiders: Record<string, number> = {};
  for (const letter of SCENARIOS) {
    const groups = new Set(
      answers
        .played()
        .filter((part) => part.scenario === letter)
        .map((part) => part.group),
    );
    if (groups.size > 0) insiders[letter] = groups.size;
  }
  const documents = world.register.all.length;
  return {
    rows: book.rows,
    people,
    days,
    start: calendar.start,
    documents,
    insiders,
    lookalikes: answers.innocents.length,
  };
}

function check(options: SimulateOptions): void {
  const whole = (name: 'people' | 'days' | 'seed', least: number, most: number): void => {
    const value = options[name];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new Fault('invalid-input', `${name} must be a whole number from ${least} to ${most}.`, { place: name });
    }
  };
  whole('people', 8, 30_000);
  whole('days', 7, 3660);
  whole('seed', 0, 2 ** 32 - 1);
  const start = options.start ?? DEFAULT_START;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(start) ? Date.parse(`${start}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== start) {
    throw new Fault('invalid-input', 'start must be a day that exists, as YYYY-MM-DD.', { place: 'start' });
  }
  for (const letter of Array.isArray(options.stories) ? options.stories : []) {
    if (!SCENARIOS.includes(letter))
      throw new Fault('invalid-input', `There is no story ${letter}: choose from ${SCENARIOS.join(', ')}.`, {
        place: 'stories',
      });
  }
  if (options.answers !== undefined) {
    const way = relative(resolve(options.out), resolve(options.answers));
    if (way === '' || !way.startsWith('..')) {
      throw new Fault('invalid-input', 'The answers must not lie in the folder the product reads.', {
        place: 'answers',
      });
    }
  }
}

function chosenStories(stories: boolean | string[] | undefined): readonly string[] {
  if (Array.isArray(stories)) return stories;
  return stories === false ? [] : SCENARIOS;
}

function makeWorld(options: SimulateOptions, calendar: Calendar, answers: Answers, book: Daybook): World {
  const { people, days, seed } = options;
  const organisation = makeOrganisation(people, days, seed);
  return {
    seed,
    calendar,
    organisation,
    register: new Register(organisation, days, seed),
    absences: new Absences(organisation, calendar, seed),
    sites: new Sites(people, seed),
    mail: new Mailroom(people),
    book,
    answers,
    presence: organisation.people.map(absent),
    desks: organisation.people.map(() => ({ papers: [], local: [] })),
    contacts: [],
    day: 0,
    isFree: false,
  };
}

async function simulateDay(world: World, plays: readonly Play[], day: number): Promise<void> {
  world.day = day;
  world.isFree = world.calendar.isFree(day);
  world.book.beginDay(day);
  world.register.advance(day);
  moveToday(world.organisation, day);
  if (day % 7 === 0) world.mail.meet(world);
  for (const person of world.organisation.people) setPresence(world, person);
  for (const play of plays) play.live();
  for (const person of world.organisation.people) liveDay(world, person);
  world.mail.deliver(world, new Random(world.seed, 0x3a11, day));
  runServices(world, new Random(world.seed, 0x5e7c, day));
  await world.book.endDay();
}
