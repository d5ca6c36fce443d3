import { scaleLinear, scaleSqrt } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { MeasureDay, Measures } from '../api.ts';
import { useWidth } from '../parts/use-media.ts';
import { useWords } from '../words.ts';
import { DAY, dayScale, dayTicks, timeOf } from './days.ts';

const LEFT = 44;
const RIGHT = 8;
const TOP = 10;
const HEIGHT = 240;
const BOTTOM = 24;

/** Whether peaks are so far above the usual range that it would vanish on an even scale. */
export function needsRootScale(days: MeasureDay[]): boolean {
  const usual = Math.max(0, ...days.flatMap(({ own_high, peer_high }) => [own_high, peer_high]));
  const highest = Math.max(0, ...days.map(({ value }) => value));
  return highest > 6 * Math.max(usual, 1);
}

/** One measure by day: the person's value over the person's own usual range and that of the peers. */
export function MeasureChart({ measures, from, to }: { measures: Measures; from: string; to: string }) {
  const { t, pick, shortDay, decimal, dayRange } = useWords();
  const [ref, width] = useWidth<HTMLDivElement>();
  const { days } = measures;
  const x = dayScale(from, to, width, LEFT, RIGHT);
  const highest = Math.max(1, ...days.flatMap(({ value, own_high, peer_high }) => [value, own_high, peer_high]));
  const y = (needsRootScale(days) ? scaleSqrt : scaleLinear)([0, highest], [HEIGHT - BOTTOM, TOP]).nice(4);
  const middle = (day: MeasureDay) => x(timeOf(day.day) + DAY / 2);
  const band = (low: 'own_low' | 'peer_low', high: 'own_high' | 'peer_high') =>
    area<MeasureDay>(
      middle,
      (day) => y(day[low]),
      (day) => y(day[high]),
    )(days) ?? '';
  const path = (of: 'value' | 'own_median' | 'peer_median') =>
    line<MeasureDay>(middle, (day) => y(day[of]))(days) ?? '';
  const signals = days.filter(({ signal }) => signal);
  return (
    <figure className="chart" ref={ref}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={t('measure.chart_label', {
          title: pick(measures.title),
          range: dayRange(from, to),
          signals: signals.length,
          highest: decimal(Math.max(0, ...days.map(({ value }) => value))),
          unit: pick(measures.unit),
        })}
      >
        {y.ticks(4).map((value) => (
          <g key={value}>
            <path className="grid-line" d={`M${LEFT} ${y(value)}H${width - RIGHT}`} />
            <text className="tick" x={LEFT - 6} y={y(value) + 4} textAnchor="end">
              {decimal(value)}
            </text>
          </g>
        ))}
        {dayTicks(x, width).map((day) => (
          <text key={day} className="tick" x={x(timeOf(day))} y={HEIGHT - 6} textAnchor="middle">
            {shortDay(day)}
          </text>
        ))}
        <path className="peer-band" d={band('peer_low', 'peer_high')} />
        <path className="own-band" d={band('own_low', 'own_high')} />
        <path className="peer-line" d={path('peer_median')} />
        <path className="own-line" d={path('own_median')} />
        <path className="value-line" d={path('value')} />
        {signals.map((day) => (
          <g key={day.day} transform={`translate(${middle(day)} ${y(day.value)})`}>
            <circle className="value-dot" r="2.5" />
            <circle className="signal-ring" r="6" />
          </g>
        ))}
      </svg>
    </figure>
  );
}

export function MeasureLegend() {
  const { t } = useWords();
  return (
    <ul className="legend">
      <li>
        <svg viewBox="0 0 24 16" className="legend-wide" aria-hidden="true">
          <path className="value-line" d="M1 12 8 9l6 3 9-9" />
        </svg>
        {t('measure.value')}
      </li>
      <li>
        <svg viewBox="0 0 24 16" className="legend-wide" aria-hidden="true">
          <path className="own-band" d="M1 3H23V13H1Z" />
          <path className="own-line" d="M1 8H23" />
        </svg>
        {t('measure.own')}
      </li>
      <li>
        <svg viewBox="0 0 24 16" className="legend-wide" aria-hidden="true">
          <path className="peer-band" d="M1 3H23V13H1Z" />
          <path className="peer-line" d="M1 8H23" />
        </svg>
        {t('measure.peers')}
      </li>
      <li>
        <svg viewBox="-8 -8 16 16" aria-hidden="true">
          <circle className="value-dot" r="2.5" />
          <circle className="signal-ring" r="6" />
        </svg>
        {t('measure.signal')}
      </li>
    </ul>
  );
}
