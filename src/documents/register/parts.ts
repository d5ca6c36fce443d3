/** So many steps at most are taken in one transaction: more would hold up everybody else, and a statement takes 65,535 values. */
const MOST_STEPS = 5000;

/** Splits a list so that no part makes more steps than one transaction takes, by how many each item makes at most. */
export function inParts<T>(items: readonly T[], steps: (item: T) => number): T[][] {
  const parts: T[][] = [];
  let sum = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const more = steps(item);
    if (sum + more > MOST_STEPS) {
      parts.push([]);
      sum = 0;
    }
    parts.at(-1)!.push(item);
    sum += more;
  }
  return parts;
}
