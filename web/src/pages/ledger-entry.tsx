import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useKeys } from '../keys.ts';
import { entryQuery, type LedgerEntry, type ProvenEntry } from '../ledger.ts';
import { download } from '../parts/download.ts';
import { FaultView, Loading } from '../parts/fault-view.tsx';
import { useLedgerWords } from '../parts/ledger-words.ts';
import { usePageTitle } from '../parts/page-title.tsx';
import { useWords } from '../words.ts';
import { NotFoundPage } from './not-found.tsx';
import { isNotFound } from './person.tsx';

const route = getRouteApi('/inside/auditor/ledger/$index');

/** One entry: what it says in words, what it says to the letter, and the proof that it stands where it stands. */
export function LedgerEntryPage() {
  const { t, number } = useWords();
  const { index } = route.useParams();
  const router = useRouter();
  const answer = useQuery(entryQuery(index));
  const title = t('entry.title', { index: number(Number(index)) });
  usePageTitle(title);
  useKeys({ u: () => (router.history.canGoBack() ? router.history.back() : void router.navigate({ to: '/ledger' })) });
  if (isNotFound(answer.error)) return <NotFoundPage />;
  if (answer.isError) return <FaultView error={answer.error} retry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Loading />;
  return (
    <article className="story">
      <p className="crumbs">
        <Link to="/ledger">{t('nav.ledger')}</Link>
      </p>
      <h1>{title}</h1>
      {answer.data.said !== null && <Said said={answer.data.said} other={answer.data.other} />}
      <section className="panel" aria-labelledby="text-title">
        <h2 id="text-title">{t('entry.text')}</h2>
        <p className="panel-note">{t('entry.text_note')}</p>
        <div className="raw">
          <pre className="code">{answer.data.entry}</pre>
        </div>
      </section>
      <ProofPanel {...answer.data} />
    </article>
  );
}

function Said({ said, other }: { said: LedgerEntry; other: LedgerEntry | null }) {
  const { t, time, number } = useWords();
  const { who, what, thing } = useLedgerWords();
  const outcome = said.kind === 'outcome' ? said : other;
  const details = Object.entries((said.details ?? {}) as Record<string, unknown>);
  return (
    <>
      <p className="person-sentence">
        {t('entry.sentence', { who: who(said.actor), what: what(said.act), time: time(said.at) })}
      </p>
      <dl className="facts">
        <Fact label={t('ledger.kind')}>{t(`entry_kind.${said.kind}`)}</Fact>
        {said.kind !== 'record' && (
          <Fact label={t('entry.ended')}>
            {outcome?.result == null ? (
              t('entry.open')
            ) : (
              <span className={`result result-${outcome.result}`}>{t(`result.${outcome.result}`)}</span>
            )}
          </Fact>
        )}
        {other !== null && (
          <Fact label={t(said.kind === 'intent' ? 'entry.outcome' : 'entry.intent')}>
            <Link to="/ledger/$index" params={{ index: String(other.index) }}>
              {t('entry.title', { index: number(other.index) })}
            </Link>
          </Fact>
        )}
        <Fact label={t('entry.verb')}>
          <span className="code">{said.act}</span>
        </Fact>
        {said.on.length > 0 && (
          <Fact label={t('ledger.on')}>
            {said.on.map((on) => (
              <Link key={on} className="fact-line" to="/ledger" search={{ on }}>
                {thing(on)}
              </Link>
            ))}
          </Fact>
        )}
        {details.map(([name, value]) => (
          <Fact key={name} label={t('entry.detail', { name })}>
            {typeof value === 'string' ? value : JSON.stringify(value)}
          </Fact>
        ))}
      </dl>
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function ProofPanel({ index, proof }: ProvenEntry) {
  const { t } = useWords();
  const file = `entry-${index}.tlog-proof`;
  const command = `countersign verify ${file} --policy ledger.policy`;
  return (
    <section className="panel" aria-labelledby="proof-title">
      <div className="panel-head">
        <h2 id="proof-title">{t('entry.proof')}</h2>
        <Button className="button" onPress={() => download(file, proof)}>
          {t('entry.proof_do')}
        </Button>
      </div>
      <p className="panel-note">{t('entry.proof_note')}</p>
      <p className="command">
        <code>{command}</code>
      </p>
      <details className="raw-more">
        <summary>{t('entry.proof_show')}</summary>
        <div className="raw">
          <pre className="code">{proof}</pre>
        </div>
      </details>
    </section>
  );
}
