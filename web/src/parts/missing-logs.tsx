import type { Missing } from '../api.ts';
import { useWords } from '../words.ts';

/** What was not recorded cannot have been seen: said before anything is concluded. */
export function MissingLogs({ missing }: { missing: Missing[] }) {
  const { t, name, dayRange, percent } = useWords();
  if (missing.length === 0) return null;
  return (
    <section className="notice missing" aria-label={t('missing.title')}>
      <strong>{t('missing.title')}</strong>
      <ul>
        {missing.map(({ source, from, to, share }) => (
          <li key={`${source} ${from}`}>
            {t('missing.item', { source: name('source', source), range: dayRange(from, to), share: percent(share) })}
          </li>
        ))}
      </ul>
    </section>
  );
}
