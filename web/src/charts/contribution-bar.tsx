import type { Contribution } from '../api.ts';

/** Bits of all detections in one bar, the largest first. The list below says the same in words. */
export function ContributionBar({
  contributions,
  chosen,
}: {
  contributions: Contribution[];
  chosen: string | undefined;
}) {
  const sum = contributions.reduce((total, { bits }) => total + bits, 0) || 1;
  let start = 0;
  return (
    <svg className="contribution-stack" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true">
      {contributions.map(({ detection, bits }, rank) => {
        const width = (1000 * bits) / sum;
        const at = start;
        start += width;
        const faded = chosen !== undefined && chosen !== detection;
        return (
          <rect
            key={detection}
            className={`bar-fill rank-${Math.min(rank, 5)} ${faded ? 'faded' : ''}`}
            x={at}
            width={Math.max(1, width - 3)}
            height="20"
          />
        );
      })}
    </svg>
  );
}
