import { rules } from '../detections/detections.ts';
import { LEAD_LEVELS, leadLevel, selectLeads, sightOfMachine } from '../leads/leads.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { choice, dataOption, flag, integer } from './option.ts';
import { recordedWork } from './record.ts';

export const leads = command({
  name: 'leads',
  summary: 'list the leads, strongest first',
  description: [
    'Lists who stands out as of the last day that was computed, under pseudonyms, with the',
    'score, the level and the strongest reasons. A score is a reason to look, never a verdict;',
    'the console shows what would explain it innocently. Leads about whoever watches or',
    'administers are not among them: they are for independent reviewers, at the console. Nor are',
    'those that were dismissed, are watched or were handed over, until there is news.',
  ].join('\n'),
  operands: {},
  options: {
    data: dataOption,
    level: choice(LEAD_LEVELS)('LEVEL', 'Only this level.'),
    limit: integer('N', 'At most so many.', { default: 20, min: 1, max: 1000 }),
    json: flag('Print JSON.'),
  },
  example: 'countersign leads --data data --limit 10',
  exits: [3, 4, 6],
  async run({ options, out }) {
    const data = await openData(options.data, { purpose: 'countersign leads' });
    try {
      const levels = options.level === undefined ? [] : [options.level];
      const sight = await sightOfMachine(data);
      const filter = { levels, sort: '-score', offset: 0, limit: options.limit } as const;
      const found = await recordedWork(data, 'lead.list', () => selectLeads(data.casework, sight, filter));
      const shown = found.leads.map(({ id, score, first_day, last_day, signals, top }) => ({
        ...{ subject: id, score, level: leadLevel(score), first_day, last_day, signals },
        reasons: top.slice(0, 3).map(([detection, bits]) => ({ detection, bits })),
      }));
      if (options.json) out(JSON.stringify({ total: found.total, leads: shown }, undefined, 2));
      else out(table(shown, found.total));
      return 0;
    } finally {
      await data.close();
    }
  },
});

interface Shown {
  subject: string;
  score: number;
  level: string;
  last_day: string;
  reasons: { detection: string; bits: number }[];
}

function table(shown: Shown[], total: number): string {
  if (total === 0) return 'No leads.';
  const titles = new Map(rules().map((rule) => [rule.id, rule.title.en]));
  const lines = shown.map(({ subject, score, level, last_day, reasons }) => {
    const why = reasons.map((reason) => titles.get(reason.detection) ?? reason.detection).join('; ');
    return `Subject ${subject}  ${score.toFixed(0).padStart(3)}  ${level.padEnd(13)}  ${last_day}  ${why}`;
  });
  return [...lines, `${shown.length} of ${total} leads.`].join('\n');
}
