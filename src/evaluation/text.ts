/** An evaluation as tables for a terminal. */
import { type Evaluation, resultOf } from './evaluate.ts';
import type { FullSummary, Summary } from './summary.ts';
import { type Method, WAYS, type Way } from './trial.ts';

export const METHOD_NAMES: Readonly<Record<Method, string>> = {
  countersign: 'countersign',
  forest: 'isolation forest',
  random: 'random',
};

export const WAY_NAMES: Readonly<Record<Way, string>> = {
  weekly: 'Ranked by week',
  daily: 'Decided day by day',
};

export function evaluationText(evaluation: Evaluation): string {
  const { worlds } = evaluation;
  const total = (pick: (world: (typeof worlds)[number]) => number) => worlds.map(pick).reduce((a, b) => a + b, 0);
  const head = `${counted(worlds.length, 'world')}, ${counted(
    total((world) => world.people),
    'person',
    'people',
  )}, ${counted(
    total((world) => world.cases),
    'case',
  )}. Budget: alerts per 1,000 people and week.`;
  const parts = WAYS.flatMap((way) => [
    overall(evaluation, way),
    ...(worlds.length > 1 ? [byWorld(evaluation, way)] : []),
    ...(scenariosOf(evaluation).length > 0 ? [byScenario(evaluation, way)] : []),
    ...(evaluation.worth.length > 0 ? [worthText(evaluation, way)] : []),
  ]);
  return [head, ...parts].join('\n\n');
}

const HEADER = ['budget', 'found by', 'caught', 'before the end', 'lost', 'classified lost', 'false', 'look-alikes'];

function overall(evaluation: Evaluation, way: Way): string {
  const rows = evaluation.budgets.flatMap((budget) =>
    evaluation.methods.map((method, at) => [
      at === 0 ? String(budget) : '',
      METHOD_NAMES[method],
      ...figures(resultOf(evaluation, method, way, budget)),
    ]),
  );
  return [WAY_NAMES[way], aligned([HEADER, ...rows])].join('\n');
}

function figures(sum: FullSummary): string[] {
  return [
    ratio(sum.caught, sum.cases),
    ratio(sum.caughtBeforeEnd, sum.cases),
    fraction(sum.lost),
    fraction(sum.classifiedLost),
    sum.falsePerThousandPerWeek.toFixed(1),
    ratio(sum.lookalikesFlagged, sum.lookalikes),
  ];
}

function byWorld(evaluation: Evaluation, way: Way): string {
  const { budgets, worlds, methods } = evaluation;
  const rows = worlds.flatMap(({ name }) =>
    methods.map((method, at) => [
      at === 0 ? name : '',
      METHOD_NAMES[method],
      ...budgets.map((budget) => brief(resultOf(evaluation, method, way, budget, name))),
    ]),
  );
  const header = ['', '', ...budgets.map((budget) => `at ${budget}`)];
  return [`${WAY_NAMES[way]}, by world: lost, caught before the end`, aligned([header, ...rows])].join('\n');
}

function byScenario(evaluation: Evaluation, way: Way): string {
  const { budgets, methods } = evaluation;
  const rows = scenariosOf(evaluation).flatMap((scenario) =>
    methods.map((method, at) => [
      at === 0 ? scenario : '',
      METHOD_NAMES[method],
      ...budgets.map((budget) => brief(resultOf(evaluation, method, way, budget).scenarios[scenario]!)),
    ]),
  );
  const header = ['', '', ...budgets.map((budget) => `at ${budget}`)];
  return [`${WAY_NAMES[way]}, by scenario: lost, caught before the end`, aligned([header, ...rows])].join('\n');
}

function worthText(evaluation: Evaluation, way: Way): string {
  const { head, header, rows } = worthTable(evaluation, way);
  return [head, aligned([header, ...rows])].join('\n');
}

/** What each detection is worth, as cells. */
export function worthTable({ worth }: Evaluation, way: Way): { head: string; header: string[]; rows: string[][] } {
  const own = worth.filter((line) => line.way === way);
  const rows = own.map((line) => [
    ...[line.without ?? 'none', fraction(line.lost), signed(line.lostMore, 3)],
    ...[ratio(line.caughtBeforeEnd, line.cases), signed(line.caughtMore, 0), String(line.lookalikesFlagged)],
  ]);
  const header = ['left out', 'lost', 'more lost', 'before the end', 'more caught', 'look-alikes'];
  return { head: `${WAY_NAMES[way]}, without one of the detections, at ${own[0]?.budget}`, header, rows };
}

const signed = (value: number, digits: number) => `${value >= 0 ? '+' : ''}${value.toFixed(digits)}`;

export function scenariosOf(evaluation: Evaluation): string[] {
  const [first] = evaluation.results;
  return first === undefined ? [] : Object.keys(first.summary.scenarios);
}

/** What was lost, and how many were caught in time. */
export const brief = (sum: Summary) => `${fraction(sum.lost)}, ${ratio(sum.caughtBeforeEnd, sum.cases)}`;

export const fraction = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(2));

/** Counts are means where something was tried several times by lot. */
export function ratio(some: number, all: number): string {
  return `${Number(some.toFixed(1))} of ${Number(all.toFixed(1))}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** Columns: the first two to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
