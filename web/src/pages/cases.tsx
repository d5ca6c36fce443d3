import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type CaseSummary, casesDueQuery, casesQuery, handedOverQuery } from '../cases.ts';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { today } from '../parts/ledger-picture.tsx';
import { LevelBadge, ScoreBar } from '../parts/level.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { sessionQuery } from '../queries.ts';
import { useWords, type WordKey } from '../words.ts';

/** What is asked of somebody in a case, by what he is in it and how far it has come. */
function askedOf({ state, parts, open_tasks }: CaseSummary): WordKey | undefined {
  const decides = parts.includes('officer') || parts.includes('approver');
  if (state === 'proposed' && decides) return 'asked.decide';
  if (state === 'appealed' && decides) return 'asked.judge';
  if (state === 'decided' && parts.includes('officer')) return 'asked.tell';
  if (open_tasks > 0) return 'asked.tasks';
  return state === 'open' && parts.includes('officer') ? 'asked.work' : undefined;
}

const dueOf = ({ next_term }: CaseSummary) => next_term?.due ?? '9999';

/** The cases one is a member of: whose clock runs out next stands first, and closed ones last. */
export function CasesPage() {
  const { t } = useWords();
  usePageTitle(t('cases.title'));
  const answer = useQuery(casesQuery);
  const cases = [...(answer.data?.cases ?? [])].sort(
    (a, b) => Number(a.state === 'closed') - Number(b.state === 'closed') || (dueOf(a) < dueOf(b) ? -1 : 1),
  );
  return (
    <div className="story">
      <div className="page-head">
        <h1>{t('cases.title')}</h1>
        <p className="panel-note" role="status">
          {answer.isSuccess && t('cases.count', { count: cases.length })}
        </p>
        <p className="panel-note page-motto">{t('cases.motto')}</p>
      </div>
      <News />
      <HandedOver />
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && cases.length === 0 && (
        <div className="state">
          <h2>{t('cases.empty')}</h2>
          <p className="quiet">{t('cases.empty_text')}</p>
        </div>
      )}
      <ul className="case-list">
        {cases.map((one) => (
          <CaseCard key={one.id} one={one} />
        ))}
      </ul>
    </div>
  );
}

function CaseCard({ one }: { one: CaseSummary }) {
  const { t, day, name, list } = useWords();
  const { id, alias, state, outcome, opened_at, next_term, parts, steps, members } = one;
  const asked = askedOf(one);
  return (
    <li className={state === 'closed' ? 'case-card closed' : 'case-card'}>
      <div className="case-who">
        <Link to="/cases/$id" params={{ id }} className="case-id">
          {t('case.title', { id })}
        </Link>
        <span className="quiet">{t('cases.about', { alias, day: day(opened_at) })}</span>
      </div>
      <div>
        <span className={`state-tag state-${state}`}>{t(`case_state.${state}`)}</span>
        {outcome !== null && (
          <span className={outcome === 'cleared' ? 'result cleared' : 'result'}>{t(`outcome.${outcome}`)}</span>
        )}
      </div>
      <div className="case-next">
        {next_term === null ? (
          <span className="quiet">{t('cases.no_term')}</span>
        ) : (
          <>
            <strong className={next_term.late ? 'term-late' : undefined}>
              {next_term.late
                ? t('cases.late', { day: day(next_term.due) })
                : t('case.due', { day: day(next_term.due) })}
            </strong>
            <span className="quiet">
              {name('term', next_term.kind)} {next_term.text}
            </span>
          </>
        )}
      </div>
      <div className="case-asked">
        {asked === undefined ? <span className="quiet">{t('cases.nothing_asked')}</span> : <strong>{t(asked)}</strong>}
        <span className="quiet">
          {t('cases.as', { parts: list(parts.map((part) => name('part', part))), steps, members })}
        </span>
      </div>
    </li>
  );
}

/** Terms that run out soon or have, and news of whoever is watched because of a case. */
function News() {
  const { t, day, name } = useWords();
  const { data } = useQuery(casesDueQuery);
  const watched = data?.watched.filter(({ signals }) => signals > 0) ?? [];
  if (data === undefined || data.due.length + watched.length === 0) return null;
  return (
    <section className="notice news" aria-labelledby="news-title">
      <h2 id="news-title">{t('cases.news')}</h2>
      <ul>
        {data.due.map((term) => (
          <li key={`${term.case} ${term.kind} ${term.id}`}>
            <Link to="/cases/$id" params={{ id: term.case }} hash="terms">
              {t('case.title', { id: term.case })}
            </Link>{' '}
            {term.due < today() ? t('cases.late', { day: day(term.due) }) : t('case.due', { day: day(term.due) })}
            {' · '}
            {name('term', term.kind)} {term.text}
          </li>
        ))}
        {watched.map((one) => (
          <li key={`${one.case} ${one.effect}`}>
            <Link to="/cases/$id" params={{ id: one.case }} hash="raised">
              {t('case.title', { id: one.case })}
            </Link>{' '}
            {t('cases.watched', { count: one.signals, day: day(one.since) })}
          </li>
        ))}
      </ul>
    </section>
  );
}

function HandedOver() {
  const { t, pick, day } = useWords();
  const { data: session } = useQuery(sessionQuery);
  const opens = session?.account.roles.some((role) => role === 'case_officer' || role === 'reviewer') ?? false;
  const { data } = useQuery({ ...handedOverQuery, enabled: opens });
  if (data === undefined || data.leads.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="handed-title">
      <div className="panel-head">
        <h2 id="handed-title">{t('cases.handed')}</h2>
        <p className="panel-note">{t('leads.count', { count: data.leads.length })}</p>
      </div>
      <ul className="handed">
        {data.leads.map((lead) => (
          <li key={lead.id}>
            <Link to="/handed-over/$id" params={{ id: lead.id }}>
              {t('subject.name', { subject: lead.subject })}
            </Link>
            <LevelBadge level={lead.level} />
            <ScoreBar score={lead.score} level={lead.level} />
            <span className="handed-why">
              {lead.triage?.reason ?? lead.top.map(({ title }) => pick(title)).join(', ')}
              {lead.triage != null && <span className="quiet"> {day(lead.triage.at)}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
