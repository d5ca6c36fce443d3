import { scaleLinear } from 'd3-scale';
import { useId } from 'react';
import type { Figure } from '../figures.ts';
import { partsOf } from '../figures.ts';
import { useWidth } from '../parts/use-media.ts';

const HEIGHT = 190;
const TOP = 22;
const BOTTOM = 24;

export interface Month {
  month: string;
  label: string;
  whole: Figure;
}

/** A bar for each month, divided by level; what is withheld of it is hatched, as large as what is left of the whole. */
export function FigureBars(props: {
  months: Month[];
  label: string;
  number: (value: number) => string;
  small: string;
}) {
  const { months } = props;
  const [ref, width] = useWidth<HTMLDivElement>();
  const hatch = useId();
  const highest = Math.max(5, ...months.map(({ whole }) => whole.count ?? 0));
  const y = scaleLinear([0, highest], [0, HEIGHT - TOP - BOTTOM]);
  const step = width / Math.max(1, months.length);
  const bar = Math.min(56, step * 0.62);
  const base = HEIGHT - BOTTOM;
  return (
    <figure className="chart" ref={ref}>
      <svg width={width} height={HEIGHT} role="img" aria-label={props.label}>
        <defs>
          <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path className="hatch" d="M0 0V6" />
          </pattern>
        </defs>
        {months.map(({ month, label, whole }, at) => {
          const left = step * at + (step - bar) / 2;
          const shown = partsOf(whole, 'level').filter(({ count }) => count !== null);
          const rest = (whole.count ?? 0) - shown.reduce((sum, { count }) => sum + (count ?? 0), 0);
          let top = base;
          const up = (count: number) => {
            top -= y(count);
            return { x: left, y: top, width: bar, height: y(count) };
          };
          return (
            <g key={month}>
              {whole.count === null ? (
                <rect x={left} y={base - 8} width={bar} height={8} fill={`url(#${hatch})`} className="withheld" />
              ) : (
                <>
                  {shown.map(({ name, count }) => (
                    <rect key={name} className={`bar-fill figure-level level-${name}`} {...up(count ?? 0)} />
                  ))}
                  {rest > 0 && <rect className="withheld" fill={`url(#${hatch})`} {...up(rest)} />}
                </>
              )}
              <text
                className="figure-number"
                x={left + bar / 2}
                y={(whole.count === null ? base - 8 : top) - 6}
                textAnchor="middle"
              >
                {whole.count === null ? props.small : props.number(whole.count)}
              </text>
              {(step > 44 || at % Math.ceil(48 / step) === 0) && (
                <text className="tick" x={left + bar / 2} y={HEIGHT - 6} textAnchor="middle">
                  {label}
                </text>
              )}
            </g>
          );
        })}
        <path className="axis-line" d={`M0 ${base + 0.5}H${width}`} />
      </svg>
    </figure>
  );
}

/** Parts of a whole as one line each: the number, and a bar as long as its part of the whole. */
export function PartBars(props: {
  parts: { name: string; text: string; count: number | null; shown: string }[];
  whole: number | null;
}) {
  return (
    <dl className="part-bars">
      {props.parts.map(({ name, text, count, shown }) => (
        <div key={name} className="part-bar">
          <dt>{text}</dt>
          <dd>
            <span className={count === null ? 'quiet' : 'part-number'}>{shown}</span>
            <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
              <rect className="score-rest" width="100" height="6" />
              {count !== null && props.whole !== null && props.whole > 0 && (
                <rect className="part-fill" width={(100 * count) / props.whole} height="6" />
              )}
            </svg>
          </dd>
        </div>
      ))}
    </dl>
  );
}
