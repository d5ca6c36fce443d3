import { Link } from '@tanstack/react-router';
import { usePageTitle } from '../parts/page-title.tsx';
import { useWords } from '../words.ts';

export function NoPermissionPage() {
  const { t } = useWords();
  usePageTitle(t('no_permission.title'));
  return (
    <div className="state">
      <h1>{t('no_permission.title')}</h1>
      <p>{t('no_permission.text')}</p>
      <Link to="/sources" className="button">
        {t('no_permission.sources')}
      </Link>
    </div>
  );
}
