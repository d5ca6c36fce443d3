import type { CaseStory, Hypothesis } from '../cases.ts';
import { useWords } from '../words.ts';
import { Actions } from './case-actions.tsx';

/** What it may be, the innocent readings first, each with what speaks for and against it side by side. */
export function CaseHypotheses({ story }: { story: CaseStory }) {
  const { t } = useWords();
  const sorted = [...story.hypotheses].sort((a, b) => Number(b.innocent) - Number(a.innocent));
  return (
    <section className="chapter" id="hypotheses" aria-labelledby="hypotheses-title">
      <h2 id="hypotheses-title">{t('case.hypotheses')}</h2>
      <p className="panel-note">{t('case.hypotheses_note')}</p>
      <div className="hypotheses">
        {sorted.map((hypothesis) => (
          <HypothesisCard key={hypothesis.id} hypothesis={hypothesis} story={story} />
        ))}
      </div>
      <Actions story={story} kinds={['hypothesis']} />
    </section>
  );
}

function HypothesisCard({ hypothesis, story }: { hypothesis: Hypothesis; story: CaseStory }) {
  const { t } = useWords();
  const { id, n, innocent, text, would_show, answered } = hypothesis;
  return (
    <article className={innocent ? 'box innocent' : 'box'} id={id} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`} className="hypothesis-title">
        <a href={`#step-${n}`}>{id}</a> {innocent ? t('case.innocent') : t('case.burdening')}
      </h3>
      <p className="hypothesis-text">{text}</p>
      <p className="panel-note">{t('case.would_show', { text: would_show })}</p>
      <div className="for-against">
        <Side title={t('case.for')} ids={hypothesis.for} story={story} />
        <Side title={t('case.against')} ids={hypothesis.against} story={story} />
      </div>
      {answered !== null && (
        <p className="answered">
          <strong>{t('case.answered')}</strong> {answered}
        </p>
      )}
    </article>
  );
}

function Side({ title, ids, story }: { title: string; ids: string[]; story: CaseStory }) {
  const { t } = useWords();
  return (
    <div>
      <h4>{t('case.counted', { title, count: ids.length })}</h4>
      {ids.length === 0 ? (
        <p className="quiet">{t('case.nothing')}</p>
      ) : (
        <ul className="explanations">
          {ids.map((id) => (
            <li key={id}>
              <a href={`#${id}`}>{id}</a> {story.evidence.find((one) => one.id === id)?.what}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
