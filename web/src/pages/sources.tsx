import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { LinesPanel } from '../parts/lines-panel.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { QuarantinePanel } from '../parts/quarantine-panel.tsx';
import { SourcePanel } from '../parts/source-panel.tsx';
import { overviewQuery, sessionQuery, sourcesQuery } from '../queries.ts';
import { useWords } from '../words.ts';

const route = getRouteApi('/inside/sources');

/** Whether the logs arrive at all: a source that falls silent is a finding, because somebody may have silenced it. */
export function SourcesPage() {
  const { t, dayRange, time } = useWords();
  usePageTitle(t('sources.title'));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const answer = useQuery(sourcesQuery);
  const { data: overview } = useQuery(overviewQuery);
  const { data: session } = useQuery(sessionQuery);
  const engineer = session?.account.roles.includes('engineer') ?? false;
  const change = (changes: { source?: string | undefined; page?: number | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), resetScroll: false });
  const sources = answer.data?.sources ?? [];
  const days = sources
    .flatMap(({ first_day, last_day }) => [first_day, last_day])
    .filter(Boolean)
    .sort();
  const [from, to] = [days[0] ?? '', days.at(-1) ?? ''];
  return (
    <div className="story">
      <div className="page-head">
        <h1>{t('sources.title')}</h1>
        <p className="panel-note">
          {overview !== undefined &&
            overview.first_day !== '' &&
            t('sources.overview', {
              events: overview.events,
              people: overview.people,
              range: dayRange(overview.first_day, overview.last_day),
            })}
        </p>
        {overview !== undefined && overview.taken_in !== '' && (
          <p className="panel-note">{t('sources.taken_in', { time: time(overview.taken_in) })}</p>
        )}
        <p className="panel-note page-motto">{t('sources.motto')}</p>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && sources.length === 0 && (
        <div className="state">
          <h2>{t('sources.empty')}</h2>
          <p className="quiet">{t('sources.empty_text')}</p>
        </div>
      )}
      {sources.length > 0 && (
        <>
          <ul className="legend strip-legend">
            <li>
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path className="day-bar" d="M2 16V6h3v10ZM7 16V3h3v13ZM12 16V8h3v8Z" />
              </svg>
              {t('sources.legend_rows')}
            </li>
            <li>
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path className="expected-line" d="M0 9 5 6l6 3 5-4" />
              </svg>
              {t('sources.legend_expected')}
            </li>
            <li>
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <rect className="gap-ground" width="16" height="16" />
                <path className="gap-hatch" d="M0 5 5 0M0 10 10 0M0 15 15 0M5 15 15 5M10 15l5-5" />
              </svg>
              {t('sources.legend_gap')}
            </li>
          </ul>
          {sources.map((source) => (
            <SourcePanel
              key={source.name}
              source={source}
              from={from}
              to={to}
              showQuarantine={() => {
                change({ source: source.name, page: undefined });
                document.getElementById('quarantine-title')?.focus();
              }}
            />
          ))}
          {engineer && <LinesPanel />}
          <QuarantinePanel
            sources={sources.map(({ name }) => name)}
            source={search.source}
            page={search.page ?? 1}
            change={change}
          />
        </>
      )}
    </div>
  );
}
