/**
 * Judging alerts against the answers.
 *
 * Budget. Weeks count from the first day of the world. Of week w at most floor(B*people/1000*(w+1)) -
 * floor(B*people/1000*w) alerts are kept: the highest scores, one per account; ties fall to the earlier, then by name.
 *
 * Each kept alert is a hit (on somebody in a malicious case, from the day of his first act on), related (on an account
 * the case borrowed, until 14 days after its end), a look-alike (on an innocent one in the noted time and 7 days after,
 * or on a case that was turned back), or false. A case is caught by its first hit; what left before it is lost.
 */
import type { Answers, Case } from './answers.ts';
import { dayOf } from './table.ts';

/** `time`: seconds since 1970 by the clock on the wall. */
export interface Alert {
  readonly time: number;
  readonly user: string;
  readonly score: number;
}

export interface CaseOutcome {
  readonly id: string;
  readonly scenario: string;
  /** The first hit; undefined when it was never caught. */
  readonly firstHit: number | undefined;
  readonly caughtBeforeEnd: boolean;
  /** A hit, or an alert on a borrowed account. */
  readonly seen: boolean;
  readonly documents: number;
  readonly lost: number;
  readonly classified: number;
  readonly classifiedLost: number;
}

export interface Judgement {
  readonly kept: number;
  readonly hits: number;
  readonly related: number;
  readonly lookalikeAlerts: number;
  readonly falseAlerts: number;
  /** Alerts that were neither hit nor related, per 1,000 people and week. */
  readonly falsePerThousandPerWeek: number;
  /** Look-alikes by kind: how many there are, and how many of them were flagged. */
  readonly lookalikes: Map<string, { all: number; flagged: number }>;
  readonly cases: CaseOutcome[];
}

/** The alerts of each week, best first, one per account: what no budget changes. */
export type Ranking = readonly (readonly Alert[])[];

const CLASSIFIED: readonly string[] = ['confidential', 'secret', 'top_secret'];
const RELATED_DAYS = 14;
const LOOKALIKE_DAYS = 7;

export function rankByWeek(alerts: Iterable<Alert>, { firstDay, days }: Answers): Ranking {
  const weeks = Array.from({ length: Math.ceil(days / 7) }, () => new Map<string, Alert>());
  for (const alert of alerts) {
    const best = weeks[Math.floor((dayOf(alert.time) - firstDay) / 7)];
    const before = best?.get(alert.user);
    if (best !== undefined && (before === undefined || alert.score > before.score)) best.set(alert.user, alert);
  }
  return weeks.map((best) =>
    [...best.values()].sort((a, b) => b.score - a.score || a.time - b.time || byName(a.user, b.user)),
  );
}

/** The part of a ranking that `budget` alerts per 1,000 people and week pay for, in the order of time. */
export function withinBudget(ranking: Ranking, people: number, budget: number): Alert[] {
  const perWeek = (budget * people) / 1000;
  const until = (weeks: number) => Math.floor(perWeek * weeks + 1e-9);
  return ranking
    .flatMap((best, week) => best.slice(0, until(week + 1) - until(week)))
    .sort((a, b) => a.time - b.time || byName(a.user, b.user));
}

/** Judges the alerts of a ranking within a budget. */
export function judge(ranking: Ranking, answers: Answers, budget: number): Judgement {
  const kept = withinBudget(ranking, answers.people, budget);
  const cases = answers.cases.filter((one) => one.malicious);
  const firstHits = new Map<string, number>();
  const seen = new Set<string>();
  const innocents = innocentsOf(answers);
  const flagged = new Set<string>();
  const tally = { hit: 0, related: 0, lookalike: 0, false: 0 };
  for (const alert of kept) {
    const verdict = verdictOf(alert, cases, firstHits, seen);
    if (verdict !== undefined) {
      tally[verdict]++;
      continue;
    }
    const alike = innocents.filter((one) => isWithin(alert, one));
    for (const one of alike) flagged.add(keyOf(one));
    tally[alike.length > 0 ? 'lookalike' : 'false']++;
  }
  const weeks = Math.ceil(answers.days / 7);
  return {
    kept: kept.length,
    hits: tally.hit,
    related: tally.related,
    lookalikeAlerts: tally.lookalike,
    falseAlerts: tally.false,
    falsePerThousandPerWeek: (((tally.lookalike + tally.false) / answers.people) * 1000) / weeks,
    lookalikes: countKinds(innocents, flagged),
    cases: cases.map((one) => outcomeOf(one, firstHits.get(one.id), seen.has(one.id))),
  };
}

function verdictOf(
  { time, user }: Alert,
  cases: readonly Case[],
  firstHits: Map<string, number>,
  seen: Set<string>,
): 'hit' | 'related' | undefined {
  let verdict: 'hit' | 'related' | undefined;
  for (const one of cases) {
    const start = one.people.get(user);
    if (start !== undefined && dayOf(time) >= dayOf(start)) {
      verdict = 'hit';
      seen.add(one.id);
      if (!firstHits.has(one.id)) firstHits.set(one.id, time);
    } else if (one.accounts.includes(user) && isWithin({ time, user }, { ...one, user }, RELATED_DAYS)) {
      verdict ??= 'related';
      seen.add(one.id);
    }
  }
  return verdict;
}

interface Innocent {
  readonly user: string;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Whom to leave alone: the documented look-alikes, and whoever was approached and turned back. */
function innocentsOf({ cases, lookalikes }: Answers): Innocent[] {
  const turnedBack = cases
    .filter((one) => !one.malicious)
    .flatMap(({ people, label, start, end }) => [...people.keys()].map((user) => ({ user, kind: label, start, end })));
  return [...lookalikes, ...turnedBack];
}

function isWithin(
  alert: { time: number; user: string },
  { user, start, end }: Omit<Innocent, 'kind'>,
  daysAfter = LOOKALIKE_DAYS,
): boolean {
  const day = dayOf(alert.time);
  return alert.user === user && day >= dayOf(start) && day <= dayOf(end) + daysAfter;
}

const keyOf = ({ user, kind }: Innocent) => `${user} ${kind}`;

function countKinds(innocents: readonly Innocent[], flagged: ReadonlySet<string>): Judgement['lookalikes'] {
  const kinds: Judgement['lookalikes'] = new Map();
  for (const [key, { kind }] of new Map(innocents.map((one) => [keyOf(one), one]))) {
    const count = kinds.get(kind) ?? { all: 0, flagged: 0 };
    kinds.set(kind, { all: count.all + 1, flagged: count.flagged + (flagged.has(key) ? 1 : 0) });
  }
  return kinds;
}

function outcomeOf(one: Case, firstHit: number | undefined, seen: boolean): CaseOutcome {
  const all = [...one.losses.values()];
  const lost = all.filter(({ when }) => firstHit === undefined || when <= firstHit);
  const classified = (losses: typeof all) => losses.filter(({ level }) => CLASSIFIED.includes(level)).length;
  return {
    id: one.id,
    scenario: one.scenario,
    firstHit,
    caughtBeforeEnd: firstHit !== undefined && firstHit <= one.end,
    seen,
    documents: all.length,
    lost: lost.length,
    classified: classified(all),
    classifiedLost: classified(lost),
  };
}

/** By code unit, as programs order names. */
function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
