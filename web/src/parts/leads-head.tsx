// biome-ignore-all lint/a11y/useSemanticElements: a virtualised grid cannot be made of table elements
// biome-ignore-all lint/a11y/useFocusableInteractive: the rows take the focus, see leads-grid.tsx
import type { Sort } from '../api.ts';
import { useWords, type WordKey } from '../words.ts';

interface Column {
  word: WordKey;
  /** What a click sorts by; a second click turns it round where the server can. */
  sorts?: Sort[];
}

const COLUMNS: Column[] = [
  { word: 'leads.column_level' },
  { word: 'leads.column_subject' },
  { word: 'leads.column_score', sorts: ['-score', 'score'] },
  { word: 'leads.column_why' },
  { word: 'leads.column_stages' },
  { word: 'leads.column_last', sorts: ['-last_day'] },
  { word: 'leads.column_first', sorts: ['-first_day'] },
  { word: 'leads.column_trend' },
];

export function LeadsHead({ sort, sortBy }: { sort: string; sortBy: (sort: Sort) => void }) {
  const { t } = useWords();
  return (
    <div className="leads-head" role="rowgroup">
      <div className="leads-row" role="row" aria-rowindex={1}>
        {COLUMNS.map(({ word, sorts }, at) => {
          const now = sorts?.find((value) => value === sort);
          const order = now === undefined ? undefined : now.startsWith('-') ? 'descending' : 'ascending';
          return (
            <div
              key={word}
              role="columnheader"
              aria-colindex={at + 1}
              {...(sorts === undefined ? {} : { 'aria-sort': order ?? ('none' as const) })}
            >
              {sorts === undefined ? (
                t(word)
              ) : (
                <button
                  type="button"
                  className="sort"
                  onClick={() =>
                    sortBy(sorts[now === undefined ? 0 : (sorts.indexOf(now) + 1) % sorts.length] ?? '-score')
                  }
                >
                  {t(word)}
                  <svg className="sort-mark" viewBox="0 0 10 12" aria-hidden="true" data-order={order ?? 'none'}>
                    <path className="up" d="M5 1 8.5 5h-7Z" />
                    <path className="down" d="M5 11 8.5 7h-7Z" />
                  </svg>
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
