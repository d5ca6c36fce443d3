import { FAULTS } from '../base/fault.ts';
import { replay as live } from '../leads/leads.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { dataOption, flag, operand } from './option.ts';
import { loadOrganisation, reportLoaded } from './organisation.ts';
import { openRecord } from './record.ts';
import { dayProgress } from './replay.ts';

export const ingest = command({
  name: 'ingest',
  summary: "load an organisation folder's logs and tables",
  description: [
    'Reads the logs, the directory, the register and the declarations of an organisation',
    'folder into the data directory. Rows that are stored already are left out, so the same',
    'folder can be loaded again when it has grown, and after an interruption; a log that has',
    'grown is read on from its last part. Rows that cannot be read go to the quarantine with',
    'file, line and reason and stop nothing. Then the days that are new or have changed are',
    'lived through, and the leads follow.',
  ].join('\n'),
  operands: { folder: operand('DIR', 'The organisation folder, with logon.csv, file.csv and so on.') },
  options: {
    data: dataOption,
    reread: flag('Read every log from its beginning: an old line may have been changed since.'),
  },
  example: 'countersign ingest world --data data',
  exits: [3, 4, 6, FAULTS['bad-rows'].exit],
  resume: 'Run the same command again: it goes on where it stopped.',
  async run({ options, operands, signal, say, progress }) {
    const data = await openData(options.data, { create: true, purpose: 'countersign ingest' });
    let ledger: Ledger | undefined;
    try {
      ledger = await openRecord(data);
      const { reread } = options;
      const code = reportLoaded(
        await loadOrganisation(data, operands.folder, { progress, signal, ledger, reread }),
        say,
      );
      await live(data, { signal, onDay: dayProgress(progress) });
      return code;
    } finally {
      await ledger?.close();
      await data.close();
    }
  },
});
