/** What each detection is worth: what would have been lost and caught without it. */
import { type FullSummary, summarise } from './summary.ts';
import { judgeTrial, type TriedWorld, type Way } from './trial.ts';

export interface Worth {
  /** Undefined: with all of them. */
  readonly without: string | undefined;
  readonly way: Way;
  readonly budget: number;
  readonly lost: number | undefined;
  readonly caughtBeforeEnd: number;
  readonly cases: number;
  readonly lookalikesFlagged: number;
  /** Against all of them: positive where more is lost without it. */
  readonly lostMore: number;
  /** Against all of them: negative where fewer are caught without it. */
  readonly caughtMore: number;
}

/** The detections in the order of what would be lost without them, after the line with all of them. */
export function worthOf(worlds: readonly TriedWorld[], way: Way, budget: number): Worth[] {
  const detections = [...(worlds[0]?.without?.keys() ?? [])];
  if (detections.length === 0) return [];
  const all = summariseWithout(worlds, undefined, way, budget);
  const lines = [undefined, ...detections].map((without): Worth => {
    const sum = without === undefined ? all : summariseWithout(worlds, without, way, budget);
    return {
      ...{ without, way, budget, lost: sum.lost, caughtBeforeEnd: sum.caughtBeforeEnd, cases: sum.cases },
      lookalikesFlagged: sum.lookalikesFlagged,
      lostMore: (sum.lost ?? 0) - (all.lost ?? 0),
      caughtMore: sum.caughtBeforeEnd - all.caughtBeforeEnd,
    };
  });
  const [first, ...others] = lines;
  return [first!, ...others.sort((a, b) => b.lostMore - a.lostMore || a.caughtMore - b.caughtMore)];
}

function summariseWithout(
  worlds: readonly TriedWorld[],
  detection: string | undefined,
  way: Way,
  budget: number,
): FullSummary {
  const judgements = worlds.map(({ answers, trials, without }) => {
    const trial = detection === undefined ? trials.countersign![0]! : without!.get(detection)!;
    return judgeTrial(trial, answers, way, budget);
  });
  return summarise(judgements, 1);
}
