import type { LeadStory, Text } from '../api.ts';
import { useWords } from '../words.ts';

interface Explanation {
  text: string;
  of: string[];
}

/** What speaks against it: as large, as early and as plain as what speaks for it. */
export function InnocentBox({ lead, chosen }: { lead: LeadStory; chosen: string | undefined }) {
  const { t, pick } = useWords();
  const strongestFirst = lead.contributions.map(({ detection }) => detection);
  const signals = lead.signals
    .filter(({ detection }) => chosen === undefined || detection === chosen)
    .sort((a, b) => strongestFirst.indexOf(a.detection) - strongestFirst.indexOf(b.detection));
  const gather = (kind: 'innocent' | 'refute') => {
    const explanations = new Map<string, Set<string>>();
    for (const signal of signals) {
      for (const text of signal[kind] as Text[]) {
        const titles = explanations.get(pick(text)) ?? new Set();
        explanations.set(pick(text), titles.add(pick(signal.title)));
      }
    }
    return [...explanations].map(([text, titles]) => ({ text, of: [...titles] }));
  };
  return (
    <section className="box innocent" aria-labelledby="innocent-title">
      <h2 id="innocent-title">{t('innocent.title')}</h2>
      <p className="panel-note">{t('innocent.note')}</p>
      <h3>{t('innocent.explain')}</h3>
      <Explanations items={gather('innocent')} />
      <h3>{t('innocent.refute')}</h3>
      <Explanations items={gather('refute')} />
    </section>
  );
}

function Explanations({ items }: { items: Explanation[] }) {
  const { t, list } = useWords();
  if (items.length === 0) return <p className="quiet">{t('innocent.none')}</p>;
  return (
    <ul className="explanations">
      {items.map(({ text, of }) => (
        <li key={text}>
          {text} <span className="explanation-of">{list(of)}</span>
        </li>
      ))}
    </ul>
  );
}
