import type { CaseStory } from '../cases.ts';
import { useWords } from '../words.ts';
import { Actions } from './case-actions.tsx';
import { useBy } from './case-record.tsx';

/** What is to be done, and what was noted on the way. */
export function CaseWork({ story }: { story: CaseStory }) {
  const { t, day, time } = useWords();
  const by = useBy();
  const notes = story.steps.filter(({ kind }) => kind === 'note');
  return (
    <section className="panel chapter" id="work" aria-labelledby="work-title">
      <h2 id="work-title">{t('case.work')}</h2>
      <div className="work">
        <div>
          <h3>{t('case.tasks')}</h3>
          {story.tasks.length === 0 && <p className="quiet">{t('case.no_tasks')}</p>}
          <ul className="tasks">
            {story.tasks.map(({ id, n, text, due, done }) => (
              <li key={id} id={id} className={done ? 'done' : undefined}>
                <span className={done ? 'tick reached' : 'tick'} aria-hidden="true" />
                <div>
                  <a href={`#step-${n}`}>{id}</a> {text}{' '}
                  <span className="quiet">
                    {done ? t('case.task_done') : due === null ? t('case.task_open') : t('case.due', { day: day(due) })}
                  </span>
                </div>
              </li>
            ))}
          </ul>
          <Actions story={story} kinds={['task', 'task_done']} />
        </div>
        <div>
          <h3>{t('case.notes')}</h3>
          {notes.length === 0 && <p className="quiet">{t('case.no_notes')}</p>}
          <ul className="case-notes">
            {notes.map((step) => (
              <li key={step.n}>
                <p>{String(step.step.text)}</p>
                <p className="quiet">
                  <a href={`#step-${step.n}`}>{t('case.step', { n: step.n })}</a>{' '}
                  {t('case.by', { by: by(step), time: time(step.at) })}
                </p>
              </li>
            ))}
          </ul>
          <Actions story={story} kinds={['note']} />
        </div>
      </div>
    </section>
  );
}

export function CasePeople({ story }: { story: CaseStory }) {
  const { t, name, list } = useWords();
  return (
    <section className="panel chapter" id="people" aria-labelledby="people-title">
      <div className="panel-head">
        <h2 id="people-title">{t('case.people')}</h2>
        <p className="panel-note">{t('case.people_note')}</p>
      </div>
      <ul className="members">
        {story.people.map(({ account, name: called, parts, recused }) => (
          <li key={account}>
            <strong>{called}</strong> <span className="quiet">{list(parts.map((part) => name('part', part)))}</span>
            {recused && <span className="result result-refused">{t('case.recused')}</span>}
          </li>
        ))}
      </ul>
      <Actions story={story} kinds={['admit', 'recuse', 'hold', 'release']} />
    </section>
  );
}
