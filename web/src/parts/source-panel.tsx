import type { Source, SourceGap } from '../api.ts';
import { SourceStrip } from '../charts/source-strip.tsx';
import { useWords } from '../words.ts';

export function SourcePanel(props: { source: Source; from: string; to: string; showQuarantine: () => void }) {
  const { t, name, number, dayRange } = useWords();
  const { source } = props;
  const id = `source-${source.name}`;
  return (
    <section className="panel source" aria-labelledby={id}>
      <div className="source-head">
        <h2 id={id}>{name('source', source.name)}</h2>
        <dl className="source-facts">
          <div>
            <dt>{t('sources.events')}</dt>
            <dd>{number(source.events)}</dd>
          </div>
          <div>
            <dt>{t('sources.duplicates')}</dt>
            <dd>{number(source.duplicates)}</dd>
          </div>
          <div>
            <dt>{t('sources.quarantined')}</dt>
            <dd>
              {source.quarantined === 0 ? (
                '0'
              ) : (
                <button
                  type="button"
                  className="link"
                  aria-label={t('sources.show_quarantine', {
                    count: source.quarantined,
                    source: name('source', source.name),
                  })}
                  onClick={props.showQuarantine}
                >
                  {number(source.quarantined)}
                </button>
              )}
            </dd>
          </div>
          <div>
            <dt>{t('sources.span')}</dt>
            <dd>{dayRange(source.first_day, source.last_day)}</dd>
          </div>
        </dl>
      </div>
      <SourceStrip source={source} from={props.from} to={props.to} />
      {source.gaps.length === 0 ? (
        <p className="source-gaps quiet">{t('sources.no_gaps')}</p>
      ) : (
        <ul className="source-gaps">
          {source.gaps.map((gap) => (
            <li key={`${gap.from} ${gap.devices}`}>
              <Gap gap={gap} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Gap({ gap }: { gap: SourceGap }) {
  const { t, dayRange, percent, number } = useWords();
  return (
    <>
      <svg className="gap-mark" viewBox="0 0 12 12" aria-hidden="true">
        <rect className="gap-ground" width="12" height="12" />
        <path className="gap-hatch" d="M0 4 4 0M0 8 8 0M0 12 12 0M4 12l8-8M8 12l4-4" />
      </svg>
      {t('sources.gap', {
        range: dayRange(gap.from, gap.to),
        hours: number(gap.hours),
        share: percent(gap.share),
        devices:
          gap.devices === 'all' ? t('sources.all_devices') : t('sources.some_devices', { count: Number(gap.devices) }),
      })}
    </>
  );
}
