import type { LeadStory } from '../api.ts';
import { ContributionBar } from '../charts/contribution-bar.tsx';
import { useWords } from '../words.ts';

/** What speaks for looking. Stands beside InnocentBox, at the same size. */
export function SuspicionBox(props: {
  lead: LeadStory;
  chosen: string | undefined;
  choose: (detection: string | undefined) => void;
}) {
  const { t, pick, decimal, percent, name } = useWords();
  const { chosen, choose } = props;
  const contributions = [...props.lead.contributions].sort((a, b) => b.bits - a.bits);
  const highest = contributions[0]?.bits ?? 1;
  return (
    <section className="box suspicion" aria-labelledby="suspicion-title">
      <h2 id="suspicion-title">{t('suspicion.title')}</h2>
      <p className="panel-note">{t('suspicion.bits')}</p>
      <ContributionBar contributions={contributions} chosen={chosen} />
      <ol className="contributions">
        {contributions.map(({ detection, title, stage, bits, share, days }, rank) => (
          <li key={detection}>
            <button
              type="button"
              className="contribution"
              aria-pressed={chosen === detection}
              onClick={() => choose(chosen === detection ? undefined : detection)}
            >
              <span className={`swatch rank-${Math.min(rank, 5)}`} />
              <span className="contribution-title">{pick(title)}</span>
              <span className="contribution-note">
                {t('suspicion.note', { stage: name('stage', stage), days, share: percent(share) })}
              </span>
              <span className="contribution-bits">{t('bits', { bits: decimal(bits) })}</span>
              <svg className="contribution-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                <rect className={`bar-fill rank-${Math.min(rank, 5)}`} width={(100 * bits) / highest} height="4" />
              </svg>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
