import { writeFile } from 'node:fs/promises';
import { assessmentCsv, assessmentJson, assessmentText, assess as assessTrove } from '../documents/documents.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { dataOption, operand, text } from './option.ts';
import type { Progress, StartProgress } from './progress.ts';

const OWN_FILE = { mode: 0o600 };

export const assess = command({
  name: 'assess',
  summary: 'say which registered documents are in a folder that was found',
  description: [
    'Compares every file of the folder, and everything in its archives and messages, with the',
    'register: the same, the same text in another format, edited, an excerpt, contained, retyped',
    'with changes, or no match; with how much of each is in the other, and where. Counts documents',
    'by level. A file that cannot be read costs one row that says why. The files are opened by',
    'processes with limits, and nothing is written but the reports.',
  ].join('\n'),
  operands: { trove: operand('TROVE', 'The folder or file that was found.') },
  options: {
    data: dataOption,
    json: text('FILE', 'Write everything here, as JSON.'),
    csv: text('FILE', 'Write a table here, one row for each match.'),
  },
  example: 'countersign assess trove --data data --json assessment.json',
  exits: [3, 4, 6],
  async run({ options, operands, signal, out, say, progress }) {
    const data = await openData(options.data, { purpose: 'countersign assess' });
    try {
      const line = stages(progress);
      const found = await assessTrove(data.events, operands.trove, { signal, onProgress: line.update });
      line.done();
      if (options.json !== undefined) await writeFile(options.json, assessmentJson(found), OWN_FILE);
      if (options.csv !== undefined) await writeFile(options.csv, assessmentCsv(found), OWN_FILE);
      out(assessmentText(found));
      if (found.unreadable.length > 0 && options.json === undefined && options.csv === undefined)
        say('Which could not be read, and why, stands in the files that --json and --csv write.');
      return 0;
    } finally {
      await data.close();
    }
  },
});

const LABELS = { listing: 'Listing', reading: 'Reading', comparing: 'Comparing' };

/** A progress line for each stage, one after the other. */
function stages(progress: StartProgress) {
  let stage: keyof typeof LABELS | undefined;
  let line: Progress | undefined;
  return {
    update(next: keyof typeof LABELS, done: number, total: number): void {
      if (next !== stage) {
        line?.done();
        line = progress({ label: LABELS[next], unit: next === 'comparing' ? 'texts' : 'files', total });
        stage = next;
      }
      line?.update(done);
    },
    done: () => line?.done(),
  };
}
