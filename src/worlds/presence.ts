import type { Away } from './absence.ts';
import { employed, type Person } from './organisation.ts';
import { Random } from './random.ts';
import type { World } from './world.ts';

/** When and where a person works on one day. Seconds of the day. `night` is a second, later session (maintenance). */
export type Presence = {
  here: boolean;
  from: number;
  to: number;
  lunchFrom: number;
  lunchTo: number;
  pc: string;
  nightFrom: number;
  nightTo: number;
  nightPc: string;
  /** Share of an ordinary day's work. */
  share: number;
  away: Away | undefined;
};

export const absent = (): Presence => ({
  here: false,
  from: 0,
  to: 0,
  lunchFrom: 0,
  lunchTo: 0,
  pc: '',
  nightFrom: -1,
  nightTo: -1,
  nightPc: '',
  share: 1,
  away: undefined,
});

const LATEST = 86_100;

/** Sets the ordinary presence of a person for the current day; plays may change it before the day is lived. */
export function setPresence(world: World, person: Person): void {
  const presence = world.presence[person.index]!;
  presence.here = false;
  presence.nightFrom = -1;
  presence.share = 1;
  presence.away = world.absences.on(person, world.day);
  if (!employed(person, world.day)) return;
  const random = new Random(world.seed, person.index, world.day * 8 + 1);
  const { climate } = world.organisation;
  const away = presence.away;
  if (away && !away.working) return;
  const free = world.isFree;
  if (free && !random.chance((away ? 0.12 : person.pace[0] > 1.2 ? 0.08 : 0.042) * climate.weekends)) return;
  if (!free && random.chance(away && !away.posting ? 0.15 : 0.01)) return;
  const shift = away ? away.shift : 0;
  const odd = !free && random.chance(climate.oddStarts) ? random.normal(0, 2.4 * 3600) : 0;
  const usual = person.hours[0] + random.normal(0, person.hours[2]) + Math.max(-3 * 3600, odd);
  const start = (free ? random.between(7, 18) * 3600 : usual) + shift;
  const length = free
    ? 1500 + random.exponential(5400)
    : person.hours[1] + random.normal(0, 2200) - Math.max(0, odd) * 0.6 + (random.chance(0.07) ? 5400 : 0);
  presence.here = true;
  presence.from = Math.max(1200, Math.min(LATEST - length, start)) | 0;
  presence.to = Math.min(LATEST, presence.from + Math.max(free ? 1200 : 3600, length)) | 0;
  const middle = presence.from + length * (0.3 + random.next() * 0.4);
  presence.lunchFrom = middle | 0;
  presence.lunchTo = (middle + (free ? 0 : random.between(1500, 4200))) | 0;
  presence.share = free ? 0.35 : away ? 0.75 : 1;
  const onLaptop = away !== undefined || (free ? random.chance(0.4) : person.laptopUser && random.chance(0.5));
  presence.pc = onLaptop ? `LT-${person.machine}` : `PC-${person.machine}`;
  if (free || away) return;
  if (person.role.night > 0 && random.chance(person.role.night)) openWindow(presence, person, random);
  else if (random.chance(person.temper.evening + (person.laptopUser ? 0.05 : 0))) comeBack(presence, person, random);
}

/** A short return in the evening, half the time from home. */
function comeBack(presence: Presence, person: Person, random: Random): void {
  const begin = presence.to + random.between(1200, 4 * 3600);
  if (begin > LATEST - 2400) return;
  presence.nightFrom = begin;
  presence.nightTo = Math.min(LATEST, begin + 600 + random.exponential(2400)) | 0;
  presence.nightPc = random.chance(0.5) ? `LT-${person.machine}` : `PC-${person.machine}`;
}

/** The server an administrator mostly looks after. */
const serverOf = (person: Person): string => `SRV-${10 + (person.machine % 9)}`;

/** A shared machine near somebody's place of work, one of about one for seven people. */
const sharedNear = (world: World, person: Person, random: Random): string =>
  `SH-${1 + ((person.machine + random.int(3) * 7) % Math.max(3, Math.round(world.organisation.people.length / 7)))}`;

/** A maintenance window late in the evening, from the desk or from home. */
export function openWindow(presence: Presence, person: Person, random: Random): void {
  const begin = Math.max(presence.to + 3600, 20 * 3600 + random.between(0, 6000));
  if (begin > 83_000) return;
  presence.nightFrom = begin;
  presence.nightTo = Math.min(LATEST, begin + random.between(3600, 9000));
  presence.nightPc = `${random.chance(0.75) ? 'PC' : 'LT'}-${person.machine}`;
}

/** Makes sure a person who is at work today stays until `second`. False when the person is not there. */
export function stayUntil(presence: Presence, second: number): boolean {
  if (!presence.here) return false;
  presence.to = Math.max(presence.to, Math.min(LATEST, second | 0));
  return true;
}

/** The computer somebody sits at, at a second of today: the evening session's, or the day's. */
export const pcOf = (presence: Presence, second: number): string =>
  presence.nightFrom >= 0 && second >= presence.nightFrom ? presence.nightPc : presence.pc;

/** A moment of the ordinary day, not in the lunch break. */
export function moment(presence: Presence, random: Random): number {
  const morning = presence.lunchFrom - presence.from;
  const total = morning + presence.to - presence.lunchTo;
  // The mean of two draws against one: people are busiest in the middle of their half days.
  const draw = random.next() < 0.4 ? (random.next() + random.next()) / 2 : random.next();
  const at = draw * total;
  return at < morning ? presence.from + at : presence.lunchTo + (at - morning);
}

/** The rows of logon.csv: in, out, locked now and then, visits at other machines. */
export function logSessions(world: World, person: Person, presence: Presence, random: Random): void {
  const book = world.book;
  const { pc, from, to } = presence;
  const visit = (machine: string, at: number, length: number): void => {
    book.logon(at, person.id, machine, 'Logon');
    book.logon(Math.min(LATEST, at + length), person.id, machine, 'Logoff');
  };
  book.logon(from, person.id, pc, 'Logon');
  if (presence.lunchTo > presence.lunchFrom && random.chance(0.42)) {
    book.logon(presence.lunchFrom, person.id, pc, 'Logoff');
    book.logon(presence.lunchTo, person.id, pc, 'Logon');
  }
  for (let i = random.count(0.78 * presence.share); i > 0; i--) {
    const at = moment(presence, random);
    const back = at + 120 + random.exponential(2000);
    if (back >= to - 60) continue;
    book.logon(at, person.id, pc, 'Logoff');
    book.logon(back, person.id, pc, 'Logon');
  }
  if (!presence.away && random.chance(person.temper.guest * presence.share)) {
    // At somebody else's desk, with the own account.
    const { people } = world.organisation;
    const other = random.pick(random.chance(0.25) ? person.team.members : people);
    visit(`PC-${other.machine}`, moment(presence, random), random.between(120, 3600));
  }
  if (!presence.away && random.chance(person.temper.shared * presence.share))
    visit(sharedNear(world, person, random), moment(presence, random), random.between(120, 5400));
  if (person.role.night > 0 && random.chance(0.55 * presence.share))
    visit(serverOf(person), moment(presence, random), random.between(120, 5400));
  book.logon(to, person.id, pc, 'Logoff');
  if (presence.nightFrom < 0) return;
  book.logon(presence.nightFrom, person.id, presence.nightPc, 'Logon');
  if (person.role.night > 0 && random.chance(0.6))
    visit(serverOf(person), presence.nightFrom + random.between(60, 900), random.between(120, 3600));
  book.logon(presence.nightTo, person.id, presence.nightPc, 'Logoff');
}
