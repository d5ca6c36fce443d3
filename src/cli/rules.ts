import { FAULTS, Fault } from '../base/fault.ts';
import { lineReaders, ownReaders } from '../events/events.ts';
import {
  type Backtest,
  type BacktestReport,
  backtest,
  type CheckReport,
  checkRules,
  readPipelines,
  type TrialReport,
  testRules,
} from '../sigma/sigma.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { dataOption, flag, operand, several, span, text } from './option.ts';
import { formatCount, type Progress } from './progress.ts';

const ACTIONS = ['check', 'test', 'backtest'] as const;
const SHOWN = 200;

export const rules = command({
  name: 'rules',
  summary: 'check, test and backtest Sigma rules',
  description: [
    'rules check DIR  compiles every Sigma rule below the folder, as any checkout of SigmaHQ has',
    '                 them, and names file and line of everything that does not compile.',
    'rules test DIR   runs the rules over the samples that test them: written into a rule under',
    '                 `tests`, or named by an info.yml as in regression tests of SigmaHQ.',
    'rules backtest RULE  counts by day what a rule finds among the stored events, before it',
    '                 goes live; a day without logs is told apart from a day without hits.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    place: operand('RULES', 'A folder of rules, or one file.'),
  },
  options: {
    pipeline: several(text('FILE', "A processing pipeline in pySigma's format: field names, values of placeholders.")),
    samples: text('DIR', 'test: samples that do not lie among the rules.'),
    stored: flag('test: take the samples in through readers and look for them as a backtest does.'),
    readers: several(text('DIR', "A folder of an organisation's own readers.")),
    data: dataOption,
    since: span('DAYS', 'backtest: how many days, up to the newest event.', { default: 90 }),
    json: flag('Print the report as JSON.'),
  },
  example: 'countersign rules check content/rules',
  exits: [3, 4, 6],
  async run({ options, operands, signal, out, progress }) {
    const pipelines = readPipelines(options.pipeline);
    if (operands.action === 'check') return reportCheck(checkRules(operands.place, pipelines), options.json, out);
    if (operands.action === 'test') {
      const { samples } = options;
      let line: Progress | undefined;
      const onProgress = (done: number, total: number) => {
        line ??= progress({ label: 'Testing', unit: 'tests', total });
        line.update(done);
      };
      const stored = options.stored ? lineReaders(options.readers) : undefined;
      const report = await testRules(operands.place, { pipelines, samples, stored, signal, onProgress });
      line?.done();
      return reportTests(report, options.json, out);
    }
    if (operands.action === 'backtest') {
      const data = await openData(options.data, { purpose: 'countersign rules backtest' });
      try {
        let line: Progress | undefined;
        const onProgress = (done: number, total: number) => {
          if (total > 1) line ??= progress({ label: 'Running', unit: 'rules', total });
          line?.update(done);
        };
        const { place } = operands;
        const readers = lineReaders([...options.readers, ...ownReaders(data.dir)]);
        const settings = { days: options.since, pipelines, readers, signal, onProgress };
        const report = await backtest(data.events, place, settings);
        line?.done();
        out(options.json ? JSON.stringify(report) : backtestsText(report));
        return;
      } finally {
        await data.close();
      }
    }
    throw new Fault('usage', `'${operands.action}' is none of ${ACTIONS.join(', ')}`, { place: 'rules' });
  },
});

function reportCheck(report: CheckReport, json: boolean, out: (text: string) => void): number {
  const { total, compiled, errors } = report;
  if (json) out(JSON.stringify(report));
  else {
    for (const { file, line, message } of errors) out(`${file}:${line}: ${message}`);
    const share = total === 0 ? '' : ` (${((100 * compiled) / total).toFixed(2)} %)`;
    out(`${formatCount(compiled)} of ${formatCount(total)} rules compile${share}.`);
  }
  return errors.length > 0 ? FAULTS['invalid-content'].exit : 0;
}

function reportTests(report: TrialReport, json: boolean, out: (text: string) => void): number {
  const { total, passed, failed, unmapped, unread, results, errors } = report;
  if (json) out(JSON.stringify(report));
  else {
    for (const { file, line, message } of errors.slice(0, SHOWN)) out(`ERROR       ${file}:${line}: ${message}`);
    if (errors.length > SHOWN) out(`ERROR       ${formatCount(errors.length - SHOWN)} more`);
    const words = { passed: '', failed: 'NO MATCH  ', unmapped: 'NOT MAPPED', unread: 'NOT READ  ' };
    for (const { file, line, rule, test, outcome, why } of results)
      if (outcome !== 'passed') out(`${words[outcome]}  ${file}:${line}: ${rule} / ${test}: ${why}`);
    out(
      `${formatCount(total)} tests: ${formatCount(passed)} passed, ${formatCount(failed)} failed, ` +
        `${formatCount(unmapped)} of logs that are not mapped, ${formatCount(unread)} not read.`,
    );
  }
  return failed > 0 || errors.length > 0 ? FAULTS['invalid-content'].exit : 0;
}

/** A file's rules in full; of a folder's, those that found something. */
function backtestsText({ results, unmapped, errors }: BacktestReport): string {
  const shown = results.length === 1 ? results : results.filter(({ hits }) => hits > 0);
  const rest = [
    ...errors.slice(0, SHOWN).map(({ file, line, message }) => `ERROR  ${file}:${line}: ${message}`),
    results.length > 1 &&
      `${formatCount(results.length)} rules were run, ${formatCount(shown.length)} of them have hits.`,
    unmapped.length > 0 &&
      `${formatCount(unmapped.length)} rules were not run: the organisation has none of their logs.`,
  ].filter(Boolean);
  return [...shown.map(backtestText), ...(rest.length > 0 ? [rest.join('\n')] : [])].join('\n\n');
}

function backtestText({ rule, file, logs, from, to, hits, days, missing }: Backtest): string {
  const silent = days.filter(({ events }) => events === 0).map(({ day }) => day);
  return [
    `${rule} (${file})`,
    `From ${from} to ${to}, in the logs: ${logs.join(', ')}.`,
    ...missing.map(({ field, line }) => `The logs have no field ${field} (line ${line}): it counts as absent.`),
    ...days.filter((day) => day.hits > 0).map((day) => `${day.day}  ${formatCount(day.hits)} hits`),
    silent.length > 0 && `Without logs, so without an answer: ${spans(silent)}.`,
    `${formatCount(hits)} hits on ${formatCount(days.filter((day) => day.hits > 0).length)} of ` +
      `${formatCount(days.length - silent.length)} days with logs.`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** Days that follow each other, as one: `2026-01-03 to 2026-01-05 (3 days), 2026-01-09`. */
function spans(days: readonly string[]): string {
  const found: string[][] = [];
  for (const day of days) {
    const last = found.at(-1)?.at(-1);
    if (last !== undefined && Date.parse(day) - Date.parse(last) === 86_400_000) found.at(-1)!.push(day);
    else found.push([day]);
  }
  return found
    .map((group) => (group.length === 1 ? group[0] : `${group[0]} to ${group.at(-1)} (${group.length} days)`))
    .join(', ');
}
