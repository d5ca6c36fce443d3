import { type Destroyed, type Expired, expired, runRetention } from '../cases/cases.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { consoleCases, consoleConfig } from './console.ts';
import { dataOption, flag } from './option.ts';
import { openRecord } from './record.ts';

export const retention = command({
  name: 'retention',
  summary: 'destroy what has reached the end of its term',
  description: [
    'Destroys what became no case and cases whose term is over, unless they are held, and leaves',
    'a certificate of each: what kind it was, how many rows and files, their hashes, by which',
    'rule. Its digest is in the ledger. The terms stand in config.yml as retention_triage_days,',
    'retention_unfounded_days and retention_case_days. `countersign serve` does it every day.',
  ].join('\n'),
  operands: {},
  options: {
    data: dataOption,
    dryRun: flag('Only say what would be destroyed.'),
    json: flag('Print JSON.'),
  },
  example: 'countersign retention --data data --dry-run',
  exits: [3, 4, 6],
  async run({ options, out, signal }) {
    const data = await openData(options.data, { purpose: 'countersign retention' });
    let ledger: Ledger | undefined;
    try {
      ledger = await openRecord(data);
      const cases = consoleCases(data, consoleConfig(options.data, undefined), ledger);
      const found = options.dryRun ? await expired(cases) : await runRetention(cases, signal);
      if (options.json) out(JSON.stringify(found, undefined, 2));
      else for (const line of lines(found, options.dryRun)) out(line);
      return 0;
    } finally {
      await ledger?.close();
      await data.close();
    }
  },
});

function lines(found: readonly (Expired | Destroyed)[], isDry: boolean): string[] {
  if (found.length === 0) return ['Nothing has reached the end of its term.'];
  return found.map((one) => {
    const what = `${one.kind.padEnd(6)}  ${one.id}  ${one.rows} rows, ${one.files} files  (${one.rule})`;
    if (isDry) return `would be destroyed: ${what}`;
    return 'certificate' in one ? `destroyed: ${what}\n  certificate ${one.certificate}  ${one.digest}` : what;
  });
}
