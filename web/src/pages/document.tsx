import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Button, Group } from 'react-aria-components';
import { documentQuery, type RegisterDocument, type RegisterStep } from '../documents.ts';
import { useKeys } from '../keys.ts';
import { DocumentCopies } from '../parts/document-copies.tsx';
import { DOCUMENT_ACTS, type DocumentAct, StepDialog } from '../parts/document-steps.tsx';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { DocumentLevelTag } from '../parts/level.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { useWords } from '../words.ts';
import { NotFoundPage } from './not-found.tsx';
import { isNotFound } from './person.tsx';

const route = getRouteApi('/inside/keeper/documents/$id');

/** One document: what it is, where its copies are and have been, which levels it had, and every step. */
export function DocumentPage() {
  const { t } = useWords();
  const { id } = route.useParams();
  const router = useRouter();
  const answer = useQuery(documentQuery(id));
  usePageTitle(answer.data?.title || answer.data?.path || t('documents.title'));
  useKeys({
    u: () => (router.history.canGoBack() ? router.history.back() : void router.navigate({ to: '/documents' })),
  });
  if (isNotFound(answer.error)) return <NotFoundPage />;
  if (answer.isError) return <FaultView error={answer.error} retry={() => void answer.refetch()} />;
  const whole = answer.data;
  if (whole === undefined) return <Loading />;
  return (
    <article className="story">
      <p className="crumbs">
        <Link to="/documents">{t('nav.documents')}</Link>
      </p>
      <Head whole={whole} />
      <DocumentCopies whole={whole} />
      <Levels whole={whole} />
      <Steps steps={whole.steps} />
    </article>
  );
}

function Head({ whole }: { whole: RegisterDocument }) {
  const { t, name, day, list } = useWords();
  const [asking, setAsking] = useState<DocumentAct>();
  const {
    path,
    title,
    level,
    owner,
    project,
    registered,
    origin,
    keep_until,
    need_to_know,
    downgrade,
    working,
    decoy,
  } = whole;
  const acts = DOCUMENT_ACTS.filter(
    (act) => (act === 'withdraw') === (downgrade !== null) || (act !== 'withdraw' && act !== 'downgrade'),
  );
  return (
    <header>
      <div className="person-title">
        <h1>{title === '' ? path : title}</h1>
        <DocumentLevelTag level={level} />
        {working && <span className="register-flag">{t('document_state.working')}</span>}
        {decoy && <span className="register-flag">{t('document_state.decoy')}</span>}
      </div>
      {title !== '' && <p className="register-path">{path}</p>}
      {downgrade !== null && (
        <p className="notice">
          {t('documents.downgrade_waits', { name: downgrade.by_name, reason: downgrade.reason })}{' '}
          <DocumentLevelTag level={downgrade.level} />
        </p>
      )}
      <dl className="facts">
        <Fact label={t('documents.owner')}>{owner || t('documents.nobody')}</Fact>
        <Fact label={t('documents.project')}>{project || t('documents.no_project')}</Fact>
        <Fact label={t('documents.registered')}>{day(registered)}</Fact>
        <Fact label={name('document_field', 'origin')}>{origin || t('documents.own_paper')}</Fact>
        <Fact label={name('document_field', 'keep_until')}>
          {keep_until === null ? t('documents.no_term') : day(keep_until)}
        </Fact>
        <Fact label={t('documents.need')}>
          {need_to_know.length === 0 ? t('documents.no_need') : list(need_to_know.map((one) => needText(one, name)))}
        </Fact>
      </dl>
      <Group className="actions no-print" aria-label={t('documents.actions')}>
        {acts.map((act) => (
          <Button key={act} className="button" onPress={() => setAsking(act)}>
            {name('document_act', act)}
          </Button>
        ))}
      </Group>
      {asking !== undefined && <StepDialog act={asking} whole={whole} close={() => setAsking(undefined)} />}
    </header>
  );
}

function needText(one: string, name: (group: string, value: string) => string): string {
  const at = one.indexOf(':');
  return `${name('need_kind', one.slice(0, at))} ${one.slice(at + 1)}`;
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Levels({ whole }: { whole: RegisterDocument }) {
  const { t, day } = useWords();
  return (
    <section className="panel" aria-labelledby="levels-title">
      <div className="panel-head">
        <h2 id="levels-title">{t('documents.levels')}</h2>
        <p className="panel-note">{t('documents.levels_note')}</p>
      </div>
      <ol className="level-history">
        {whole.levels.map((one) => (
          <li key={`${one.since} ${one.level} ${one.by}`}>
            <span>{day(one.since)}</span>
            <DocumentLevelTag level={one.level} />
            <span>
              {one.reason}{' '}
              <span className="quiet">
                {one.confirmed_by === null
                  ? t('documents.level_by', { name: one.by_name || t('documents.table') })
                  : t('documents.level_by_two', { name: one.by_name, other: one.confirmed_by })}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Everything that was ever done to it, the last first. Nothing here can be changed or taken away. */
function Steps({ steps }: { steps: RegisterStep[] }) {
  const { t, name, time } = useWords();
  return (
    <section className="panel" aria-labelledby="steps-title">
      <div className="panel-head">
        <h2 id="steps-title">{t('documents.steps')}</h2>
        <p className="panel-note">{t('documents.steps_note')}</p>
      </div>
      <ol className="register-steps" reversed>
        {steps.toReversed().map(({ n, kind, by_name, at, step }) => (
          <li key={n} value={n}>
            <span className="quiet">{time(at)}</span>{' '}
            <strong>{name('register_step', kind === 'copy' ? String(step.act) : kind)}</strong>{' '}
            {typeof step.copy === 'number' && t('custody.copy', { copy: step.copy })} {said(step)}{' '}
            <span className="quiet">{by_name || t('documents.table')}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What was written with a step, in the order in which it was asked. */
function said(step: Record<string, unknown>): string {
  const texts = ['to', 'due', 'how', 'reason'].flatMap((field) =>
    typeof step[field] === 'string' ? [step[field]] : [],
  );
  const lists = ['add', 'remove'].flatMap((field) =>
    Array.isArray(step[field]) ? step[field].map((one) => `${field === 'add' ? '+' : '−'} ${one}`) : [],
  );
  return [...texts, ...lists].join(' · ');
}
