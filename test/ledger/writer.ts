// Writes a few acts into the ledger of a data directory and says of each at once whether it was taken: run under faults.
// The lock of the data directory is left out: its own writes are not what is tried here.
import { writeSync } from 'node:fs';
import { asFault } from '../../src/base/fault.ts';
import { openLedger, record, recordOrQueue } from '../../src/ledger/ledger.ts';

const [dir = '', acts = '3', mode = 'record'] = process.argv.slice(2);
const say = (text: string) => writeSync(1, `${text}\n`);

try {
  const ledger = await openLedger({ dir });
  const write = mode === 'queue' ? recordOrQueue : record;
  for (let number = 0; number < Number(acts); number++) {
    try {
      const taken = await write(ledger, { actor: 'account:A', act: 'lead.read', on: [`act:${number}`] });
      say(taken === null ? `queued ${number}` : `taken ${number}`);
      if (taken !== null) say(`checkpoint ${ledger.log.checkpoint.split('\n').slice(1, 3).join(' ')}`);
    } catch (error) {
      say(`refused ${number} ${asFault(error).code}`);
    }
  }
  await ledger.close();
} catch (error) {
  say(`stopped ${asFault(error).code}`);
}
say('end');
