import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button } from 'react-aria-components';
import { ask } from '../api.ts';
import { queryClient } from '../client.ts';
import { entriesQuery } from '../ledger.ts';
import { download } from '../parts/download.ts';
import { LedgerFilters } from '../parts/ledger-filters.tsx';
import { LedgerGrid } from '../parts/ledger-grid.tsx';
import { LedgerPicture } from '../parts/ledger-picture.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { useWords } from '../words.ts';

const route = getRouteApi('/inside/auditor/ledger');

/** Who did what to what when, read by somebody who did none of it. */
export function LedgerPage() {
  const { t } = useWords();
  usePageTitle(t('ledger.title'));
  const { view, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changes: object) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), resetScroll: false });
  const { data } = useInfiniteQuery(entriesQuery(filter));
  const size = data?.pages[0]?.size;
  return (
    <div className="story">
      <div className="page-head">
        <h1>{t('ledger.title')}</h1>
        <p className="panel-note" role="status">
          {size !== undefined && t('ledger.size', { count: size })}
        </p>
        <Button className="button" onPress={() => void queryClient.resetQueries({ queryKey: ['ledger'] })}>
          {t('ledger.again')}
        </Button>
        <p className="panel-note page-motto">{t('ledger.motto')}</p>
      </div>
      <LedgerFilters filter={filter} change={change} />
      <LedgerPicture filter={filter} view={view} change={change} />
      <Checkpoint />
      <LedgerGrid key={JSON.stringify(filter)} filter={filter} />
    </div>
  );
}

/** What to take along: with it nobody can put an older ledger in place of this one unseen. */
function Checkpoint() {
  const { t, number } = useWords();
  const get = useMutation({
    mutationFn: () => ask<{ size: number; checkpoint: string }>('/api/ledger/checkpoint'),
    onSuccess: ({ size, checkpoint }) => download(`checkpoint-${size}`, checkpoint),
  });
  return (
    <section className="panel keep" aria-labelledby="keep-title">
      <div>
        <h2 id="keep-title">{t('ledger.keep')}</h2>
        <p className="panel-note">{t('ledger.keep_text')}</p>
      </div>
      <div className="keep-do">
        <Button className="button" isDisabled={get.isPending} onPress={() => get.mutate()}>
          {t('ledger.keep_do')}
        </Button>
        <p className="panel-note" role="status">
          {get.isSuccess && t('ledger.kept', { size: number(get.data.size) })}
          {get.isError && t('ledger.not_kept')}
        </p>
      </div>
    </section>
  );
}
