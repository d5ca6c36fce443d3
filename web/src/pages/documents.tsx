import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { type RegisterFilter, type RegisterRow, type RegisterTotals, registerQuery } from '../documents.ts';
import { useKeys } from '../keys.ts';
import { DocumentImports } from '../parts/document-imports.tsx';
import { DocumentProposals } from '../parts/document-proposals.tsx';
import { RegisterDialog } from '../parts/document-steps.tsx';
import { DocumentsFilters } from '../parts/documents-filters.tsx';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { today } from '../parts/ledger-picture.tsx';
import { DocumentLevelTag } from '../parts/level.tsx';
import { usePageTitle } from '../parts/page-title.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { sessionQuery } from '../queries.ts';
import { useWords } from '../words.ts';

const route = getRouteApi('/inside/keeper/documents');

/** The register for its keeper; for whoever may only be the second person, what waits for him. */
export function DocumentsPage() {
  const { t } = useWords();
  usePageTitle(t('documents.title'));
  const { data: session } = useQuery(sessionQuery);
  const keeps = session?.account.roles.includes('registrar') ?? false;
  return (
    <div className="story">
      <div className="page-head">
        <h1>{t('documents.title')}</h1>
        <p className="panel-note page-motto">{t(keeps ? 'documents.motto' : 'documents.second')}</p>
      </div>
      <DocumentProposals keeps={keeps} />
      {keeps && <Register />}
      {keeps && <DocumentImports />}
    </div>
  );
}

function Register() {
  const { t } = useWords();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changes: RegisterFilter) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true, resetScroll: false });
  const answer = useInfiniteQuery(registerQuery(filter));
  const [adding, setAdding] = useState(false);
  const rows = answer.data?.pages.flatMap(({ documents }) => documents) ?? [];
  const first = answer.data?.pages[0];
  useKeys({
    j: () => moveFocus(1),
    k: () => moveFocus(-1),
    '/': () => document.getElementById('document-search')?.focus(),
    n: () => setAdding(true),
  });
  return (
    <section className="panel" aria-labelledby="register-title">
      <div className="panel-head">
        <h2 id="register-title">{t('documents.register')}</h2>
        <p className="panel-note" role="status">
          {first !== undefined && t('documents.count', { count: first.total })}
        </p>
        <Button className="button no-print" onPress={() => setAdding(true)}>
          {t('documents.add')}
        </Button>
      </div>
      {first !== undefined && <Totals totals={first.totals} chosen={filter} change={change} />}
      <DocumentsFilters filter={filter} change={change} leave={() => moveFocus(1)} />
      {answer.isPending && <Loading />}
      {answer.isError && <FaultView error={answer.error} retry={() => void answer.refetch()} />}
      {answer.isSuccess && rows.length === 0 && <p className="quiet">{t('documents.none')}</p>}
      {rows.length > 0 && <DocumentsTable rows={rows} />}
      {answer.hasNextPage && (
        <Button
          className="button more"
          isDisabled={answer.isFetchingNextPage}
          onPress={() => void answer.fetchNextPage()}
        >
          {t('documents.more')}
        </Button>
      )}
      <p className="panel-note no-print">{t('documents.keys')}</p>
      {adding && <RegisterDialog close={() => setAdding(false)} />}
    </section>
  );
}

/** From one document of the list to the next: the focus is on the links, so Enter opens one. */
function moveFocus(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('.register-link')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + step));
  links[next]?.focus();
}

/** How much there is, and what somebody has to see to: each figure filters the list by itself. */
function Totals(props: { totals: RegisterTotals; chosen: RegisterFilter; change: (changes: RegisterFilter) => void }) {
  const { t, number } = useWords();
  const { totals, chosen, change } = props;
  const states = ['away', 'overdue', 'missing', 'waiting'] as const;
  return (
    <ul className="register-totals">
      <li>
        <strong>{number(totals.documents)}</strong> {t('documents.total_documents')}
      </li>
      <li>
        <strong>{number(totals.copies)}</strong> {t('documents.total_copies')}
      </li>
      {states.map((state) => (
        <li key={state}>
          <Button
            className={totals[state] > 0 && state !== 'away' ? 'button plain urgent' : 'button plain'}
            aria-pressed={chosen.state === state}
            onPress={() => change({ state: chosen.state === state ? undefined : state })}
          >
            <strong>{number(totals[state])}</strong> {t(`document_state.${state}`)}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function DocumentsTable({ rows }: { rows: RegisterRow[] }) {
  const { t, day } = useWords();
  const columns: Column<RegisterRow>[] = [
    { key: 'level', label: t('documents.level'), cell: ({ level }) => <DocumentLevelTag level={level} /> },
    {
      ...{ key: 'path', label: t('documents.document'), wide: true },
      cell: ({ id, path, title, working, decoy, waiting }) => (
        <>
          <Link to="/documents/$id" params={{ id }} className="register-link">
            {title === '' ? path : title}
          </Link>
          {title !== '' && <span className="quiet register-path">{path}</span>}
          {working && <span className="register-flag">{t('document_state.working')}</span>}
          {decoy && <span className="register-flag">{t('document_state.decoy')}</span>}
          {waiting.map((what) => (
            <span key={what} className="register-flag waiting">
              {t(`proposal.${what}`)}
            </span>
          ))}
        </>
      ),
    },
    { key: 'owner', label: t('documents.owner'), cell: ({ owner }) => owner || t('documents.nobody') },
    { key: 'project', label: t('documents.project'), cell: ({ project }) => project || t('documents.no_project') },
    {
      ...{ key: 'copies', label: t('documents.copies') },
      cell: ({ copies, away, missing }) => (
        <>
          {t('documents.away', { away, copies })}
          {missing > 0 && <strong className="term-late"> {t('documents.missing', { count: missing })}</strong>}
        </>
      ),
    },
    {
      ...{ key: 'due', label: t('documents.due') },
      cell: ({ next_due }) => {
        if (next_due === null) return <span className="quiet">{t('documents.no_due')}</span>;
        const late = next_due < today();
        return (
          <span className={late ? 'term-late' : undefined}>
            {t(late ? 'cases.late' : 'case.due', { day: day(next_due) })}
          </span>
        );
      },
    },
  ];
  return <Table label={t('documents.register')} columns={columns} rows={rows} rowKey={({ id }) => id} />;
}
