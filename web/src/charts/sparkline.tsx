import { line } from 'd3-shape';
import { memo } from 'react';

const WIDTH = 112;
const HEIGHT = 24;

/** Score by day over four weeks, on the fixed scale 0 to 100, so that rows can be compared with each other. */
export const Sparkline = memo(function Sparkline({ values, label }: { values: number[]; label: string }) {
  const x = (at: number) => 2 + (at * (WIDTH - 6)) / Math.max(1, values.length - 1);
  const y = (score: number) => HEIGHT - 2 - (Math.max(0, Math.min(100, score)) * (HEIGHT - 5)) / 100;
  const path = line<number>((_, at) => x(at), y)(values) ?? '';
  const last = values.at(-1);
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <path className="sparkline-base" d={`M2 ${HEIGHT - 1.5}H${WIDTH - 4}`} />
      <path className="sparkline-line" d={path} />
      {last !== undefined && <circle className="sparkline-end" cx={x(values.length - 1)} cy={y(last)} r="2.2" />}
    </svg>
  );
});
