import { scaleSqrt } from 'd3-scale';
import { useId, useState } from 'react';
import { useWidth } from '../parts/use-media.ts';
import type { BacktestOf } from '../rules.ts';
import { useWords } from '../words.ts';
import { DAY, dayOf, dayScale, timeOf } from './days.ts';

const HEIGHT = 104;
const TOP = 8;
const BOTTOM = 20;
/** A day of few people has a bar of one height, whatever there was. */
const FEW = 6;

/** Hits by day as bars; days without logs are hatched, because no hits there mean nothing. */
export function RuleBars({ backtest, least }: { backtest: BacktestOf; least: number }) {
  const { t, number, shortDay, dayRange, list } = useWords();
  const [ref, width] = useWidth<HTMLDivElement>();
  const hatch = useId();
  const [near, setNear] = useState<BacktestOf['days'][number]>();
  const { days, from, to } = backtest;
  const x = dayScale(from, to, width, 0, 0);
  const y = scaleSqrt([0, Math.max(1, ...days.map(({ hits }) => hits ?? 0))], [HEIGHT - BOTTOM, TOP]);
  const base = HEIGHT - BOTTOM;
  const step = (width * DAY) / (timeOf(to) + DAY - timeOf(from));
  const bar = Math.max(1, step - (step > 4 ? 1.5 : 0.5));
  const hits = days.reduce((sum, day) => sum + (day.hits ?? 0), 0);
  const few = days.filter((day) => day.hits === null).length;
  const silent = days.filter(({ events }) => events === 0).length;
  const said = t('rules.backtest_said', {
    ...{ hits, few, silent, least },
    days: days.filter((day) => (day.hits ?? 0) > 0).length,
    range: dayRange(from, to),
  });
  return (
    <figure className="chart rule-bars" ref={ref}>
      <figcaption>
        <strong>{backtest.rule}</strong> <span className="quiet">{list(backtest.logs)}</span>
        <p>{said}</p>
        {backtest.missing.length > 0 && (
          <p className="quiet">{t('rules.missing', { fields: list([...new Set(backtest.missing)]) })}</p>
        )}
      </figcaption>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={said}
        onMouseMove={(event) => {
          const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
          const at = dayOf(x.invert(left).getTime());
          setNear(days.find((row) => row.day === at));
        }}
        onMouseLeave={() => setNear(undefined)}
      >
        <defs>
          <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path className="rule-silent" d="M0 0V5" />
          </pattern>
        </defs>
        <path className="rule-base" d={`M0 ${base + 0.5}H${width}`} />
        {days.map((row) => {
          const left = x(timeOf(row.day));
          if (row.events === 0)
            return <rect key={row.day} x={left} y={TOP} width={step} height={base - TOP} fill={`url(#${hatch})`} />;
          if (row.hits === 0) return null;
          const top = row.hits === null ? base - FEW : y(row.hits);
          const kind = row.hits === null ? 'rule-few' : 'day-bar';
          return <rect key={row.day} className={kind} x={left} y={top} width={bar} height={base - top} />;
        })}
        <text className="tick" x={0} y={HEIGHT - 5}>
          {shortDay(from)}
        </text>
        <text className="tick" x={width} y={HEIGHT - 5} textAnchor="end">
          {shortDay(to)}
        </text>
      </svg>
      <p className="quiet rule-near">
        {near === undefined
          ? t('rules.point')
          : near.events === 0
            ? t('rules.near_silent', { day: shortDay(near.day) })
            : near.hits === null
              ? t('rules.near_few', { day: shortDay(near.day), least })
              : t('rules.near', { day: shortDay(near.day), hits: near.hits, events: number(near.events) })}
      </p>
    </figure>
  );
}
