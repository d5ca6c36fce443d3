import type { LeadStory, Signal } from '../api.ts';
import { ContributionBar } from '../charts/contribution-bar.tsx';
import { useWords } from '../words.ts';

/** The strongest signal of each detection: the one example that makes a sum of bits concrete. */
function strongest(signals: Signal[]): Map<string, Signal> {
  const best = new Map<string, Signal>();
  for (const signal of signals) {
    if (signal.bits > (best.get(signal.detection)?.bits ?? -1)) best.set(signal.detection, signal);
  }
  return best;
}

/** What speaks for looking. Stands beside InnocentBox, at the same size. */
export function SuspicionBox(props: {
  lead: LeadStory;
  chosen: string | undefined;
  choose: (detection: string | undefined) => void;
}) {
  const { t, pick, bits: bitsOf, decimal, shortDay, percent, name } = useWords();
  const { chosen, choose } = props;
  const contributions = [...props.lead.contributions].sort((a, b) => b.bits - a.bits);
  const highest = contributions[0]?.bits ?? 1;
  const examples = strongest(props.lead.signals);
  const example = (detection: string) => {
    const signal = examples.get(detection);
    if (signal === undefined) return '';
    return t('suspicion.example', {
      what: t('measured', { value: decimal(signal.value), unit: pick(signal.unit), days: signal.span ?? 1 }),
      day: shortDay(signal.day),
      own: decimal(signal.expected.own_median),
      peers: decimal(signal.expected.peer_median),
    });
  };
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
              <span className="contribution-note example">{example(detection)}</span>
              <span className="contribution-bits">{t('bits', { bits: bitsOf(bits) })}</span>
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
