import { type Actor, mark } from './acts.ts';

/** How much somebody likes each part of the day for what others should not see. Weights, not shares. */
export type Tastes = {
  readonly day: number;
  readonly after: number;
  readonly before: number;
  readonly night: number;
  /** Chance of coming on a free day. */
  readonly weekend: number;
};

/** A stretch of time at a computer, in which something is done beside ordinary work. */
export type Sitting = {
  /** The actor at this sitting's computer. */
  readonly actor: Actor;
  readonly start: number;
  /** The last second at which something may begin. */
  readonly end: number;
  /** Signs off if the sitting was a session of its own. */
  readonly close: (second: number) => void;
};

const LATEST = 85_800;

/** Every case has tastes of its own. */
export function drawTastes(actor: Actor, likes: Partial<Tastes> = {}): Tastes {
  const { random, person } = actor;
  const weight = (): number => random.next() ** 2;
  return {
    day: 0.3 + weight(),
    after: weight() * 0.8,
    before: weight() * 0.25,
    night: person.role.night > 0 ? 1 : 0,
    weekend: random.chance(0.25) ? 0.2 * random.next() : 0,
    ...likes,
  };
}

/** Finds a time today of some `need` seconds, and signs on if the person is not at work then. */
export function sitDown(actor: Actor, tastes: Tastes, need: number): Sitting | undefined {
  const { world, person, random } = actor;
  const presence = world.presence[person.index]!;
  const away = presence.away;
  if (away && !away.working) return undefined;
  if (!presence.here) {
    if (!world.isFree || !random.chance(tastes.weekend)) return undefined;
    return session(actor, random.between(8 * 3600, 17 * 3600), random.chance(0.6) ? 'LT' : 'PC');
  }
  const part = chosenPart(actor, tastes, presence.nightFrom >= 0);
  const travels = away !== undefined;
  if (part === 'night') {
    const start = presence.nightFrom + random.between(120, 1500);
    presence.nightTo = Math.min(LATEST, Math.max(presence.nightTo, start + need));
    return { actor: { ...actor, pc: presence.nightPc }, start, end: LATEST, close: () => {} };
  }
  if (part === 'before') {
    const start = presence.from - need - random.between(300, 3000);
    if (start > 4 * 3600) return session(actor, start, travels ? 'LT' : 'PC', presence.from + 3600);
  }
  if (part === 'after' && presence.nightFrom < 0) {
    const start = presence.to + random.between(600, 7200);
    if (start + need < LATEST) return session(actor, start, travels || random.chance(0.3) ? 'LT' : 'PC');
  }
  const latest = presence.to - need;
  const start = latest > presence.from + 600 ? random.between(presence.from + 300, latest) : presence.from + 200;
  return { actor: { ...actor, pc: presence.pc }, start, end: Math.max(presence.to - 30, start + 60), close: () => {} };
}

function chosenPart(actor: Actor, tastes: Tastes, window: boolean): 'day' | 'after' | 'before' | 'night' {
  const weights = [
    ['night', window ? tastes.night : 0],
    ['after', tastes.after],
    ['before', tastes.before],
    ['day', tastes.day],
  ] as const;
  let draw = actor.random.next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [part, weight] of weights) {
    draw -= weight;
    if (draw < 0) return part;
  }
  return 'day';
}

function session(actor: Actor, start: number, kind: 'PC' | 'LT', end = LATEST): Sitting {
  const { book } = actor.world;
  const { person, random } = actor;
  const pc = `${kind}-${person.machine}`;
  book.logon(start, person.id, pc, 'Logon', mark(actor, 'access'));
  return {
    actor: { ...actor, pc },
    start: start + random.between(15, 150),
    end,
    close: (second) =>
      book.logon(Math.min(86_300, second + random.between(20, 900)), person.id, pc, 'Logoff', mark(actor, 'access')),
  };
}
