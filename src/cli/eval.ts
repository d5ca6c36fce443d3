import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { FAULTS, Fault } from '../base/fault.ts';
import {
  type Answers,
  checkDetections,
  evaluate,
  evaluationJson,
  evaluationPage,
  evaluationText,
  readAlerts,
  readAnswers,
  type TriedWorld,
  tryAlerts,
  tryWorld,
} from '../evaluation/evaluation.ts';
import { replay as live } from '../leads/leads.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { decimal, flag, operands, several, text } from './option.ts';
import { loadOrganisation, refuseOtherRecords, reportLoaded } from './organisation.ts';
import type { StartProgress } from './progress.ts';
import { dayProgress } from './replay.ts';

const BUDGETS = [1, 5, 20];

/** A world to judge: its folder or its alerts or both, and its answers. */
interface Given {
  name: string;
  folder: string | undefined;
  alerts: string | undefined;
  data: string | undefined;
  answers: Answers;
  answersFolder: string;
}

export const evaluation = command({
  name: 'eval',
  summary: 'judge the detections on worlds whose truth is known',
  description: [
    'Lives through each organisation folder as replay does and compares what stood out with the',
    'answers that simulate writes: how many cases were caught, what had left before the first',
    'hit, how many alerts were false and which innocent people were flagged; at each budget, by',
    'scenario, ranked by week and decided day by day, beside an isolation forest and chance.',
    'With --alerts nothing is replayed, and without a folder there is nothing to compare with.',
  ].join('\n'),
  operands: { folders: operands('DIR', 'The organisation folders.') },
  options: {
    answers: several(text('DIR', 'The answers to each folder, in the same order.', { required: true })),
    alerts: several(text('FILE', 'Judge these alerts (date,user,score), a file for each world.')),
    budget: several(decimal('N', 'Alerts per 1,000 people and week. Default: 1 5 20.', { min: 0.01, max: 1000 })),
    without: several(text('DETECTION', 'Leave these detections out.')),
    leaveOneOut: flag('Also leave out each detection, one after the other, and print what it is worth.'),
    json: text('FILE', 'Write all figures here, as JSON.'),
    html: text('FILE', 'Write a report with plots here: one file, nothing is loaded from elsewhere.'),
    data: text('DIR', 'Keep the data here, a directory for each world. Default: temporary ones.'),
  },
  example: 'countersign eval world --answers world-answers --html report.html',
  exits: [3, 4, 6, FAULTS['bad-rows'].exit],
  resume: 'With --data, run the same command again: it goes on where it stopped.',
  async run({ options, operands, signal, out, say, progress }) {
    const given = givenWorlds(operands.folders, options.answers, options.alerts, options.data);
    const leftOut = { without: options.without, leaveOneOut: options.leaveOneOut };
    checkDetections(options.without);
    if (options.alerts.length > 0 && (options.leaveOneOut || options.without.length > 0))
      throw new Fault('usage', 'of alerts in a file no detection can be left out', { place: '--alerts' });
    const tried: TriedWorld[] = [];
    let code = 0;
    for (const world of given) {
      if (given.length > 1) say(`World ${tried.length + 1} of ${given.length}: ${world.name}`);
      const done = await tryGiven(world, leftOut, { signal, say, progress });
      tried.push(done.tried);
      code = Math.max(code, done.code);
    }
    const budgets = options.budget.length > 0 ? [...new Set(options.budget)].sort((a, b) => a - b) : BUDGETS;
    const found = evaluate(tried, budgets);
    if (options.json !== undefined) await writeFile(options.json, evaluationJson(found), { mode: 0o600 });
    if (options.html !== undefined) await writeFile(options.html, evaluationPage(found), { mode: 0o600 });
    out(evaluationText(found));
    return code;
  },
});

/** Pairs folders, answers and alerts. Errors: usage when the numbers differ. */
function givenWorlds(
  folders: readonly string[],
  answers: readonly string[],
  alerts: readonly string[],
  data: string | undefined,
): Given[] {
  if (folders.length === 0 && alerts.length === 0)
    throw new Fault('usage', 'give the organisation folders, or --alerts', { place: 'eval' });
  for (const [name, list] of [['folders', folders] as const, ['alerts', alerts] as const])
    if (list.length > 0 && list.length !== answers.length)
      throw new Fault('usage', `answers to ${answers.length} worlds, but ${name} of ${list.length}`, {
        place: '--answers',
      });
  const names = answers.map((folder, at) => shortName(folders[at] ?? folder));
  return answers.map((folder, at) => ({
    name: names.indexOf(names[at]!) === at ? names[at]! : `${names[at]} (${at + 1})`,
    folder: folders[at],
    alerts: alerts[at],
    data: data === undefined || answers.length === 1 ? data : join(data, String(at + 1)),
    answers: readAnswers(folder),
    answersFolder: folder,
  }));
}

/** The last two parts of a path tell worlds apart and tell nothing of the machine. */
const shortName = (path: string) => resolve(path).split(sep).slice(-2).join('/');

async function tryGiven(
  { name, folder, alerts, data: kept, answers, answersFolder }: Given,
  leftOut: { without: readonly string[]; leaveOneOut: boolean },
  { signal, say, progress }: { signal: AbortSignal; say: (text: string) => void; progress: StartProgress },
): Promise<{ tried: TriedWorld; code: number }> {
  const given = alerts === undefined ? undefined : readAlerts(alerts);
  if (folder === undefined) return { tried: tryAlerts(name, answers, given ?? []), code: 0 };
  const data = await openData(kept, { create: true, purpose: 'countersign eval' });
  try {
    const mark = { file: 'evaluated-world', text: readFileSync(join(answersFolder, 'world.json'), 'utf8') };
    await refuseOtherRecords(data, mark);
    await writeFile(join(data.dir, mark.file), mark.text);
    const code = reportLoaded(await loadOrganisation(data, folder, { progress, signal }), say);
    if (given === undefined) await live(data, { signal, onDay: dayProgress(progress) });
    const onDay = leftOutProgress(progress);
    return { tried: await tryWorld(data.events, { name, answers, alerts: given, ...leftOut, onDay, signal }), code };
  } finally {
    await data.close();
  }
}

/** The progress line of leaving detections out, with the one that is being left out. */
function leftOutProgress(progress: StartProgress): (done: number, total: number, without: string) => void {
  let line: ReturnType<StartProgress> | undefined;
  return (done, total, without) => {
    line ??= progress({ label: 'Leaving out', unit: 'days', total });
    if (done === total) line.done();
    else line.update(done, without);
  };
}
