// biome-ignore-all lint/a11y/useSemanticElements: a virtualised grid cannot be made of table elements
// biome-ignore-all lint/a11y/useFocusableInteractive: the rows take the focus, see leads-grid.tsx
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Lead, Reason } from '../api.ts';
import { Sparkline } from '../charts/sparkline.tsx';
import { useWords } from '../words.ts';
import { LevelBadge, ScoreBar } from './level.tsx';

interface RowProps {
  index: number;
  lead: Lead | undefined;
  top: number;
  height: number;
  active: boolean;
  /** It was just decided on and will leave. */
  going: boolean;
  activate: (index: number) => void;
  open: (index: number) => void;
}

export const LeadRow = memo(function LeadRow({ index, lead, top, height, active, going, activate, open }: RowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter is handled by the grid, for whichever row has the focus
    <div
      className={going ? 'leads-row lead going' : 'leads-row lead'}
      role="row"
      data-index={index}
      aria-rowindex={index + 2}
      tabIndex={active ? 0 : -1}
      style={{ transform: `translateY(${top}px)`, height }}
      onFocus={() => activate(index)}
      onClick={(event) => {
        const onLink = event.target instanceof Element && event.target.closest('a') !== null;
        if (lead !== undefined && !onLink && getSelection()?.type !== 'Range') open(index);
      }}
    >
      {lead === undefined ? <Waiting /> : <Cells lead={lead} />}
    </div>
  );
});

function Cells({ lead }: { lead: Lead }) {
  const { t, day, shortDay, name, number } = useWords();
  const stages = lead.stages.map((stage) => name('stage', stage));
  const year = lead.last_day.slice(0, 4) === lead.first_day.slice(0, 4);
  return (
    <>
      <div role="gridcell" aria-colindex={1} className="cell-level">
        <LevelBadge level={lead.level} />
      </div>
      <div role="gridcell" aria-colindex={2} className="cell-subject">
        <Link to="/leads/$id" params={{ id: lead.id }} tabIndex={-1}>
          {t('subject.name', { subject: lead.subject })}
        </Link>
        {lead.returned === true && <span className="returned">{t('leads.returned')}</span>}
      </div>
      <div role="gridcell" aria-colindex={3} className="cell-score">
        <ScoreBar score={lead.score} level={lead.level} />
      </div>
      <div role="gridcell" aria-colindex={4} className="cell-why">
        {lead.triage != null && lead.status !== 'open' ? (
          <p className="decided" title={lead.triage.reason}>
            {t(`decided.${lead.status ?? 'open'}`, { day: day(lead.triage.until ?? lead.triage.at) })}{' '}
            <span className="quiet">{lead.triage.reason}</span>
          </p>
        ) : (
          <Chips reasons={lead.top} />
        )}
      </div>
      <div role="gridcell" aria-colindex={5} className="cell-stages">
        {stages.map((stage, at) => (
          <span key={stage} className="stage">
            {stage}
            {at < stages.length - 1 && (
              <span className="arrow" aria-hidden="true">
                →
              </span>
            )}
          </span>
        ))}
      </div>
      <div role="gridcell" aria-colindex={6} className="cell-last">
        <span className="card-only">{t('leads.last_on')} </span>
        {day(lead.last_day)}
        <span className="card-only"> · {t('leads.signals', { count: lead.signals })}</span>
      </div>
      <div role="gridcell" aria-colindex={7} className="cell-first">
        {year ? shortDay(lead.first_day) : day(lead.first_day)}
      </div>
      <div role="gridcell" aria-colindex={8} className="cell-trend">
        <Sparkline
          values={lead.trend}
          label={t('leads.trend_label', {
            now: number(lead.trend.at(-1) ?? 0),
            highest: number(Math.max(0, ...lead.trend)),
          })}
        />
      </div>
    </>
  );
}

function Chips({ reasons }: { reasons: Reason[] }) {
  const { t, pick, bits: bitsOf } = useWords();
  return (
    <ul className="chips">
      {reasons.slice(0, 3).map(({ detection, title, bits }) => (
        <li key={detection} className="chip" title={t('leads.chip', { title: pick(title), bits: bitsOf(bits) })}>
          <span className="chip-text">{pick(title)}</span>
          <span className="chip-bits">{bitsOf(bits)}</span>
        </li>
      ))}
    </ul>
  );
}

function Waiting() {
  const { t } = useWords();
  return (
    <div role="gridcell" aria-colindex={1} className="cell-waiting">
      <span className="waiting-bar" />
      <span className="unseen">{t('state.loading')}</span>
    </div>
  );
}
