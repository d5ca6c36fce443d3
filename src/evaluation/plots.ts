/** Plots as SVG of 360 units: as wide as a telephone, so that their letters stay readable there. */

import { escaped } from '../base/html.ts';
import type { CaseTimeline, CurvePoint } from './evaluate.ts';
import { METHOD_NAMES } from './text.ts';
import type { Method } from './trial.ts';

const WIDTH = 360;
const LEFT = 34;
const RIGHT = 8;

/** A number for an attribute: a tenth of a unit is finer than any screen. */
const at = (value: number) => String(Math.round(value * 10) / 10);

/** An image with its text alternative; no other has the same title. */
function svg(height: number, title: string, description: string, content: readonly string[]): string {
  const id = title.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase();
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">
<title id="${id}-title">${escaped(title)}</title><desc id="${id}-text">${escaped(description)}</desc>
${content.join('\n')}
</svg>`;
}

const line = (x1: number, y1: number, x2: number, y2: number, kind: string) =>
  `<line class="${kind}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;
const label = (x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end' = 'middle') =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escaped(text)}</text>`;

const TICKS = [0.5, 1, 2, 5, 10, 20, 40];

/** The fraction of documents lost over the budget, which stands on a logarithmic scale. */
export function curvePlot(title: string, points: readonly CurvePoint[], methods: readonly Method[]): string {
  const [top, bottom] = [12, 210];
  const x = (budget: number) => LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(budget / 0.5)) / Math.log(40 / 0.5);
  const y = (lost: number) => bottom - lost * (bottom - top);
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((lost) => [
    line(LEFT, y(lost), WIDTH - RIGHT, y(lost), 'axis'),
    label(LEFT - 6, y(lost) + 4, String(lost), 'end'),
  ]);
  const ticks = TICKS.map((budget) => label(x(budget), bottom + 16, String(budget)));
  const known = points.filter((point) => point.lost !== undefined);
  const curves = methods.map((method) => {
    const own = known.filter((point) => point.method === method);
    return `<polyline class="line ${method}" points="${own.map(({ budget, lost }) => `${at(x(budget))},${at(y(lost!))}`).join(' ')}"/>`;
  });
  const description = methods.map((method) => {
    const own = known.filter((point) => point.method === method);
    return `${METHOD_NAMES[method]}: ${own.map(({ budget, lost }) => `${lost!.toFixed(2)} at ${budget}`).join(', ')}.`;
  });
  return svg(248, title, description.join(' '), [
    ...grid,
    ...ticks,
    label((LEFT + WIDTH) / 2, bottom + 34, 'alerts per 1,000 people and week'),
    ...curves.toReversed(), // ours on top
  ]);
}

export interface Bars {
  readonly name: string;
  readonly values: readonly { method: Method; value: number | undefined }[];
}

/** Bars from 0 to 1, a group for each name. */
export function barPlot(title: string, groups: readonly Bars[]): string {
  const thick = 7;
  const step = (groups[0]?.values.length ?? 1) * thick + 8;
  const height = 20 + groups.length * step;
  const x = (value: number) => LEFT + value * (WIDTH - LEFT - RIGHT);
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
    line(x(value), 4, x(value), height - 16, 'axis'),
    label(x(value), height - 4, String(value), value === 1 ? 'end' : 'middle'),
  ]);
  const bars = groups.flatMap(({ name, values }, group) => {
    const top = 6 + group * step;
    return [
      label(LEFT - 8, top + (values.length * thick) / 2 + 4, name, 'end'),
      ...values.map(
        ({ method, value }, bar) =>
          `<rect class="bar ${method}" x="${LEFT}" y="${top + bar * thick}" width="${at(x(value ?? 0) - LEFT)}" height="${thick - 1}"/>`,
      ),
    ];
  });
  const description = groups.map(
    ({ name, values }) =>
      `${name}: ${values.map(({ method, value }) => `${METHOD_NAMES[method]} ${value === undefined ? 'nothing to lose' : value.toFixed(2)}`).join(', ')}.`,
  );
  return svg(height, title, description.join(' '), [...grid, ...bars]);
}

/** One case: its span as a band, what had left as a rising line, and the first hits, by week above and by day below. */
export function timelinePlot(title: string, description: string, one: CaseTimeline): string {
  const [top, bottom] = [22, 72];
  const x = (day: number) => 4 + (day / one.days) * (WIDTH - 8);
  const y = (share: number) => bottom - share * (bottom - top);
  const steps = one.losses.flatMap((day, i) => [
    `${at(x(day))},${at(y(i / one.losses.length))}`,
    `${at(x(day))},${at(y((i + 1) / one.losses.length))}`,
  ]);
  const path = [
    `${at(x(one.start))},${at(y(0))}`,
    ...steps,
    ...(steps.length > 0 ? [`${at(x(one.end))},${at(y(1))}`] : []),
  ];
  const weeks = Array.from({ length: Math.floor(one.days / 28) + 1 }, (_, i) => i * 28);
  return svg(104, title, description, [
    `<rect class="band" x="${at(x(one.start))}" y="${top}" width="${at(Math.max(1, x(one.end) - x(one.start)))}" height="${bottom - top}"/>`,
    line(4, bottom, WIDTH - 4, bottom, 'axis'),
    ...weeks.map((day) => label(x(day), bottom + 28, String(day), day === 0 ? 'start' : 'middle')),
    `<polyline class="line countersign" points="${path.join(' ')}"/>`,
    ...hits(one, 'weekly', x, top, top - 6, -1),
    ...hits(one, 'daily', x, bottom, bottom + 13, 1),
  ]);
}

/** Marks of the first hits; those that stand too close together share a label. */
function hits(
  one: CaseTimeline,
  way: 'weekly' | 'daily',
  x: (day: number) => number,
  edge: number,
  text: number,
  direction: 1 | -1,
): string[] {
  const inOrder = one.firstHits.filter((hit) => hit.way === way).toSorted((a, b) => a.day - b.day);
  const groups: (typeof inOrder)[] = [];
  for (const hit of inOrder) {
    const last = groups.at(-1);
    if (last !== undefined && x(hit.day) - x(last.at(-1)!.day) < 16) last.push(hit);
    else groups.push([hit]);
  }
  return groups.flatMap((group) => {
    const middle = (x(group[0]!.day) + x(group.at(-1)!.day)) / 2;
    const anchor = middle < WIDTH * 0.06 ? 'start' : middle > WIDTH * 0.94 ? 'end' : 'middle';
    return [
      ...group.map(({ day }) => line(x(day), edge - direction * 14, x(day), edge + direction * 4, 'hit')),
      label(middle, text, group.map(({ budget }) => budget).join(', '), anchor),
    ];
  });
}
