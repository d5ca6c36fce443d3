import { useQuery } from '@tanstack/react-query';
import type { DocumentLevel, Level } from '../api.ts';
import { levelsQuery } from '../documents.ts';
import { useWords } from '../words.ts';

/** One shape per level, growing in corners and weight, so that no level is told by its colour alone. */
const SHAPES: Record<Level, string> = {
  informational: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9Z',
  low: 'M7 2a5 5 0 1 1 0 10a5 5 0 0 1 0-10Z',
  medium: 'M7 .8 13.2 7 7 13.2 .8 7Z',
  high: 'M7 1 13.6 12.6H.4Z',
  critical: 'M4.2 .5h5.6l3.7 3.7v5.6l-3.7 3.7H4.2L.5 9.8V4.2Z',
};

export function LevelMark({ level }: { level: Level }) {
  return (
    <svg className={`level-mark mark level-${level}`} viewBox="0 0 14 14" aria-hidden="true">
      <path d={SHAPES[level]} />
      {level === 'critical' && <path className="cut" d="M7 3.4v4.4M7 10.2v.2" />}
    </svg>
  );
}

export function LevelBadge({ level }: { level: Level }) {
  const { t } = useWords();
  return (
    <span className={`level level-${level}`}>
      <LevelMark level={level} />
      {t(`level.${level}`)}
    </span>
  );
}

/** A document's level, as it is called in this house. */
export function DocumentLevelTag({ level }: { level: DocumentLevel }) {
  const { t, pick } = useWords();
  const { data } = useQuery(levelsQuery);
  const own = data?.levels.find((one) => one.level === level);
  return <span className={`document document-${level}`}>{own ? pick(own) : t(`document.${level}`)}</span>;
}

/** Score 0 to 100 as a figure and a bar. */
export function ScoreBar({ score, level }: { score: number; level: Level }) {
  const { number } = useWords();
  return (
    <span className="score">
      <span className="score-figure">{number(score)}</span>
      <svg className="score-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="score-rest" width="100" height="6" />
        <rect className={`bar-fill level-${level}`} width={Math.max(0, Math.min(100, score))} height="6" />
      </svg>
    </span>
  );
}
