import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { FAULTS } from '../base/fault.ts';
import type { DayProgress } from '../detections/detections.ts';
import { type Alert, replay as live } from '../leads/leads.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { day, decimal, operand, text } from './option.ts';
import { loadOrganisation, reportLoaded } from './organisation.ts';
import { formatCount, type StartProgress } from './progress.ts';

export const replay = command({
  name: 'replay',
  summary: 'live through a folder day by day, write the alerts',
  description: [
    'Loads an organisation folder and runs it day by day as it would have been lived: for a',
    'day only the rows up to it and the facts known on it are used. --alerts writes date, user,',
    'score and reason of everybody who stood out, or, with --budget, of those whom it would',
    'really have raised, decided on that day. That file names accounts: it is for judging the',
    'product on known worlds, not for the daily work, where people appear under pseudonyms.',
  ].join('\n'),
  operands: { folder: operand('DIR', 'The organisation folder.') },
  options: {
    alerts: text('FILE', 'Write the alerts here, as CSV. They name accounts.'),
    until: day('DAY', 'The last day to live through.'),
    budget: decimal('N', 'Raise at most N alerts per 1,000 people and week.', { min: 0, max: 1000 }),
    data: text('DIR', 'Keep the data here. Default: a temporary directory.'),
  },
  example: 'countersign replay world --alerts alerts.csv --budget 5',
  exits: [3, 4, 6, FAULTS['bad-rows'].exit],
  resume: 'With --data, run the same command again: it goes on where it stopped.',
  async run({ options, operands, signal, say, progress }) {
    const data = await openData(options.data, { create: true, purpose: 'countersign replay' });
    try {
      const code = reportLoaded(await loadOrganisation(data, operands.folder, { progress, signal }), say);
      const alerts: Alert[] = [];
      await live(data, {
        signal,
        onDay: dayProgress(progress),
        onAlerts: (more) => alerts.push(...more),
        ...(options.until === undefined ? {} : { until: options.until }),
        ...(options.budget === undefined ? {} : { budget: options.budget }),
      });
      if (options.alerts !== undefined) await writeAlerts(options.alerts, alerts);
      say(`${formatCount(alerts.length)} alerts${options.alerts === undefined ? '' : ` in ${options.alerts}`}`);
      return code;
    } finally {
      await data.close();
    }
  },
});

/** The progress line of living through days: rows, rows a second, time left, and the day it stands at. */
export function dayProgress(progress: StartProgress): (at: DayProgress) => void {
  let line: ReturnType<StartProgress> | undefined;
  return ({ day, days, totalDays, rows, totalRows }) => {
    line ??= progress({ label: 'Replaying', unit: 'rows', total: totalRows });
    if (days === totalDays) line.done(`${formatCount(totalDays)} days`);
    else line.update(rows, day);
  };
}

async function writeAlerts(path: string, alerts: Alert[]): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600 });
  file.write('date,user,score,reason\n');
  for (const { date, user, score, reason } of alerts)
    file.write(`${date},${field(user)},${score.toFixed(3)},${field(reason)}\n`);
  file.end();
  await finished(file);
}

/** A CSV field; a leading = + - @ is defused, because account names come from logs and spreadsheets run formulas. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
