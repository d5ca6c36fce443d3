/** From trials to figures: each method, way and budget, over all worlds and for each. */
import type { Case } from './answers.ts';
import type { Judgement } from './score.ts';
import { type FullSummary, summarise } from './summary.ts';
import { judgeTrial, METHODS, type Method, type TriedWorld, WAYS, type Way } from './trial.ts';
import { type Worth, worthOf } from './worth.ts';

export interface Result {
  readonly method: Method;
  readonly way: Way;
  readonly budget: number;
  /** The world's name; undefined for all of them together. */
  readonly world: string | undefined;
  readonly summary: FullSummary;
}

/** A point of the curve of loss over budget. */
export interface CurvePoint {
  readonly method: Method;
  readonly way: Way;
  readonly budget: number;
  readonly lost: number | undefined;
}

/** One case over time: days count from the first day of its world. */
export interface CaseTimeline {
  readonly world: string;
  readonly id: string;
  readonly scenario: string;
  readonly days: number;
  readonly start: number;
  readonly end: number;
  /** The days on which documents left, one for each document, in order. */
  readonly losses: readonly number[];
  readonly firstHits: readonly { way: Way; budget: number; day: number }[];
}

export interface Evaluation {
  readonly worlds: readonly { name: string; people: number; days: number; cases: number }[];
  readonly methods: readonly Method[];
  readonly budgets: readonly number[];
  readonly results: readonly Result[];
  readonly curves: readonly CurvePoint[];
  readonly timelines: readonly CaseTimeline[];
  /** Empty unless the detections were left out one by one. */
  readonly worth: readonly Worth[];
}

/** Budgets of the curves, alerts per 1,000 people and week. */
const CURVE = [0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 40];

/** The budget at which the worth of a detection is measured. */
const WORTH_BUDGET = 5;

/** `budgets`: alerts per 1,000 people and week. All worlds must have been tried with the same methods. */
export function evaluate(tried: readonly TriedWorld[], budgets: readonly number[]): Evaluation {
  const worlds = tried.map((world) => ({ ...world, judged: judgedOnce(world) }));
  const methods = METHODS.filter((method) => worlds.every(({ trials }) => trials[method] !== undefined));
  const each = <T>(points: readonly number[], make: (method: Method, way: Way, budget: number) => T): T[] =>
    methods.flatMap((method) => WAYS.flatMap((way) => points.map((budget) => make(method, way, budget))));
  return {
    worlds: worlds.map(({ name, answers: { people, days, cases } }) => ({
      ...{ name, people, days },
      cases: cases.filter(({ malicious }) => malicious).length,
    })),
    methods,
    budgets,
    results: each(budgets, (method, way, budget) => resultsOf(worlds, method, way, budget)).flat(),
    curves: each(CURVE, (method, way, budget) => ({
      ...{ method, way, budget },
      lost: pooled(worlds, method, way, budget).lost,
    })),
    timelines: worlds.flatMap((world) => timelinesOf(world, budgets)),
    worth: WAYS.flatMap((way) => worthOf(worlds, way, WORTH_BUDGET)),
  };
}

/** The figures of one method; `world` undefined: of all worlds together. */
export function resultOf(
  { results }: Evaluation,
  method: Method,
  way: Way,
  budget: number,
  world?: string,
): FullSummary {
  return results.find(
    (one) => one.method === method && one.way === way && one.budget === budget && one.world === world,
  )!.summary;
}

interface JudgedWorld extends TriedWorld {
  readonly judged: (method: Method, way: Way, budget: number) => readonly Judgement[];
}

/** The judgements of a world's trials, each made once: tables and curves ask for the same ones. */
function judgedOnce({ answers, trials }: TriedWorld): JudgedWorld['judged'] {
  const known = new Map<string, Judgement[]>();
  return (method, way, budget) => {
    const key = `${method} ${way} ${budget}`;
    const found = known.get(key) ?? (trials[method] ?? []).map((trial) => judgeTrial(trial, answers, way, budget));
    known.set(key, found);
    return found;
  };
}

function resultsOf(worlds: readonly JudgedWorld[], method: Method, way: Way, budget: number): Result[] {
  const single = worlds.map((world) => ({
    ...{ method, way, budget, world: world.name },
    summary: pooled([world], method, way, budget),
  }));
  return [{ method, way, budget, world: undefined, summary: pooled(worlds, method, way, budget) }, ...single];
}

function pooled(worlds: readonly JudgedWorld[], method: Method, way: Way, budget: number): FullSummary {
  const judgements = worlds.flatMap(({ judged }) => judged(method, way, budget));
  return summarise(judgements, judgements.length / worlds.length);
}

function timelinesOf({ name, answers, judged }: JudgedWorld, budgets: readonly number[]): CaseTimeline[] {
  const day = (time: number) => time / 86_400 - answers.firstDay;
  const ours = WAYS.flatMap((way) =>
    budgets.map((budget) => ({ way, budget, cases: judged('countersign', way, budget)[0]!.cases })),
  );
  const firstHitsOf = (id: string): CaseTimeline['firstHits'] =>
    ours.flatMap(({ way, budget, cases }) => {
      const firstHit = cases.find((one) => one.id === id)?.firstHit;
      return firstHit === undefined ? [] : [{ way, budget, day: day(firstHit) }];
    });
  const lossesOf = ({ losses }: Case) => [...losses.values()].map(({ when }) => day(when)).sort((a, b) => a - b);
  return answers.cases
    .filter(({ malicious }) => malicious)
    .map((one) => ({
      ...{ world: name, id: one.id, scenario: one.scenario, days: answers.days },
      ...{ start: day(one.start), end: day(one.end), losses: lossesOf(one), firstHits: firstHitsOf(one.id) },
    }))
    .sort((a, b) => (a.scenario < b.scenario ? -1 : a.scenario > b.scenario ? 1 : 0));
}
