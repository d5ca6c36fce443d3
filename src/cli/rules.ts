import { FAULTS, Fault } from '../base/fault.ts';
import { type CheckReport, checkRules, readPipelines } from '../sigma/sigma.ts';
import { command } from './command.ts';
import { flag, operand, several, text } from './option.ts';
import { formatCount } from './progress.ts';

const ACTIONS = ['check'] as const;

export const rules = command({
  name: 'rules',
  summary: 'check, test and backtest Sigma rules',
  description: [
    'rules check DIR  compiles every Sigma rule below the folder, as any checkout of SigmaHQ has',
    '                 them, and names file and line of everything that does not compile.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    place: operand('DIR', 'A folder of rules, or one file.'),
  },
  options: {
    pipeline: several(text('FILE', "A processing pipeline in pySigma's format: field names, values of placeholders.")),
    json: flag('check: print the report as JSON.'),
  },
  example: 'countersign rules check content/rules',
  exits: [3],
  async run({ options, operands, out }) {
    const pipelines = readPipelines(options.pipeline);
    if (operands.action === 'check') return reportCheck(checkRules(operands.place, pipelines), options.json, out);
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
