import { useWidth } from '../parts/use-media.ts';
import { DAY, dayScale, timeOf } from './days.ts';

export type TermState = 'met' | 'running' | 'late';
const HEIGHT = 26;

/** One term from its beginning to the day it is due, beside today. The words beside it say the same. */
export function TermLine(props: {
  from: string;
  due: string;
  state: TermState;
  first: string;
  last: string;
  today: string;
}) {
  const { from, due, state, first, last, today } = props;
  const [ref, width] = useWidth<HTMLDivElement>(300);
  const x = dayScale(first, last, width, 6, 6);
  const at = (day: string) => x(timeOf(day) + DAY / 2);
  const middle = HEIGHT / 2;
  const end = state === 'late' || today < due ? today : due;
  return (
    <div className="term-line" ref={ref}>
      <svg width={width} height={HEIGHT} aria-hidden="true">
        <path className="axis-line" d={`M0 ${middle}H${width}`} />
        <path className={`term-whole term-${state}`} d={`M${at(from)} ${middle}H${at(due)}`} />
        {state !== 'met' && end > from && (
          <path className={`term-gone term-${state}`} d={`M${at(from)} ${middle}H${at(end)}`} />
        )}
        <path className={`term-due term-${state}`} d={`M${at(due)} ${middle - 6}l6 6l-6 6l-6 -6Z`} />
        <path className="term-today" d={`M${at(today)} 0V${HEIGHT}`} />
      </svg>
    </div>
  );
}
