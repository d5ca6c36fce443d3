import type { CopyPlace } from '../documents.ts';
import { useWidth } from '../parts/use-media.ts';
import { DAY, dayScale, dayTicks, timeOf } from './days.ts';

const HEIGHT = 34;
const BAR = 14;
const AXIS = 18;
const LEAST = 3;

/** Where one copy has been, over time: who had it, and from when on it was overdue. The list beside it says the same. */
export function CustodyLine(props: { places: CopyPlace[]; first: string; today: string }) {
  const { places, first, today } = props;
  const [ref, width] = useWidth<HTMLDivElement>(480);
  const x = dayScale(first, today, width, 0, 0);
  const top = (HEIGHT - BAR) / 2;
  return (
    <div className="custody-line" ref={ref}>
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {places.map((place) => {
          const left = x(timeOf(place.from));
          const right = x(place.to === null ? timeOf(today) + DAY : timeOf(place.to));
          const long = Math.max(LEAST, right - left);
          const late = place.due === null ? undefined : x(timeOf(place.due) + DAY);
          const wide = long > 8 * (place.holder?.length ?? 99);
          return (
            <g key={`${place.from} ${place.state}`} className={`place place-${place.state.replace(' ', '-')}`}>
              <rect x={left} y={top} width={long} height={BAR} />
              {late !== undefined && late < left + long && (
                <rect
                  className="place-late"
                  x={Math.max(left, late)}
                  y={top}
                  width={left + long - Math.max(left, late)}
                  height={BAR}
                />
              )}
              {wide && (
                <text x={left + 5} y={top + BAR - 3.5}>
                  {place.holder}
                </text>
              )}
              {place.state === 'destroyed' && (
                <path className="place-end" d={`M${left - 4} ${top - 3}l8 ${BAR + 6}m0 ${-BAR - 6}l-8 ${BAR + 6}`} />
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** The days under all lines. */
export function CustodyAxis({ first, today, text }: { first: string; today: string; text: (day: string) => string }) {
  const [ref, width] = useWidth<HTMLDivElement>(480);
  const x = dayScale(first, today, width, 0, 0);
  const ticks = dayTicks(x, width).filter((day) => x(timeOf(day)) > 20 && x(timeOf(day)) < width - 20);
  return (
    <div className="custody-line" ref={ref}>
      <svg width={width} height={AXIS} aria-hidden="true">
        {[...new Set(ticks)].map((day) => (
          <text key={day} className="tick" x={x(timeOf(day))} y={13} textAnchor="middle">
            {text(day)}
          </text>
        ))}
      </svg>
    </div>
  );
}
