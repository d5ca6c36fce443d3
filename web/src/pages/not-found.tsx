import { Link } from '@tanstack/react-router';
import { usePageTitle } from '../parts/page-title.tsx';
import { useWords } from '../words.ts';

/** `alone` where no shell stands around it. */
export function NotFoundPage({ alone = false }: { alone?: boolean }) {
  const { t } = useWords();
  usePageTitle(t('not_found.title'));
  const page = (
    <div className="state">
      <h1>{t('not_found.title')}</h1>
      <p>{t('not_found.text')}</p>
      <Link to="/" className="button">
        {t('not_found.home')}
      </Link>
    </div>
  );
  return alone ? <main className="main">{page}</main> : page;
}
