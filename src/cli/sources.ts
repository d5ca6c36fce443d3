import { systemClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { declareSource, listDeclared, removeSource } from '../intake/intake.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openData } from '../stores/data.ts';
import { type AnyCommand, command } from './command.ts';
import { dataOption, operand, optionalOperand, text } from './option.ts';
import { openRecord } from './record.ts';

const ACTIONS = ['add', 'list', 'remove'] as const;

export const sources: AnyCommand = command({
  name: 'sources',
  summary: 'declare where events come from, and who reads them',
  description: [
    'A source is a name under which lines arrive while the console is served: over HTTP with a',
    'token (`countersign token`), or fetched by the program itself.',
    'add NAME     declares one, or changes its reader and where its lines come from:',
    '             http, syslog+udp://HOST:PORT, syslog+tcp://HOST:PORT, syslog+tls://HOST:PORT,',
    '             tail:/PATH of a log file, drop:/PATH of a folder.',
    '             Without --reader each line finds its own.',
    'list         lists them.',
    'remove NAME  ends one; what has arrived stays.',
    'A change counts from the next start of `countersign serve`.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    name: optionalOperand('NAME', 'add, remove: the source.'),
  },
  options: {
    data: dataOption,
    reader: text('NAME', 'add: the reader of its lines, such as syslog.'),
    from: text('ORIGIN', 'add: where its lines come from.', { default: 'http' }),
  },
  example: 'countersign sources add firewall --from syslog+tcp://0.0.0.0:5514 --data data',
  exits: [3, 4],
  async run({ operands: { action, name }, options, out }) {
    if (!(ACTIONS as readonly string[]).includes(action))
      throw new Fault('usage', `there is no action ${action}`, { place: 'ACTION' });
    if (action !== 'list' && name === undefined)
      throw new Fault('usage', 'operand NAME is missing', { place: `sources ${action}` });
    const data = await openData(options.data, { create: action === 'add', purpose: 'countersign sources' });
    let ledger: Ledger | undefined;
    try {
      ledger = await openRecord(data);
      const by = { db: data.casework, clock: systemClock, ledger };
      if (action === 'add') {
        await declareSource(by, { name: name!, reader: options.reader ?? '', origin: options.from });
        out(`${name} is declared.`);
      } else if (action === 'remove') {
        await removeSource(by, name!);
        out(`${name} is removed.`);
      } else {
        for (const one of await listDeclared(data.casework))
          out(`${one.name.padEnd(16)}  ${(one.reader || 'each line its own').padEnd(18)}  ${one.origin}`);
      }
      return undefined;
    } finally {
      await ledger?.close();
      await data.close();
    }
  },
});
