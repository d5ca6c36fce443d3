import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { areasOf } from '../areas.ts';
import { usePageTitle } from '../parts/page-title.tsx';
import { sessionQuery } from '../queries.ts';
import { useWords } from '../words.ts';

export function NoPermissionPage() {
  const { t } = useWords();
  const { data: session } = useQuery(sessionQuery);
  const areas = areasOf(session?.account.roles ?? []);
  usePageTitle(t('no_permission.title'));
  return (
    <div className="state">
      <h1>{t('no_permission.title')}</h1>
      <p>{t('no_permission.text')}</p>
      {areas[0] && (
        <Link to={`/${areas[0]}`} className="button">
          {t('no_permission.own')}
        </Link>
      )}
    </div>
  );
}
