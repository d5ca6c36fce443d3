import { Link } from '@tanstack/react-router';
import type { Missing } from '../api.ts';
import { useWords } from '../words.ts';

/** More are counted, not listed: Sources has them all. */
const MOST = 4;

/** What was not recorded cannot have been seen: said before anything is concluded. */
export function MissingLogs({ missing }: { missing: Missing[] }) {
  const { t, name, dayRange, percent } = useWords();
  if (missing.length === 0) return null;
  return (
    <section className="notice missing" aria-label={t('missing.title')}>
      <strong>{t('missing.title')}</strong>
      <ul>
        {missing.slice(0, MOST).map(({ source, from, to, share }) => (
          <li key={`${source} ${from}`}>
            {t('missing.item', { source: name('source', source), range: dayRange(from, to), share: percent(share) })}
          </li>
        ))}
        {missing.length > MOST && (
          <li>
            <Link to="/sources">{t('missing.more', { count: missing.length - MOST })}</Link>
          </li>
        )}
      </ul>
    </section>
  );
}
