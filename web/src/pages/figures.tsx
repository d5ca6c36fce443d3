import { useQuery } from '@tanstack/react-query';
import { LEVELS } from '../api.ts';
import { FigureBars, PartBars } from '../charts/figure-bars.tsx';
import { type Figure, type Figures, figuresQuery, partsOf } from '../figures.ts';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { LevelMark } from '../parts/level.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { Table } from '../parts/table.tsx';
import { useWords } from '../words.ts';

/** How many, never who: what somebody who leads people may know. */
export function FiguresPage() {
  const { t } = useWords();
  usePageTitle(t('figures.title'));
  const answer = useQuery(figuresQuery);
  return (
    <div className="story">
      <div className="page-head">
        <h1>{t('figures.title')}</h1>
        <p className="panel-note page-motto">{t('figures.motto')}</p>
      </div>
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && (
        <>
          <p className="notice">{t('figures.note', { least: answer.data.least })}</p>
          <LeadsByMonth {...answer.data} />
          {answer.data.cases !== null && <Cases whole={answer.data.cases} terms={answer.data.terms} />}
        </>
      )}
    </div>
  );
}

function useMonth(): (month: string) => string {
  const { language } = useWords();
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    ...{ month: 'short', year: 'numeric', timeZone: 'UTC' },
  } as Intl.DateTimeFormatOptions);
  return (month) => format.format(new Date(`${month}-01T00:00:00Z`));
}

function LeadsByMonth({ months }: Figures) {
  const { t, number } = useWords();
  const monthText = useMonth();
  const shown = ({ count }: Figure) =>
    count === null ? <span className="quiet">{t('figures.withheld')}</span> : number(count);
  const level = (whole: Figure, name: string) =>
    partsOf(whole, 'level').find((part) => part.name === name) ?? { name, count: null };
  if (months.length === 0) {
    return (
      <div className="state">
        <h2>{t('figures.empty')}</h2>
        <p className="quiet">{t('figures.empty_text')}</p>
      </div>
    );
  }
  return (
    <section className="panel" aria-labelledby="figures-leads">
      <div className="panel-head">
        <h2 id="figures-leads">{t('figures.leads')}</h2>
        <p className="panel-note">{t('figures.leads_note')}</p>
      </div>
      <FigureBars
        label={t('figures.leads_chart', { months: months.length })}
        months={months.map(({ month, leads }) => ({ month, label: monthText(month), whole: leads }))}
        number={number}
        small={t('figures.withheld')}
      />
      <ul className="legend">
        {[...LEVELS].reverse().map((name) => (
          <li key={name}>
            <LevelMark level={name} />
            {t(`level.${name}`)}
          </li>
        ))}
        <li>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <rect className="withheld-swatch" width="16" height="16" />
            <path className="hatch" d="M0 5 5 0M0 10 10 0M0 15 15 0M5 15 15 5M10 15l5-5" />
          </svg>
          {t('figures.withheld')}
        </li>
      </ul>
      <Table
        label={t('figures.leads')}
        rows={months.toReversed()}
        rowKey={({ month }) => month}
        columns={[
          { key: 'month', label: t('figures.month'), wide: true, cell: ({ month }) => monthText(month) },
          { key: 'all', label: t('figures.all'), number: true, cell: ({ leads }) => shown(leads) },
          ...[...LEVELS].reverse().map((name) => ({
            key: name,
            label: t(`level.${name}`),
            number: true,
            cell: ({ leads }: { leads: Figure }) => shown(level(leads, name)),
          })),
        ]}
      />
    </section>
  );
}

function Cases({ whole, terms }: { whole: Figure; terms: Figures['terms'] }) {
  const { t, number, name } = useWords();
  const closed = partsOf(whole, 'state').find(({ divisions }) => divisions !== undefined && divisions.length > 0);
  const rows = (parts: Figure[], group: string) =>
    parts.map((part) => ({
      ...part,
      text: name(group, part.name),
      shown: part.count === null ? t('figures.withheld') : number(part.count),
    }));
  return (
    <section className="panel" aria-labelledby="figures-cases">
      <div className="panel-head">
        <h2 id="figures-cases">{t('figures.cases')}</h2>
        <p className="panel-note">
          {whole.count === null ? t('figures.cases_few') : t('figures.cases_count', { count: whole.count })}
        </p>
      </div>
      <div className="figure-columns">
        <div>
          <h3>{t('figures.by_state')}</h3>
          <PartBars parts={rows(partsOf(whole, 'state'), 'case_state')} whole={whole.count} />
        </div>
        <div>
          <h3>{t('figures.by_outcome')}</h3>
          <PartBars parts={rows(partsOf(closed, 'outcome'), 'outcome')} whole={closed?.count ?? null} />
        </div>
        <div>
          <h3>{t('figures.terms')}</h3>
          <dl className="medians">
            {terms.map(({ name: term, median_days }) => (
              <div key={term}>
                <dt>{name('median', term)}</dt>
                <dd>
                  {median_days === null ? (
                    <span className="quiet">{t('figures.withheld')}</span>
                  ) : (
                    t('figures.days', { days: median_days })
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      </div>
    </section>
  );
}
