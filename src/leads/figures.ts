/** Figures for whoever may know how many and never who: small groups are withheld, and whatever would give them away. */

/** A group of fewer than this many is withheld. */
export const LEAST = 5;

/** How many, and the ways in which they are divided: each division's parts add up to the count. */
export interface Count {
  readonly name: string;
  readonly count: number;
  readonly divisions?: Division<Count>[];
}
export interface Division<Part> {
  readonly name: string;
  readonly parts: Part[];
}

/** The same as it may be shown; null is withheld. */
export interface Figure {
  readonly name: string;
  readonly count: number | null;
  readonly divisions: Division<Figure>[];
}

/**
 * What of a count may be shown. A part below LEAST is withheld, none at all included: that nobody is concerned is news
 * too. A reader can subtract what is shown from the whole, so the next smallest parts are withheld with it until there
 * are two at least, LEAST in all, and not all alike: then each of them may be anything from nothing to their sum, and
 * two of them may be exchanged without anything looking different, also to a reader who knows these rules (up to ten
 * parts). Nothing is shown below a part that is withheld, and not which are small and which withheld for their sake.
 */
export function publish(whole: Count): Figure {
  return whole.count < LEAST ? withhold(whole) : show(whole);
}

function show({ name, count, divisions = [] }: Count): Figure {
  return {
    name,
    count,
    divisions: divisions.map((division) => ({ name: division.name, parts: publishParts(division.parts) })),
  };
}

function publishParts(parts: readonly Count[]): Figure[] {
  const counts = parts.map(({ count }) => count).sort((a, b) => a - b);
  const withheld = counts.filter((count) => count < LEAST);
  const next = () => counts[withheld.length];
  while (withheld.length > 0 && tellsTooMuch(withheld) && next() !== undefined) {
    // Parts of the same size go together: which of them was chosen would tell something.
    withheld.push(...counts.filter((count) => count === next()));
  }
  const most = withheld.at(-1) ?? -1;
  return parts.map((part) => (part.count <= most ? withhold(part) : show(part)));
}

function tellsTooMuch(withheld: readonly number[]): boolean {
  const sum = withheld.reduce((all, count) => all + count, 0);
  return sum < LEAST || withheld.every((count) => count === withheld[0]);
}

function withhold({ name, divisions = [] }: Count): Figure {
  return {
    name,
    count: null,
    divisions: divisions.map((division) => ({ name: division.name, parts: division.parts.map(withhold) })),
  };
}

/** The median in whole days, of LEAST values at least; null for fewer. */
export function publishMedian(values: readonly number[]): number | null {
  if (values.length < LEAST) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Math.round((sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2);
}

/** The months (YYYY-MM) that lie whole between two days, the latest last; at most `most`. */
export function wholeMonths(first: string, last: string, most: number): string[] {
  const months: string[] = [];
  for (let month = nextMonth(first.slice(0, 7), first.slice(8) === '01' ? 0 : 1); lastDayOfMonth(month) <= last; ) {
    months.push(month);
    month = nextMonth(month);
  }
  return months.slice(-most);
}

export function lastDayOfMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}

function nextMonth(month: string, by = 1): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}
