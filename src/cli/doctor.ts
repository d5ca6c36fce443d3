import { styleText } from 'node:util';
import { type Check, runChecks } from './checks.ts';
import { command } from './command.ts';
import { dataOption, flag } from './option.ts';

const STYLES = { ok: 'green', warn: 'yellow', fail: 'red' } as const;
const STORAGE = 6;

export const doctor = command({
  name: 'doctor',
  summary: 'check engines, versions, disk and locks',
  description: [
    'Checks what the program needs to run, one line each: ok, warn or fail, and what to',
    'do about it. It opens the data directory for a moment, unless another process has it.',
    'With a warning everything works, or works without the part that is named.',
  ].join('\n'),
  operands: {},
  options: { data: dataOption, json: flag('Print the checks as JSON.') },
  example: 'countersign doctor --data data',
  exits: [STORAGE],
  async run({ options, out }) {
    const checks = await runChecks(options.data, process.env);
    out(options.json ? JSON.stringify({ checks }, undefined, 2) : checks.map(line).join('\n'));
    return checks.some(({ state }) => state === 'fail') ? STORAGE : 0;
  },
});

function line({ name, state, found, todo }: Check): string {
  const mark = styleText(STYLES[state], state.padEnd(4), { stream: process.stdout });
  return `${mark}  ${name.padEnd(12)}  ${found}${todo ? `\n${' '.repeat(20)}${todo}` : ''}`;
}
