import type { CaseStory, Step } from '../cases.ts';
import { useWords } from '../words.ts';
import { Actions } from './case-actions.tsx';
import { useBy } from './case-record.tsx';

/** The stations of a fair hearing, in their order. What has not been reached stands there, too, as not reached. */
const STATIONS = ['invite_reply', 'reply', 'propose', 'decide', 'notify', 'appeal', 'appeal_decided', 'close'] as const;
/** These need not come. */
const ONLY_IF = new Set<string>(['appeal', 'appeal_decided']);

export function CaseHearing({ story }: { story: CaseStory }) {
  const { t, name } = useWords();
  const taken = STATIONS.map((kind) => ({ kind, steps: story.steps.filter((step) => step.kind === kind) }));
  const rejected = story.steps.filter(({ kind }) => kind === 'reject');
  return (
    <section className="panel chapter" id="hearing" aria-labelledby="hearing-title">
      <h2 id="hearing-title">{t('case.hearing')}</h2>
      <p className="panel-note">{t('case.hearing_note')}</p>
      <ol className="stations">
        {taken
          .filter(({ kind, steps }) => steps.length > 0 || !ONLY_IF.has(kind))
          .map(({ kind, steps }) => (
            <li key={kind} className={steps.length > 0 ? 'station reached' : 'station'}>
              <h3>{name('station', kind)}</h3>
              {steps.length === 0 && <p className="quiet">{t('case.not_yet')}</p>}
              {[...steps, ...(kind === 'propose' ? rejected : [])].map((step) => (
                <Said key={step.n} step={step} />
              ))}
            </li>
          ))}
      </ol>
      <Actions
        story={story}
        kinds={['invite_reply', 'reply', 'propose', 'decide', 'reject', 'notify', 'appeal', 'appeal_decided', 'close']}
      />
    </section>
  );
}

function Said({ step }: { step: Step }) {
  const { t, name, day, time } = useWords();
  const by = useBy();
  const { n, kind, at, step: said } = step;
  const due = said.due ?? said.appeal_until;
  return (
    <div className="station-said">
      <p className="quiet">
        <a href={`#step-${n}`}>{t('case.step', { n })}</a> {t('case.by', { by: by(step), time: time(at) })}
      </p>
      {kind === 'reject' && <span className="result result-refused">{name('step', kind)}</span>}
      {typeof said.outcome === 'string' && <strong className="result">{name('outcome', said.outcome)}</strong>}
      <p className="station-text">{String(said.reasons ?? said.text ?? '')}</p>
      {typeof due === 'string' && <p className="panel-note">{t('case.until', { day: day(due) })}</p>}
    </div>
  );
}

/** What was done to the person because of the case, and what of it was undone. */
export function CaseEffects({ story }: { story: CaseStory }) {
  const { t, name, day } = useWords();
  const explained = story.steps.find(({ kind }) => kind === 'explained');
  return (
    <section className="panel chapter" id="effects" aria-labelledby="effects-title">
      <h2 id="effects-title">{t('case.effects')}</h2>
      {story.effects.length === 0 && <p className="quiet">{t('case.no_effects')}</p>}
      <ul className="effects">
        {story.effects.map(({ id, n, effect, text, since, undone }) => (
          <li key={id} id={id}>
            <span className={undone ? 'result' : 'result result-refused'}>
              {undone ? t('case.undone') : t('case.stands')}
            </span>
            <a href={`#step-${n}`}>{id}</a> <strong>{name('effect', effect)}</strong> {text}{' '}
            <span className="quiet">{t('case.since', { day: day(since) })}</span>
          </li>
        ))}
        {explained !== undefined && (
          <li>
            <span className="result">{t('case.undone')}</span>
            <a href={`#step-${explained.n}`}>{t('case.explained', { day: day(String(explained.step.until)) })}</a>
          </li>
        )}
      </ul>
      <Actions story={story} kinds={['effect', 'effect_undone']} />
    </section>
  );
}
