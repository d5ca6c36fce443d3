import { FAULTS, Fault } from '../base/fault.ts';
import { type CheckReport, checkRules, readPipelines, type TrialReport, testRules } from '../sigma/sigma.ts';
import { command } from './command.ts';
import { flag, operand, several, text } from './option.ts';
import { formatCount } from './progress.ts';

const ACTIONS = ['check', 'test'] as const;
const SHOWN = 200;

export const rules = command({
  name: 'rules',
  summary: 'check, test and backtest Sigma rules',
  description: [
    'rules check DIR  compiles every Sigma rule below the folder, as any checkout of SigmaHQ has',
    '                 them, and names file and line of everything that does not compile.',
    'rules test DIR   runs the rules over the samples that test them: written into a rule under',
    '                 `tests`, or named by an info.yml as in regression tests of SigmaHQ.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    place: operand('DIR', 'A folder of rules, or one file.'),
  },
  options: {
    pipeline: several(text('FILE', "A processing pipeline in pySigma's format: field names, values of placeholders.")),
    samples: text('DIR', 'test: samples that do not lie among the rules.'),
    json: flag('check, test: print the report as JSON.'),
  },
  example: 'countersign rules check content/rules',
  exits: [3, 6],
  async run({ options, operands, signal, out, progress }) {
    const pipelines = readPipelines(options.pipeline);
    if (operands.action === 'check') return reportCheck(checkRules(operands.place, pipelines), options.json, out);
    if (operands.action === 'test') {
      const { samples } = options;
      const line = progress({ label: 'Testing', unit: 'tests', total: 0 });
      const onProgress = (done: number) => line.update(done);
      const report = await testRules(operands.place, { pipelines, samples, signal, onProgress });
      line.done();
      return reportTests(report, options.json, out);
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
