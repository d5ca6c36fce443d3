/**
 * The isolation forest (Liu, Ting, Zhou 2008): points that a few random cuts set apart are outliers. The usual first
 * choice for logs, and so the yardstick for the detections; nothing in the product itself uses it.
 */
import { randomStream } from './random.ts';

const TREES = 100;
const SAMPLES = 256;
const EULER = 0.5772156649015329;

/** Nodes in arrays. `feature` is -1 at a leaf, whose `cut` is the path length that it stands for. */
interface Tree {
  readonly feature: number[];
  readonly cut: number[];
  readonly left: number[];
  readonly right: number[];
}

export interface Forest {
  /** The anomaly score of a point, 0 to 1; about 0.5 for an ordinary one, near 1 for one that is set apart at once. */
  score(point: ArrayLike<number>): number;
}

/**
 * Grows `TREES` trees over `SAMPLES` points each, drawn from `points` without replacement. All points have as many
 * features as the first. The same seed and points give the same forest.
 */
export function growForest(points: readonly ArrayLike<number>[], seed: number): Forest {
  const random = randomStream(seed);
  const size = Math.min(SAMPLES, points.length);
  const deepest = Math.ceil(Math.log2(Math.max(2, size)));
  const trees = Array.from({ length: TREES }, () => growTree(draw(points, size, random), deepest, random));
  const usual = Math.max(1, averagePath(size));
  return {
    score(point) {
      let sum = 0;
      for (const tree of trees) sum += pathLength(tree, point);
      return 2 ** (-sum / TREES / usual);
    },
  };
}

/** The average path of an unsuccessful search among n points: what is left of a path that ends at n of them. */
export function averagePath(n: number): number {
  if (n < 2) return 0;
  return n === 2 ? 1 : 2 * (Math.log(n - 1) + EULER) - (2 * (n - 1)) / n;
}

function draw<T>(points: readonly T[], size: number, random: () => number): T[] {
  const chosen = new Set<number>();
  // Floyd's sampling: `size` different numbers out of all, each set as likely as any other.
  for (let top = points.length - size; top < points.length; top++) {
    const at = Math.floor(random() * (top + 1));
    chosen.add(chosen.has(at) ? top : at);
  }
  return [...chosen].map((at) => points[at]!);
}

function growTree(points: ArrayLike<number>[], deepest: number, random: () => number): Tree {
  const tree: Tree = { feature: [], cut: [], left: [], right: [] };
  grow(tree, points, 0, deepest, random);
  return tree;
}

/** Adds the node over `points` and those below it; returns its number. */
function grow(tree: Tree, points: ArrayLike<number>[], depth: number, deepest: number, random: () => number): number {
  const node = tree.feature.push(-1) - 1;
  tree.cut.push(depth + averagePath(points.length));
  tree.left.push(-1);
  tree.right.push(-1);
  const split = depth < deepest && points.length > 1 ? chooseCut(points, random) : undefined;
  if (split === undefined) return node;
  const { feature, cut } = split;
  tree.feature[node] = feature;
  tree.cut[node] = cut;
  const below = points.filter((point) => point[feature]! < cut);
  const above = points.filter((point) => point[feature]! >= cut);
  tree.left[node] = grow(tree, below, depth + 1, deepest, random);
  tree.right[node] = grow(tree, above, depth + 1, deepest, random);
  return node;
}

/** A random feature among those that differ, and a random place between its least and greatest value. */
function chooseCut(
  points: readonly ArrayLike<number>[],
  random: () => number,
): { feature: number; cut: number } | undefined {
  const spans: [feature: number, least: number, greatest: number][] = [];
  for (let feature = 0; feature < points[0]!.length; feature++) {
    let least = Infinity;
    let greatest = -Infinity;
    for (const point of points) {
      const value = point[feature]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    if (greatest > least) spans.push([feature, least, greatest]);
  }
  if (spans.length === 0) return undefined;
  const [feature, least, greatest] = spans[Math.floor(random() * spans.length)]!;
  // 1 - random() is never 0: at least one point lies below the cut and one at or above it.
  return { feature, cut: least + (1 - random()) * (greatest - least) };
}

function pathLength({ feature, cut, left, right }: Tree, point: ArrayLike<number>): number {
  let node = 0;
  while (feature[node]! >= 0) node = point[feature[node]!]! < cut[node]! ? left[node]! : right[node]!;
  return cut[node]!;
}
