import { DOCUMENT_LEVELS } from '../api.ts';
import { useWords } from '../words.ts';
import { isOpenMark, markPath } from './marks.ts';

export function DocumentLegend() {
  const { t } = useWords();
  return (
    <ul className="legend">
      {DOCUMENT_LEVELS.map((level) => (
        <li key={level}>
          <svg viewBox="-8 -8 16 16" aria-hidden="true">
            <path
              className={`document-mark document-${level} ${isOpenMark(level) ? 'open' : ''}`}
              d={markPath(level, 4.5)}
            />
          </svg>
          {t(`document.${level}`)}
        </li>
      ))}
      <li>
        <svg viewBox="-8 -8 16 16" aria-hidden="true">
          <circle className="signal-ring" r="6" />
        </svg>
        {t('timeline.signal')}
      </li>
    </ul>
  );
}
