import type { CaseStory } from '../cases.ts';
import { TermLine, type TermState } from '../charts/term-line.tsx';
import { useWords } from '../words.ts';
import { Actions } from './case-actions.tsx';
import { today } from './ledger-picture.tsx';

interface Row {
  id: string;
  n: number;
  text: string;
  note: string;
  from: string;
  due: string;
  state: TermState;
}

const daysTo = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);

function rowsOf({ clocks, terms, steps, tasks }: CaseStory, words: ReturnType<typeof useWords>): Row[] {
  const dayOf = (n: number) => steps[n - 1]?.at.slice(0, 10) ?? '';
  const fromClocks = clocks.map(
    ({ id, n, text, basis, due, met }): Row => ({
      ...{ id, n, text, note: basis, due, from: dayOf(n) },
      state: met ? 'met' : due < today() ? 'late' : 'running',
    }),
  );
  const began: Record<string, string> = { reply: 'invite_reply', appeal: 'notify', hold: 'hold' };
  const others = terms
    .filter(({ kind }) => kind !== 'clock')
    .map(({ kind, id, text, due, late }): Row => {
      const task = tasks.find((one) => one.id === id);
      const n = kind === 'task' ? (task?.n ?? 1) : (steps.findLast((step) => step.kind === began[kind])?.n ?? 1);
      return {
        ...{ id, n, due, from: dayOf(n), note: text, text: words.name('term', kind) },
        state: late ? 'late' : 'running',
      };
    });
  return [...fromClocks, ...others].sort((a, b) => (a.due < b.due ? -1 : 1));
}

/** What is due when: each term from its beginning to its end, all on one scale with today. */
export function CaseTerms({ story }: { story: CaseStory }) {
  const words = useWords();
  const { t, day, shortDay } = words;
  const rows = rowsOf(story, words);
  const now = today();
  const first = [...rows.map(({ from }) => from), story.opened_at.slice(0, 10)].sort()[0] ?? now;
  const last = [...rows.map(({ due }) => due), now].sort().at(-1) ?? now;
  const left = ({ due, state }: Row) =>
    state === 'met'
      ? t('term_state.met')
      : state === 'late'
        ? t('term_state.late', { days: daysTo(due, now) })
        : t('term_state.running', { days: daysTo(now, due) });
  return (
    <section className="panel chapter" id="terms" aria-labelledby="terms-title">
      <h2 id="terms-title">{t('case.terms')}</h2>
      {rows.length === 0 && <p className="quiet">{t('case.no_terms')}</p>}
      {rows.length > 0 && (
        <>
          <p className="panel-note">
            {t('case.terms_note', { from: shortDay(first), to: shortDay(last), today: shortDay(now) })}
          </p>
          <ul className="terms">
            {rows.map((row) => (
              <li key={`${row.id} ${row.n}`} className="term" id={row.id.startsWith('C') ? row.id : undefined}>
                <div className="term-text">
                  <a href={`#step-${row.n}`}>
                    {row.id === '' ? row.text : t('case.named', { id: row.id, text: row.text })}
                  </a>
                  <span className="quiet">{row.note}</span>
                </div>
                <TermLine {...row} first={first} last={last} today={now} />
                <div className={`term-left term-${row.state}`}>
                  <strong>{left(row)}</strong>
                  <span className="quiet">{t('case.due', { day: day(row.due) })}</span>
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      <Actions story={story} kinds={['clock', 'clock_met']} />
    </section>
  );
}
