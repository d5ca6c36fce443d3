// biome-ignore-all lint/a11y/useSemanticElements: a virtualised grid cannot be made of table elements
// biome-ignore-all lint/a11y/useFocusableInteractive: the rows take the focus
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Button } from 'react-aria-components';
import { entriesQuery, type LedgerEntry, type LedgerFilter } from '../ledger.ts';
import { useWords } from '../words.ts';
import { FaultView, Loading } from './fault-view.tsx';
import { useLedgerWords } from './ledger-words.ts';
import { useRovingRows } from './roving-rows.ts';

/** In pixels. */
const SIZES = { row: 44, card: 116, below: 8 };

/**
 * Entries, the newest first. More of them are asked for as one scrolls; when a whole page found nothing, only when one
 * asks for it, since looking further back is an entry itself.
 */
export function LedgerGrid({ filter }: { filter: LedgerFilter }) {
  const { t } = useWords();
  const answer = useInfiniteQuery(entriesQuery(filter));
  const { hasNextPage, isFetching, fetchNextPage } = answer;
  const pages = answer.data?.pages ?? [];
  const entries = pages.flatMap((page) => page.entries);
  const last = pages.at(-1);
  const goesOn = hasNextPage && last !== undefined && last.entries.length > 0;
  const more = () => {
    if (goesOn && !isFetching) void fetchNextPage({ cancelRefetch: false });
  };
  if (answer.isPending) return <Loading />;
  if (answer.isError && entries.length === 0)
    return <FaultView error={answer.error} retry={() => void answer.refetch()} />;
  return (
    <>
      {entries.length > 0 && <Rows entries={entries} place={JSON.stringify(filter)} more={more} goesOn={goesOn} />}
      {entries.length === 0 && !hasNextPage && (
        <div className="state">
          <h2>{t('ledger.no_match')}</h2>
          <p className="quiet">{t('ledger.no_match_text')}</p>
        </div>
      )}
      {hasNextPage && !goesOn && last?.next != null && (
        <Button className="button more" isDisabled={isFetching} onPress={() => void fetchNextPage()}>
          {t('ledger.further', { index: last.next })}
        </Button>
      )}
      {answer.isFetchNextPageError && <FaultView error={answer.error} retry={() => void fetchNextPage()} />}
    </>
  );
}

function Rows(props: { entries: LedgerEntry[]; place: string; goesOn: boolean; more: () => void }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const { entries, place, goesOn, more } = props;
  const total = entries.length;
  const { items, body, active, activate, open } = useRovingRows({
    ...{ total, place: `ledger ${place}`, sizes: SIZES },
    open: (at) => void navigate({ to: '/ledger/$index', params: { index: String(entries[at]?.index) } }),
  });
  const end = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (goesOn && end >= total - 15) more();
  });
  return (
    <div
      className="leads ledger"
      role="grid"
      aria-label={t('ledger.grid')}
      aria-rowcount={goesOn ? -1 : total + 1}
      aria-colcount={5}
    >
      <div className="leads-head" role="rowgroup">
        <div className="leads-row" role="row" aria-rowindex={1}>
          {(['ledger.time', 'ledger.who', 'ledger.what', 'ledger.on', 'ledger.index'] as const).map((word, at) => (
            <div key={word} role="columnheader" aria-colindex={at + 1}>
              {t(word)}
            </div>
          ))}
        </div>
      </div>
      <div className="leads-body" role="rowgroup" {...body}>
        {items.map(({ index, top, height }) => {
          const entry = entries[index];
          return (
            entry !== undefined && (
              // biome-ignore lint/a11y/useKeyWithClickEvents: Enter is handled by the grid
              <div
                key={entry.index}
                className={`leads-row lead kind-row-${entry.kind}`}
                role="row"
                data-index={index}
                aria-rowindex={index + 2}
                tabIndex={index === active ? 0 : -1}
                style={{ transform: `translateY(${top}px)`, height }}
                onFocus={() => activate(index)}
                onClick={(event) => {
                  const onLink = event.target instanceof Element && event.target.closest('a') !== null;
                  if (!onLink && getSelection()?.type !== 'Range') open(index);
                }}
              >
                <EntryCells entry={entry} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function EntryCells({ entry }: { entry: LedgerEntry }) {
  const { t, time, number } = useWords();
  const { who, what, hasWords, thing } = useLedgerWords();
  const { index, at, actor, act, on, kind, result } = entry;
  return (
    <>
      <div role="gridcell" aria-colindex={1} className="entry-time">
        {time(at)}
      </div>
      <div role="gridcell" aria-colindex={2} className="entry-who">
        {who(actor)}
      </div>
      <div role="gridcell" aria-colindex={3} className="entry-what">
        {kind === 'outcome' && result !== null && (
          <span className={`result result-${result}`}>{t(`result.${result}`)}</span>
        )}
        {hasWords(act) && <span>{what(act)}</span>} <span className="code quiet">{act}</span>
      </div>
      <div role="gridcell" aria-colindex={4} className="entry-on">
        {on.length === 0 ? (
          <span className="quiet">–</span>
        ) : (
          <>
            {thing(on[0] ?? '')}
            {on.length > 1 && <span className="quiet"> {t('ledger.and_more', { count: on.length - 1 })}</span>}
          </>
        )}
      </div>
      <div role="gridcell" aria-colindex={5} className="entry-index">
        <Link to="/ledger/$index" params={{ index: String(index) }} tabIndex={-1}>
          {number(index)}
        </Link>
      </div>
    </>
  );
}
