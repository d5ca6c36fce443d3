import { writeFile } from 'node:fs/promises';
import { systemClock } from '../base/clock.ts';
import { FAULTS, Fault } from '../base/fault.ts';
import { perform } from '../ledger/ledger.ts';
import { issueCopies, MARK_LANGUAGES, type Marks, readingJson, readingText, readMarks } from '../marks/marks.ts';
import { type Data, openData } from '../stores/data.ts';
import { type AnyCommand, command } from './command.ts';
import { choice, dataOption, decimal, integer, operand, operands, several, text } from './option.ts';
import type { Progress } from './progress.ts';
import { openRecord } from './record.ts';

export const mark: AnyCommand = command({
  name: 'mark',
  summary: 'issue copies marked for each recipient, and read marks',
  description: [
    'mark issue makes one copy of a PDF or DOCX file for each recipient, with a line that says so',
    'and a hidden code. The code is fixed in the ledger before the first copy is written. mark read',
    'says which copies a file that came back can be made from, with the bound of being wrong; that',
    'it cannot tell is a usual answer. docs/marks.md says what survives and what does not.',
  ].join('\n'),
  operands: {
    action: operand('ACTION', 'issue or read.'),
    files: operands('FILE', 'The document to issue, or the files to read.'),
  },
  options: {
    to: several(text('PERSON', 'Whom the copies are for, as the directory calls people.')),
    out: text('FOLDER', 'Where the copies are written.', { default: 'copies' }),
    language: choice(MARK_LANGUAGES)('LANGUAGE', 'Of the line that can be seen: en or zh-CN.', { default: 'en' }),
    colluders: integer('N', 'How many may compare their copies and still be found.', { default: 2, min: 1, max: 20 }),
    falseAccusation: decimal('P', 'Highest probability that any copy is named which was no source.', {
      ...{ default: 0.001, min: 0.000000001, max: 0.1 },
    }),
    miss: decimal('P', 'Highest probability that none is named.', { default: 0.05, min: 0.000001, max: 0.5 }),
    data: dataOption,
    json: text('FILE', 'read: write everything here, as JSON.'),
  },
  example: [
    'countersign mark issue plan.docx --to ABC1234 DEF5678 --out copies --data data',
    'countersign mark read found.pdf --data data',
  ].join('\n'),
  exits: [3, 4, 6, FAULTS['ledger-refuted'].exit],
  async run(run) {
    const { action, files } = run.operands;
    if (action !== 'issue' && action !== 'read') throw new Fault('usage', `'${action}' is neither issue nor read`);
    if (files.length === 0) throw new Fault('usage', 'name a file', { place: `mark ${action}` });
    const { to, out, language, colluders, falseAccusation, miss } = run.options;
    if (action === 'issue') {
      if (files.length > 1) throw new Fault('usage', 'one document at a time', { place: files[1]! });
      if (to.length === 0) throw new Fault('usage', 'option --to PERSON... is missing', { place: 'mark issue' });
    }
    return await withMarks(run.options.data, `countersign mark ${action}`, async (marks) => {
      let line: Progress | undefined;
      const shown = (total: number): Progress =>
        run.progress({ label: action === 'issue' ? 'Marking' : 'Reading', unit: 'files', total });
      const onProgress = (done: number, total: number): void => {
        line ??= shown(total);
        line.update(done);
        if (done === total) line.done();
      };
      if (action === 'read') {
        // Whose copy it was is read about people: it is written down before it is looked at.
        const act = { actor: 'system:machine', act: 'mark.read' };
        line = shown(files.length); // before the first file: it shows the time that this one takes too
        const found = await perform(marks.ledger, act, () =>
          readMarks(marks, files, { signal: run.signal, onProgress }),
        );
        if (run.options.json !== undefined) await writeFile(run.options.json, readingJson(found), { mode: 0o600 });
        run.out(readingText(found));
        return 0;
      }
      const wanted = { document: files[0]!, to, out, language, colluders, falseAccusation, miss };
      const issued = await issueCopies(marks, wanted, { signal: run.signal, onProgress });
      for (const { number, alias, file } of issued.copies)
        run.out(`copy ${number}  ${alias}  ${to[number - 1]}  ${file}`);
      run.say(
        `Issue ${issued.id}: a code of ${issued.length} positions on ${issued.places} places. Who has which copy is printed ` +
          `only now. Recipients are to be told that their copies are marked: docs/marks.md.`,
      );
      return 0;
    });
  },
});

/** An open data directory and its ledger, for as long as `work` takes. */
export async function withMarks<T>(
  dir: string,
  purpose: string,
  work: (marks: Marks, data: Data) => Promise<T>,
): Promise<T> {
  const data = await openData(dir, { purpose });
  try {
    const ledger = await openRecord(data);
    try {
      return await work({ ...data, ledger, clock: systemClock }, data);
    } finally {
      await ledger.close();
    }
  } finally {
    await data.close();
  }
}
