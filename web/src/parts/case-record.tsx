import type { CaseStory, Step } from '../cases.ts';
import { useWords } from '../words.ts';

/** Who took a step: a colleague, the program, or the person the case is about. */
export function useBy(): (step: { by: string; by_name: string }) => string {
  const { t } = useWords();
  return ({ by, by_name }) => (by === 'program' || by === 'subject' ? t(`by.${by}`) : by_name);
}

const TEXTS = [
  'what',
  'text',
  'reason',
  'reasons',
  'purpose',
  'innocent',
  'innocent_evidence',
  'would_show',
  'origin',
  'basis',
];

/** Every step in its order, as it was written. Whatever the page says above comes from here. */
export function CaseRecord({ story }: { story: CaseStory }) {
  const { t } = useWords();
  return (
    <section className="panel chapter" id="record" aria-labelledby="record-title">
      <div className="panel-head">
        <h2 id="record-title">{t('case.record')}</h2>
        <p className="panel-note">{t('case.record_note', { count: story.steps.length })}</p>
      </div>
      <ol className="record">
        {story.steps.map((step) => (
          <StepRow key={step.n} step={step} story={story} />
        ))}
      </ol>
    </section>
  );
}

function StepRow({ step, story }: { step: Step; story: CaseStory }) {
  const { t, name, time, day } = useWords();
  const by = useBy();
  const { n, kind, at, step: said } = step;
  const person = story.people.find(({ account }) => account === said.account);
  const texts = TEXTS.filter((field) => typeof said[field] === 'string' && said[field] !== '');
  const names = ['id', 'evidence', 'task', 'clock', 'effect'].filter((field) => /^[A-Z]\d+$/.test(String(said[field])));
  const days = ['due', 'until', 'appeal_until'].filter((field) => typeof said[field] === 'string');
  const documents = (said.documents ?? []) as { path: string }[];
  return (
    <li className="record-step" id={`step-${n}`}>
      <span className="record-n">{n}</span>
      <div>
        <p>
          <strong>{name('step', kind)}</strong>{' '}
          {names.map((field) => (
            <a key={field} href={`#${String(said[field])}`}>
              {String(said[field])}
            </a>
          ))}
          {person !== undefined && <span> {person.name}</span>}
          {typeof said.outcome === 'string' && <span className="result">{name('outcome', said.outcome)}</span>}
          {typeof said.act === 'string' && <span className="result">{name('handling', said.act)}</span>}
          <span className="quiet"> {t('case.by', { by: by(step), time: time(at) })}</span>
        </p>
        {texts.map((field) => (
          <p key={field} className="record-text">
            {texts.length > 1 && <span className="label">{name('field', field)} </span>}
            {String(said[field])}
          </p>
        ))}
        {days.map((field) => (
          <p key={field} className="panel-note">
            {name('field', field)}: {day(String(said[field]))}
          </p>
        ))}
        {documents.length > 0 && (
          <p className="panel-note">
            <a href="#documents">{t('case.documents_count', { count: documents.length })}</a>
          </p>
        )}
        {Object.entries((said.considered ?? {}) as Record<string, string>).map(([id, answer]) => (
          <p key={id} className="record-text">
            <a href={`#${id}`}>{id}</a> {answer}
          </p>
        ))}
      </div>
    </li>
  );
}
