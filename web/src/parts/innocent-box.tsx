import { useQuery } from '@tanstack/react-query';
import type { Detection, LeadStory, Text } from '../api.ts';
import { mayRead } from '../areas.ts';
import { detectionsQuery, sessionQuery } from '../queries.ts';
import { useWords } from '../words.ts';

interface Explanation {
  text: Text;
  /** Titles of the detections it is about. */
  of: Text[];
}

/** More than this is not read. Choosing one reason shows all that is written down for it. */
const MOST = { innocent: 7, refute: 5 };

/** What speaks against it: as large, as early and as plain as what speaks for it. */
export function InnocentBox({ lead, chosen }: { lead: LeadStory; chosen: string | undefined }) {
  const { t } = useWords();
  const { data: session } = useQuery(sessionQuery);
  // Who reads a case without reading leads has the texts of its signals, and asks for no more.
  const { data } = useQuery({ ...detectionsQuery, enabled: mayRead('leads', session?.account.roles ?? []) });
  const strongestFirst = lead.contributions.map(({ detection }) => detection);
  const detections = chosen === undefined ? strongestFirst : [chosen];
  const gather = (kind: 'innocent' | 'refute', most: number) => {
    const all = inTurn(detections.map((detection) => textsOf(lead, data?.detections, detection, kind)));
    return chosen === undefined ? { items: all.slice(0, most), rest: all.length > most } : { items: all, rest: false };
  };
  const innocent = gather('innocent', MOST.innocent);
  const refute = gather('refute', MOST.refute);
  return (
    <section className="box innocent" aria-labelledby="innocent-title">
      <h2 id="innocent-title">{t('innocent.title')}</h2>
      <p className="panel-note">{t('innocent.note')}</p>
      <h3>{t('innocent.explain')}</h3>
      <Explanations items={innocent.items} />
      <h3>{t('innocent.refute')}</h3>
      <Explanations items={refute.items} />
      {(innocent.rest || refute.rest) && <p className="panel-note">{t('innocent.rest')}</p>}
    </section>
  );
}

/** From a signal of the detection, or, where a long lead brings only its newest signals, from the detection itself. */
function textsOf(
  lead: LeadStory,
  detections: Detection[] | undefined,
  detection: string,
  kind: 'innocent' | 'refute',
): Explanation[] {
  const source =
    lead.signals.find((signal) => signal.detection === detection) ?? detections?.find(({ id }) => id === detection);
  return source === undefined ? [] : source[kind].map((text) => ({ text, of: [source.title] }));
}

/** The first of every detection, then the second of every one; what several share is said once. */
function inTurn(groups: Explanation[][]): Explanation[] {
  const longest = Math.max(0, ...groups.map((group) => group.length));
  const found = new Map<string, Explanation>();
  for (let turn = 0; turn < longest; turn++) {
    for (const explanation of groups.flatMap((group) => group[turn] ?? [])) {
      const known = found.get(explanation.text.en);
      if (known === undefined) found.set(explanation.text.en, { ...explanation });
      else known.of = [...known.of, ...explanation.of];
    }
  }
  return [...found.values()];
}

function Explanations({ items }: { items: Explanation[] }) {
  const { t, pick, list } = useWords();
  if (items.length === 0) return <p className="quiet">{t('innocent.none')}</p>;
  return (
    <ul className="explanations">
      {items.map(({ text, of }) => (
        <li key={text.en}>
          {pick(text)} <span className="explanation-of">{list(of.map(pick))}</span>
        </li>
      ))}
    </ul>
  );
}
