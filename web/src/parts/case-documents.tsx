import { DOCUMENT_LEVELS } from '../api.ts';
import type { CaseStory } from '../cases.ts';
import { useWords } from '../words.ts';
import { Actions } from './case-actions.tsx';
import { DocumentLevelTag } from './level.tsx';

/** Which documents are concerned: how many of each level, and below exactly those. */
export function CaseDocuments({ story }: { story: CaseStory }) {
  const { t, number } = useWords();
  const levels = [...DOCUMENT_LEVELS].reverse().filter((level) => (story.document_counts[level] ?? 0) > 0);
  const highest = Math.max(1, ...Object.values(story.document_counts));
  return (
    <section className="panel chapter" id="documents" aria-labelledby="documents-title">
      <div className="panel-head">
        <h2 id="documents-title">{t('case.documents')}</h2>
        <p className="panel-note">{t('case.documents_count', { count: story.documents.length })}</p>
      </div>
      {levels.length === 0 && <p className="quiet">{t('case.no_documents')}</p>}
      {levels.map((level) => {
        const own = story.documents.filter((document) => document.level === level);
        return (
          <details key={level} className={`document-group document-${level}`} open={own.length <= 8}>
            <summary>
              <DocumentLevelTag level={level} />
              <strong>{number(own.length)}</strong>
              <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                <rect className="document-bar" width={(100 * own.length) / highest} height="8" />
              </svg>
            </summary>
            <ul>
              {own.map(({ path }) => (
                <li key={path} className="path">
                  {path}
                </li>
              ))}
            </ul>
          </details>
        );
      })}
      <Actions story={story} kinds={['link']} />
    </section>
  );
}
