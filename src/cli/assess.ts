import { writeFile } from 'node:fs/promises';
import {
  assessmentCsv,
  assessmentJson,
  assessmentPage,
  assessmentText,
  assess as assessTrove,
  type Explanations,
  explainTrove,
  LANGUAGES,
} from '../documents/documents.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { choice, dataOption, operand, text } from './option.ts';
import type { Progress, StartProgress } from './progress.ts';
import { recordedWork } from './record.ts';

const OWN_FILE = { mode: 0o600 };

export const assess = command({
  name: 'assess',
  summary: 'say which registered documents are in a folder that was found',
  description: [
    'Compares every file of the folder, and everything in its archives and messages, with the',
    'register: the same, the same text in another format, edited, an excerpt, contained, retyped',
    'with changes, or no match; with how much of each is in the other, and where. Counts documents',
    'by level. A file that cannot be read costs one row that says why. The files are opened by',
    'processes with limits, and nothing is written but the reports. Where the logs are loaded, it',
    'also says whose reading would explain the folder, under pseudonyms: reasons to ask, never',
    'verdicts.',
  ].join('\n'),
  operands: { trove: operand('TROVE', 'The folder or file that was found.') },
  options: {
    data: dataOption,
    json: text('FILE', 'Write everything here, as JSON.'),
    csv: text('FILE', 'Write a table here, one row for each match.'),
    html: text('FILE', 'Write a report here: one page, nothing is loaded from elsewhere.'),
    language: choice(LANGUAGES)('LANGUAGE', 'Of the report: en or zh-CN.', { default: 'en' }),
  },
  example: 'countersign assess trove --data data --json assessment.json',
  exits: [3, 4, 6],
  async run({ options, operands, signal, out, say, progress }) {
    const data = await openData(options.data, { purpose: 'countersign assess' });
    try {
      const line = stages(progress);
      // Who had what is read about people too: it is written down before it is looked at.
      const { found, explanations } = await recordedWork(data, 'trove.assess', async () => {
        const found = await assessTrove(data.events, operands.trove, { signal, onProgress: line.update });
        line.done();
        const documents = found.documents.map(({ document }) => document);
        return { found, explanations: await explainTrove(data, documents) };
      });
      if (options.json !== undefined)
        await writeFile(options.json, assessmentJson({ ...found, explanations }), OWN_FILE);
      if (options.csv !== undefined) await writeFile(options.csv, assessmentCsv(found), OWN_FILE);
      if (options.html !== undefined)
        await writeFile(options.html, assessmentPage(found, explanations, options.language), OWN_FILE);
      out(`${assessmentText(found)}\n${explained(explanations)}`);
      if (found.unreadable.length > 0 && options.json === undefined && options.csv === undefined)
        say('Which could not be read, and why, stands in the files that --json and --csv write.');
      return 0;
    } finally {
      await data.close();
    }
  },
});

/** Who explains it, in two lines; the events behind the claim stand in the files. */
function explained({ documents, in_logs, groups }: Explanations): string {
  if (in_logs === 0) return 'Nobody in the logs had any of them.';
  const [first] = groups;
  const who = first ? `; the smallest group who had them all: ${first.subjects.join(', ')}` : '';
  return `${in_logs} of ${documents} documents were had by somebody in the logs${who}.\nThat is a reason to ask, never a verdict.`;
}

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
