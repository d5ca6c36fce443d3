import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { Button } from 'react-aria-components';
import { type CaseStory, caseQuery, fileOf } from '../cases.ts';
import { useKeys } from '../keys.ts';
import { CaseDocuments } from '../parts/case-documents.tsx';
import { CaseEvidence } from '../parts/case-evidence.tsx';
import { CaseEffects, CaseHearing } from '../parts/case-hearing.tsx';
import { CaseHypotheses } from '../parts/case-hypotheses.tsx';
import { CaseRaised } from '../parts/case-raised.tsx';
import { CaseRecord, useBy } from '../parts/case-record.tsx';
import { CaseTerms } from '../parts/case-terms.tsx';
import { CaseUnmasking } from '../parts/case-unmasking.tsx';
import { CasePeople, CaseWork } from '../parts/case-work.tsx';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { useWords } from '../words.ts';
import { NotFoundPage } from './not-found.tsx';
import { isNotFound } from './person.tsx';

const route = getRouteApi('/inside/member/cases/$id');

/** One story that a reviewer reads from top to bottom: what raised it, why it was opened, what it may be, how it ended. */
export function CasePage() {
  const { t } = useWords();
  const { id } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const router = useRouter();
  const answer = useQuery(caseQuery(id));
  usePageTitle(t('case.title', { id }));
  useKeys({ u: () => (router.history.canGoBack() ? router.history.back() : void router.navigate({ to: '/cases' })) });
  if (isNotFound(answer.error)) return <NotFoundPage />;
  if (answer.isError) return <FaultView error={answer.error} retry={() => void answer.refetch()} />;
  const story = answer.data;
  if (story === undefined) return <Loading />;
  return (
    <article className="story case">
      <p className="crumbs">
        <Link to="/cases">{t('nav.cases')}</Link>
      </p>
      <Head story={story} />
      <CaseRaised
        story={story}
        search={search}
        change={(changes) =>
          void navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false })
        }
      />
      <Opening story={story} />
      <CaseHypotheses story={story} />
      <CaseEvidence story={story} />
      <CaseDocuments story={story} />
      <CaseWork story={story} />
      <CaseTerms story={story} />
      <CaseHearing story={story} />
      <CaseEffects story={story} />
      <CasePeople story={story} />
      <CaseUnmasking story={story} />
      <CaseRecord story={story} />
    </article>
  );
}

function Head({ story }: { story: CaseStory }) {
  const { t, day, number, name } = useWords();
  const { id, alias, state, outcome, opened_at, closed_at, held_until, destroyed_from } = story;
  const counts = [
    ['hypotheses', story.hypotheses.length],
    ['evidence', story.evidence.filter(({ withdrawn }) => !withdrawn).length],
    ['raised', story.lead?.signals.length ?? 0],
    ['documents', story.documents.length],
    ['work', story.tasks.filter(({ done }) => !done).length],
    ['terms', story.terms.length],
    ['record', story.steps.length],
  ] as const;
  return (
    <header className="person-head">
      <div className="person-title">
        <h1>{t('case.title', { id })}</h1>
        <span className={`state-tag state-${state}`}>{t(`case_state.${state}`)}</span>
        <span className="case-tools no-print">
          <a className="button" href={fileOf(id, '/dossier')} download>
            {t('case.dossier')}
          </a>
          <a className="button" href={fileOf(id, '/bundle')} download>
            {t('case.bundle')}
          </a>
          <Button className="button" onPress={() => window.print()}>
            {t('case.print')}
          </Button>
        </span>
      </div>
      <p className="person-sentence">
        {t('case.about', { alias, day: day(opened_at) })} <em>{t('case.no_verdict')}</em>
      </p>
      {outcome !== null && (
        <p className={outcome === 'cleared' ? 'outcome cleared' : 'outcome'}>
          <strong>{name('outcome', outcome)}</strong> {t(`outcome_text.${outcome}`)}
        </p>
      )}
      <ul className="counts">
        {counts.map(([anchor, count]) => (
          <li key={anchor}>
            <a href={`#${anchor}`}>
              <strong>{number(count)}</strong> {t(`case_count.${anchor}`, { count })}
            </a>
          </li>
        ))}
      </ul>
      {(closed_at !== null || held_until !== null) && (
        <p className="panel-note">
          {closed_at !== null && t('case.closed_on', { day: day(closed_at) })}{' '}
          {held_until !== null && t('case.held', { day: day(held_until) })}{' '}
          {destroyed_from !== null && t('case.destroyed', { day: day(destroyed_from) })}
        </p>
      )}
    </header>
  );
}

function Opening({ story }: { story: CaseStory }) {
  const { t, time } = useWords();
  const by = useBy();
  const opening = story.steps.find(({ kind }) => kind === 'open');
  if (opening === undefined) return null;
  const { reason, purpose } = opening.step as Record<string, string>;
  return (
    <section className="panel chapter" id="opening" aria-labelledby="opening-title">
      <h2 id="opening-title">{t('case.opening')}</h2>
      <dl className="opening">
        <dt>{t('triage.reason')}</dt>
        <dd>{reason}</dd>
        <dt>{t('triage.purpose')}</dt>
        <dd>{purpose}</dd>
      </dl>
      <p className="panel-note">
        <a href={`#step-${opening.n}`}>{t('case.step', { n: opening.n })}</a>{' '}
        {t('case.by', { by: by(opening), time: time(opening.at) })}
      </p>
    </section>
  );
}
