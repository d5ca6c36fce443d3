import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback } from 'react';
import { Button } from 'react-aria-components';
import { useKeys } from '../keys.ts';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { isFiltered, LeadsFilters, type LeadsSearch } from '../parts/leads-filters.tsx';
import { LeadsGrid } from '../parts/leads-grid.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { leadsQuery } from '../queries.ts';
import { useWords } from '../words.ts';

const route = getRouteApi('/inside/analyst/leads');

export function LeadsPage() {
  const { t } = useWords();
  usePageTitle(t('leads.title'));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = { ...search, sort: search.sort ?? '-score' };
  const first = useQuery(leadsQuery(filter, 0));
  const change = useCallback(
    (changes: LeadsSearch) => {
      // Typing replaces the entry, so that "back" does not step through every letter.
      const replace = 'q' in changes && Object.keys(changes).length === 1;
      void navigate({ search: (before) => ({ ...before, ...changes }), replace, resetScroll: false });
    },
    [navigate],
  );
  useKeys({ '/': () => document.getElementById('lead-search')?.focus() });
  const leaveSearch = () => document.querySelector<HTMLElement>('.lead[tabindex="0"]')?.focus();
  const total = first.data?.total;
  return (
    <>
      <div className="page-head">
        <h1>{t('leads.title')}</h1>
        <p className="panel-note" role="status">
          {total !== undefined && t('leads.count', { count: total })}
        </p>
        <p className="panel-note page-motto">{t('leads.motto')}</p>
      </div>
      <LeadsFilters search={search} change={change} leaveSearch={leaveSearch} />
      {first.isPending && <Loading />}
      {first.isError && <FaultView error={first.error} retry={() => void first.refetch()} />}
      {total === 0 && <NoLeads filtered={isFiltered(search)} change={change} />}
      {total !== undefined && total > 0 && (
        <LeadsGrid key={JSON.stringify(filter)} filter={filter} total={total} sortBy={(sort) => change({ sort })} />
      )}
    </>
  );
}

function NoLeads({ filtered, change }: { filtered: boolean; change: (changes: LeadsSearch) => void }) {
  const { t } = useWords();
  return (
    <div className="state">
      <h2>{filtered ? t('leads.no_match') : t('leads.empty')}</h2>
      <p className="quiet">{filtered ? t('leads.no_match_text') : t('leads.empty_text')}</p>
      {filtered && (
        <Button
          className="button"
          onPress={() => change({ level: undefined, detection: undefined, q: undefined, status: undefined })}
        >
          {t('leads.clear')}
        </Button>
      )}
    </div>
  );
}
