import { useState } from 'react';
import { Button, Group } from 'react-aria-components';
import { CustodyAxis, CustodyLine } from '../charts/custody-line.tsx';
import { dayOf, timeOf } from '../charts/days.ts';
import { certificateAt, type RegisterCopy, type RegisterDocument, takeRegisterStep } from '../documents.ts';
import { useKeys } from '../keys.ts';
import { useWords } from '../words.ts';
import { ActFault, useAct } from './act.tsx';
import { bodyOf, COPY_ACTS, type CopyAct, StepDialog } from './document-steps.tsx';

/** What needs no question: it is done at once. */
const AT_ONCE: readonly CopyAct[] = ['return', 'seen', 'lost', 'keep'];

function actsOf({ state, proposed }: RegisterCopy): CopyAct[] {
  if (state === 'destroyed') return [];
  if (proposed !== null) return ['seen', 'lost', 'keep'];
  return state === 'in registry' ? ['issue', 'lend', 'seen', 'lost', 'destroy'] : ['return', 'seen', 'lost', 'destroy'];
}

/** Every copy with where it has been since it was made: who had it when, and what can be done with it now. */
export function DocumentCopies({ whole }: { whole: RegisterDocument }) {
  const { t, shortDay } = useWords();
  const [at, setAt] = useState(0);
  const [asking, setAsking] = useState<{ act: CopyAct; copy: number }>();
  const take = useAct('documents', ({ act, copy }: { act: CopyAct; copy: number }) =>
    takeRegisterStep(whole.id, bodyOf(act, copy, {})),
  );
  const { copies } = whole;
  const chosen = copies[Math.min(at, copies.length - 1)];
  const act = (wanted: CopyAct, of = chosen) => {
    if (of === undefined || !actsOf(of).includes(wanted)) return;
    if (AT_ONCE.includes(wanted)) take.mutate({ act: wanted, copy: of.copy });
    else setAsking({ act: wanted, copy: of.copy });
  };
  const move = (step: number) => {
    const next = Math.max(0, Math.min(copies.length - 1, at + step));
    setAt(next);
    document.getElementById(`copy-${copies[next]?.copy}`)?.focus();
  };
  const keys = Object.entries(COPY_ACTS).filter(([, key]) => key !== '');
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ...Object.fromEntries(keys.map(([name, key]) => [key, () => act(name as CopyAct)])),
  });
  const first = firstDay(whole);
  return (
    <section className="panel" aria-labelledby="copies-title">
      <div className="panel-head">
        <h2 id="copies-title">{t('custody.title')}</h2>
        <p className="panel-note">{t('custody.note')}</p>
      </div>
      <Legend />
      <ActFault error={take.error} />
      {copies.length === 0 && <p className="quiet">{t('custody.none')}</p>}
      <ol className="copies">
        {copies.map((copy, index) => (
          <CopyRow
            key={copy.copy}
            copy={copy}
            whole={whole}
            first={first}
            isChosen={copy === chosen}
            choose={() => setAt(index)}
            act={act}
          />
        ))}
      </ol>
      {copies.length > 0 && (
        <div className="copy copy-axis">
          <CustodyAxis first={first} today={whole.today} text={shortDay} />
        </div>
      )}
      {copies.length > 0 && <p className="panel-note no-print">{t('custody.keys')}</p>}
      {asking !== undefined && <StepDialog {...asking} whole={whole} close={() => setAsking(undefined)} />}
    </section>
  );
}

/** The picture begins with the first copy, and is at least a week long. */
function firstDay({ copies, today }: RegisterDocument): string {
  const made = copies.flatMap(({ places }) => places.map(({ from }) => from.slice(0, 10))).sort()[0] ?? today;
  return dayOf(Math.min(timeOf(made), timeOf(today) - 7 * 86_400_000));
}

function CopyRow(props: {
  copy: RegisterCopy;
  whole: RegisterDocument;
  first: string;
  isChosen: boolean;
  choose: () => void;
  act: (act: CopyAct, copy: RegisterCopy) => void;
}) {
  const { t, name, day } = useWords();
  const { copy, whole, first, isChosen, choose, act } = props;
  const { state, holder, since, due, overdue, missing, proposed, certificate, places } = copy;
  return (
    <li className={isChosen ? 'copy chosen' : 'copy'} id={`copy-${copy.copy}`} tabIndex={-1} onFocus={choose}>
      <div className="copy-head">
        <h3>{t('custody.copy', { copy: copy.copy })}</h3>
        <span className={overdue ? 'term-late' : undefined}>
          {holder === null ? name('copy_state', state) : t('custody.has', { state: name('copy_state', state), holder })}{' '}
          {t('custody.since', { day: day(since) })}
          {due !== null && <> · {t(overdue ? 'cases.late' : 'case.due', { day: day(due) })}</>}
        </span>
        {missing && <strong className="term-late">{t('custody.missing')}</strong>}
        {proposed !== null && (
          <span className="register-flag waiting">
            {t('custody.proposed', { name: proposed.by_name, how: proposed.how })}
          </span>
        )}
      </div>
      <CustodyLine places={places} first={first} today={whole.today} />
      <details className="places">
        <summary>{t('custody.places', { count: places.length })}</summary>
        <ol>
          {places.map((place) => (
            <li key={`${place.from} ${place.state}`}>
              {place.holder === null
                ? name('copy_state', place.state)
                : t('custody.has', { state: name('copy_state', place.state), holder: place.holder })}{' '}
              <span className="quiet">
                {place.to === null
                  ? t('custody.since', { day: day(place.from) })
                  : t('range', { from: day(place.from), to: day(place.to) })}
              </span>
            </li>
          ))}
        </ol>
      </details>
      <Group className="actions no-print" aria-label={t('custody.actions', { copy: copy.copy })}>
        {actsOf(copy).map((one) => (
          <Button key={one} className="button" onPress={() => act(one, copy)}>
            {name('document_act', one)}
          </Button>
        ))}
        {certificate !== null && (
          <a className="button" href={certificateAt(whole.id, copy.copy)} download>
            {t('custody.certificate')}
          </a>
        )}
      </Group>
      {certificate !== null && <p className="panel-note digest">{t('custody.digest', { digest: certificate })}</p>}
    </li>
  );
}

function Legend() {
  const { t, name } = useWords();
  return (
    <ul className="custody-legend" aria-label={t('custody.legend')}>
      {(['in registry', 'issued', 'lent'] as const).map((state) => (
        <li key={state} className={`place-${state.replace(' ', '-')}`}>
          <svg viewBox="0 0 14 10" aria-hidden="true">
            <rect width="14" height="10" />
          </svg>
          {name('copy_state', state)}
        </li>
      ))}
      <li>
        <svg viewBox="0 0 14 10" aria-hidden="true">
          <rect className="place-late" width="14" height="10" />
        </svg>
        {t('document_state.overdue')}
      </li>
    </ul>
  );
}
