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
  const away = presence.away;
  if (away && !away.working) return;
  const free = world.isFree;
  if (free && !random.chance(away ? 0.12 : person.pace[0] > 1.2 ? 0.07 : 0.022)) return;
  if (!free && random.chance(away && !away.posting ? 0.15 : 0.012)) return;
  const shift = away ? away.shift : 0;
  const start = (free ? random.between(8, 14) * 3600 : person.hours[0] + random.normal(0, person.hours[2])) + shift;
  const length = free
    ? random.between(3600, 5 * 3600)
    : person.hours[1] + random.normal(0, 1500) + (random.chance(0.06) ? 5400 : 0);
  presence.here = true;
  presence.from = Math.max(1200, Math.min(LATEST - length, start)) | 0;
  presence.to = Math.min(LATEST, presence.from + Math.max(3600, length)) | 0;
  const middle = presence.from + length * (0.4 + random.next() * 0.2);
  presence.lunchFrom = middle | 0;
  presence.lunchTo = (middle + (free ? 0 : random.between(1500, 3300))) | 0;
  presence.share = free ? 0.35 : away ? 0.75 : 1;
  const onLaptop = away !== undefined || (person.laptopUser && random.chance(0.5));
  presence.pc = onLaptop ? `LT-${person.machine}` : `PC-${person.machine}`;
  if (!away && sharedMachine(person, random)) presence.pc = `SH-${1 + ((person.team.lead?.machine ?? 0) % 97)}`;
  if (free || away) return;
  if (person.role.night > 0) {
    if (random.chance(person.role.night)) openWindow(presence, person, random);
  } else if (random.chance(person.laptopUser ? 0.14 : 0.015)) {
    // A little more in the evening, from home.
    openWindow(presence, person, random);
    presence.nightPc = `LT-${person.machine}`;
  }
}

function sharedMachine(person: Person, random: Random): boolean {
  const name = person.role.name;
  return (
    (name === 'FieldTechnician' || name === 'WorkshopTechnician' || name === 'RegistryClerk') && random.chance(0.1)
  );
}

/** The server an administrator mostly looks after. */
const serverOf = (person: Person): string => `SRV-${10 + (person.machine % 9)}`;

/** A maintenance window late in the evening, from the desk or on a server. */
export function openWindow(presence: Presence, person: Person, random: Random): void {
  const begin = Math.max(presence.to + 3600, 20 * 3600 + random.between(0, 6000));
  if (begin > 83_000) return;
  presence.nightFrom = begin;
  presence.nightTo = Math.min(LATEST, begin + random.between(3600, 9000));
  presence.nightPc = random.chance(0.6) ? serverOf(person) : `PC-${person.machine}`;
}

/** Makes sure a person who is at work today stays until `second`. False when the person is not there. */
export function stayUntil(presence: Presence, second: number): boolean {
  if (!presence.here) return false;
  presence.to = Math.max(presence.to, Math.min(LATEST, second | 0));
  return true;
}

/** A moment of the ordinary day, not in the lunch break. */
export function moment(presence: Presence, random: Random): number {
  const morning = presence.lunchFrom - presence.from;
  const total = morning + presence.to - presence.lunchTo;
  // The mean of two draws against one: people are busiest in the middle of their half days.
  const draw = random.next() < 0.4 ? (random.next() + random.next()) / 2 : random.next();
  const at = draw * total;
  return at < morning ? presence.from + at : presence.lunchTo + (at - morning);
}

/** The rows of logon.csv: in, out, and now and then locked. */
export function logSessions(world: World, person: Person, presence: Presence, random: Random): void {
  const book = world.book;
  const { pc, from, to } = presence;
  book.logon(from, person.id, pc, 'Logon');
  if (presence.lunchTo > presence.lunchFrom && random.chance(0.72)) {
    book.logon(presence.lunchFrom, person.id, pc, 'Logoff');
    book.logon(presence.lunchTo, person.id, pc, 'Logon');
  }
  for (let i = random.count(0.5 * presence.share); i > 0; i--) {
    const at = moment(presence, random);
    const back = at + random.between(180, 2400);
    if (back >= to - 60) continue;
    book.logon(at, person.id, pc, 'Logoff');
    book.logon(back, person.id, pc, 'Logon');
  }
  if (!presence.away && random.chance(0.012)) {
    // At a colleague's desk, with the own account.
    const other = random.pick(person.team.members);
    const at = moment(presence, random);
    book.logon(at, person.id, `PC-${other.machine}`, 'Logon');
    book.logon(Math.min(to, at + random.between(120, 3600)), person.id, `PC-${other.machine}`, 'Logoff');
  }
  if (person.role.night > 0 && random.chance(0.55 * presence.share)) {
    const at = moment(presence, random);
    const server = serverOf(person);
    book.logon(at, person.id, server, 'Logon');
    book.logon(Math.min(to, at + random.between(120, 5400)), person.id, server, 'Logoff');
  }
  book.logon(to, person.id, pc, 'Logoff');
  if (presence.nightFrom >= 0) {
    book.logon(presence.nightFrom, person.id, presence.nightPc, 'Logon');
    book.logon(presence.nightTo, person.id, presence.nightPc, 'Logoff');
  }
}
