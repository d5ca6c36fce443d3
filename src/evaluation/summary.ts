/** Judgements of several worlds, or of several runs by lot, as figures. */
import type { CaseOutcome, Judgement } from './score.ts';

/** Numbers are means over the runs: a run by lot may catch two cases and the next one three. */
export interface Summary {
  readonly cases: number;
  readonly caught: number;
  readonly caughtBeforeEnd: number;
  /** The mean over cases of the fraction of documents that left before the first hit; 1 for a case never caught. */
  readonly lost: number | undefined;
  /** The same of confidential, secret and top secret ones; cases without any stay out. */
  readonly classifiedLost: number | undefined;
}

export interface FullSummary extends Summary {
  readonly falsePerThousandPerWeek: number;
  readonly lookalikes: number;
  readonly lookalikesFlagged: number;
  readonly scenarios: Readonly<Record<string, Summary>>;
  /** Look-alikes by kind. */
  readonly kinds: Readonly<Record<string, { all: number; flagged: number }>>;
}

/** `judgements` of all worlds in all runs; `runs` is how often each world is among them. */
export function summarise(judgements: readonly Judgement[], runs: number): FullSummary {
  const cases = judgements.flatMap((judgement) => judgement.cases);
  const kinds = new Map<string, { all: number; flagged: number }>();
  for (const { lookalikes } of judgements)
    for (const [kind, { all, flagged }] of lookalikes) {
      const before = kinds.get(kind) ?? { all: 0, flagged: 0 };
      kinds.set(kind, { all: before.all + all / runs, flagged: before.flagged + flagged / runs });
    }
  const letters = [...new Set(cases.map(({ scenario }) => scenario))].sort();
  return {
    ...summariseCases(cases, runs),
    falsePerThousandPerWeek: mean(judgements.map((judgement) => judgement.falsePerThousandPerWeek)) ?? 0,
    lookalikes: sum([...kinds.values()].map(({ all }) => all)),
    lookalikesFlagged: sum([...kinds.values()].map(({ flagged }) => flagged)),
    scenarios: Object.fromEntries(
      letters.map((letter) => [
        letter,
        summariseCases(
          cases.filter(({ scenario }) => scenario === letter),
          runs,
        ),
      ]),
    ),
    kinds: Object.fromEntries([...kinds].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function summariseCases(cases: readonly CaseOutcome[], runs: number): Summary {
  return {
    cases: cases.length / runs,
    caught: cases.filter(({ firstHit }) => firstHit !== undefined).length / runs,
    caughtBeforeEnd: cases.filter(({ caughtBeforeEnd }) => caughtBeforeEnd).length / runs,
    lost: mean(cases.map(fractionLost)),
    classifiedLost: mean(
      cases.map(({ classified, classifiedLost }) => fractionLost({ documents: classified, lost: classifiedLost })),
    ),
  };
}

/** Undefined where there was nothing to lose. */
export function fractionLost({ documents, lost }: { documents: number; lost: number }): number | undefined {
  return documents === 0 ? undefined : lost / documents;
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : sum(known) / known.length;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
