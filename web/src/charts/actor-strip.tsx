import { scaleSqrt } from 'd3-scale';
import { memo } from 'react';
import type { ActivityKind } from '../ledger.ts';
import { useWidth } from '../parts/use-media.ts';
import { DAY, dayOf, dayScale, dayTicks, timeOf } from './days.ts';

export type DayCounts = Record<ActivityKind, number>;

const HEIGHT = 40;
const TOP = 9;
const AXIS = 18;

/** What somebody did, day by day: a bar for what was looked at, on it what was done, a mark for what was refused. */
export const ActorStrip = memo(function ActorStrip(props: {
  days: ReadonlyMap<string, DayCounts>;
  from: string;
  to: string;
  highest: number;
  label: string;
  chooseDay: (day: string) => void;
}) {
  const { days, from, to } = props;
  const [ref, width] = useWidth<HTMLDivElement>();
  const x = dayScale(from, to, width, 0, 0);
  const y = scaleSqrt([0, Math.max(1, props.highest)], [0, HEIGHT - TOP]);
  const step = (width * DAY) / (timeOf(to) + DAY - timeOf(from));
  const bar = Math.max(1.5, Math.min(28, step - (step > 4 ? 2 : 0.5)));
  return (
    <div className="actor-strip" ref={ref}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a shortcut for the mouse; the table has the same for keys */}
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={props.label}
        onClick={(event) => {
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
          props.chooseDay(dayOf(x.invert(left).getTime()));
        }}
      >
        {[...days].map(([day, { record, intent, stopped }]) => {
          const left = x(timeOf(day)) + (step - bar) / 2;
          const all = y(record + intent);
          const done = intent === 0 ? 0 : Math.max(2, y(intent));
          const top = HEIGHT - Math.max(all, done);
          return (
            <g key={day}>
              <rect className="kind-record" x={left} y={top} width={bar} height={HEIGHT - top} />
              <rect className="kind-intent" x={left} y={HEIGHT - done} width={bar} height={done} />
              {stopped > 0 && <path className="kind-stopped" d={`M${left + bar / 2} ${top - 1}l-4 -6h8Z`} />}
            </g>
          );
        })}
        <path className="axis-line" d={`M0 ${HEIGHT - 0.5}H${width}`} />
      </svg>
    </div>
  );
});

/** The days under all strips. */
export function StripAxis({ from, to, text }: { from: string; to: string; text: (day: string) => string }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const x = dayScale(from, to, width, 0, 0);
  const half = (width * DAY) / (timeOf(to) + DAY - timeOf(from)) / 2;
  const ticks = dayTicks(x, width).filter((day) => x(timeOf(day)) + half > 14 && x(timeOf(day)) + half < width - 14);
  return (
    <div className="actor-strip" ref={ref}>
      <svg width={width} height={AXIS} aria-hidden="true">
        {[...new Set(ticks)].map((day) => (
          <text key={day} className="tick" x={x(timeOf(day)) + half} y={13} textAnchor="middle">
            {text(day)}
          </text>
        ))}
      </svg>
    </div>
  );
}
