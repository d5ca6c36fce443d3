// A small program of two commands, run as a process of its own by cli.test.ts: it shows the frame without any store.
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../src/base/fault.ts';
import { command, runCli } from '../../src/cli/cli.ts';
import { choice, day, decimal, flag, integer, operand, optionalOperand, port, text } from '../../src/cli/option.ts';

const count = command({
  name: 'count',
  summary: 'count slowly to a number',
  description: 'Counts from one.\nStops when asked to.',
  operands: { to: operand('NUMBER', 'Where to stop.'), from: optionalOperand('FROM', 'Where to begin.') },
  options: {
    every: integer('MS', 'Milliseconds between two numbers, at most a thousand of them in any case.', {
      default: 1,
      min: 0,
      max: 1000,
    }),
    notBefore: day('DAY', 'The first day.'),
    share: decimal('SHARE', 'A share.', { min: 0, max: 1 }),
    port: port('PORT', 'A port.'),
    colour: choice(['red', 'green'])('COLOUR', 'A colour.'),
    stubborn: flag('Go on after Ctrl-C.'),
  },
  example: 'countersign count 3',
  exits: [3],
  resume: 'Count again: it begins at one.',
  async run({ operands, options, signal, out, progress }) {
    const to = Number(operands.to);
    const line = progress({ label: 'Counting', total: to, unit: 'numbers' });
    for (let number = 1; number <= to; number += 1) {
      await sleep(options.every, undefined, options.stubborn ? {} : { signal });
      out(String(number));
      line.update(number);
    }
    line.done();
    out(JSON.stringify(options));
    return undefined;
  },
});

const fail = command({
  name: 'fail',
  summary: 'fail in a chosen way',
  description: 'Fails.',
  operands: {},
  options: { how: text('HOW', 'How to fail.', { required: true }) },
  example: 'countersign fail --how locked',
  async run({ options }) {
    if (options.how === 'locked') throw new Fault('data-in-use', 'another process uses it', { place: 'data' });
    if (options.how === 'code') return 7;
    if (options.how === 'astray') {
      setTimeout(() => {
        throw new Fault('engine-stopped', 'the engine ended', { place: 'data/events' });
      });
      await sleep(60_000);
    }
    throw new TypeError('something broke');
  },
});

process.exitCode = await runCli([count, fail], process.argv.slice(2));
