import { scaleSqrt } from 'd3-scale';
import { line } from 'd3-shape';
import { useId, useState } from 'react';
import type { Source } from '../api.ts';
import { useWidth } from '../parts/use-media.ts';
import { useWords } from '../words.ts';
import { DAY, dayOf, dayScale, dayTicks, timeOf } from './days.ts';

const TOP = 18;
const HEIGHT = 106;
/** A gap of one day must still be seen where a day is a pixel wide. */
const LEAST_GAP = 7;
const BOTTOM = 20;

/** Days with gaps that follow each other, as [first, last]. */
function runsOfGaps(days: Source['days']): [string, string][] {
  const runs: [string, string][] = [];
  days.forEach(({ day, gap }, at) => {
    const run = runs.at(-1);
    if (!gap) return;
    if (run !== undefined && days[at - 1]?.gap) run[1] = day;
    else runs.push([day, day]);
  });
  return runs;
}

/** Rows per day as bars under the line of what was expected. A day with a gap is hatched over its whole height. */
export function SourceStrip({ source, from, to }: { source: Source; from: string; to: string }) {
  const { t, number, day, shortDay, shortRange, name, dayRange } = useWords();
  const [ref, width] = useWidth<HTMLDivElement>();
  const hatch = useId();
  const [near, setNear] = useState<Source['days'][number]>();
  const x = dayScale(from, to, width, 0, 0);
  const highest = Math.max(1, ...source.days.flatMap(({ events, expected }) => [events, expected]));
  const y = scaleSqrt([0, highest], [HEIGHT - BOTTOM, TOP]);
  const base = HEIGHT - BOTTOM;
  const step = (width * DAY) / (timeOf(to) + DAY - timeOf(from));
  const bar = Math.max(1, step - (step > 4 ? 1.5 : 0.5));
  const expected =
    line<Source['days'][number]>(
      ({ day: at }) => x(timeOf(at)) + step / 2,
      (row) => y(row.expected),
    )(source.days) ?? '';
  return (
    <figure className="chart" ref={ref}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={t('sources.strip_label', {
          source: name('source', source.name),
          range: dayRange(from, to),
          gaps: source.days.filter(({ gap }) => gap).length,
        })}
        onMouseMove={(event) => {
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
          const at = dayOf(x.invert(left).getTime());
          setNear(source.days.find((row) => row.day === at));
        }}
        onMouseLeave={() => setNear(undefined)}
      >
        <defs>
          <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path className="gap-hatch" d="M0 0V5" />
          </pattern>
        </defs>
        {source.days.map((row) => {
          const left = x(timeOf(row.day));
          return (
            <rect
              key={row.day}
              className="day-bar"
              x={left}
              y={y(row.events)}
              width={bar}
              height={base - y(row.events)}
            />
          );
        })}
        <path className="expected-line" d={expected} />
        {runsOfGaps(source.days).map(([first, last]) => {
          const start = x(timeOf(first));
          const across = Math.max(LEAST_GAP, x(timeOf(last) + DAY) - start);
          return (
            <g key={first}>
              <rect className="gap-ground" x={start} y={TOP} width={across} height={base - TOP} />
              <rect x={start} y={TOP} width={across} height={base - TOP} fill={`url(#${hatch})`} />
              <text
                className="gap-text"
                x={Math.min(width - 2, Math.max(2, start + across / 2))}
                y={TOP - 6}
                textAnchor={start > width - 90 ? 'end' : start < 60 ? 'start' : 'middle'}
              >
                {t('sources.gap_on', { range: first === last ? shortDay(first) : shortRange(first, last) })}
              </text>
            </g>
          );
        })}
        <path className="axis-line" d={`M0 ${base + 0.5}H${width}`} />
        {dayTicks(x, width)
          .filter((at) => x(timeOf(at)) > 12 && x(timeOf(at)) < width - 20)
          .map((at) => (
            <g key={at}>
              <path className="axis-line" d={`M${x(timeOf(at))} ${base}V${base + 4}`} />
              <text className="tick" x={x(timeOf(at))} y={HEIGHT - 4} textAnchor="middle">
                {shortDay(at)}
              </text>
            </g>
          ))}
      </svg>
      <figcaption className="readout">
        {near !== undefined &&
          t(near.gap ? 'sources.day_gap' : 'sources.day', {
            day: day(near.day),
            events: number(near.events),
            expected: number(near.expected),
          })}
      </figcaption>
    </figure>
  );
}
