import { FAULTS, Fault } from '../base/fault.ts';
import { type ImportReport, importDocuments } from '../documents/documents.ts';
import { openData } from '../stores/data.ts';
import { command } from './command.ts';
import { dataOption, operand, text } from './option.ts';
import { formatCount, type Progress } from './progress.ts';
import { recordedWork } from './record.ts';

const SHOWN = 20;

export const documents = command({
  name: 'documents',
  summary: 'fill the register of documents from a folder',
  description: [
    'documents import reads every file of the folder and keeps of its text fingerprints, by which',
    'assess knows it again; the text itself is not kept. The table says which document a file is,',
    'of which level and whose (columns path, level, owner_team, project, registered_at; sha256 if',
    'there is one). A file belongs to the row whose path ends as its own does. Files that have not',
    'changed are not read again.',
  ].join('\n'),
  operands: {
    action: operand('import', 'What to do; import is all there is.'),
    folder: operand('DIR', 'The folder with the documents.'),
  },
  options: {
    csv: text('FILE', 'The table. Default: documents.csv in the folder, if there is one.'),
    data: dataOption,
  },
  example: 'countersign documents import archive --csv documents.csv --data data',
  exits: [3, 4, 6, FAULTS['bad-rows'].exit],
  resume: 'Run the same command again: it goes on where it stopped.',
  async run({ options, operands, signal, out, say, progress }) {
    if (operands.action !== 'import')
      throw new Fault('usage', `'${operands.action}' is not import, which is all there is`, { place: 'documents' });
    const data = await openData(options.data, { create: true, purpose: 'countersign documents import' });
    try {
      let line: Progress | undefined;
      const importing = {
        table: options.csv,
        signal,
        onProgress(done: number, total: number) {
          line ??= progress({ label: 'Reading', unit: 'files', total });
          line.update(done);
        },
      };
      const report = await recordedWork(data, 'documents.import', () =>
        importDocuments(data.events, operands.folder, importing),
      );
      line?.done();
      return reportImport(report, out, say);
    } finally {
      await data.close();
    }
  },
});

function reportImport(report: ImportReport, out: (text: string) => void, say: (text: string) => void): number {
  const { files, read, unreadable, bad, badRows, table, totals } = report;
  for (const { line, reason } of badRows) say(`NOT USED  ${table}:${line}: ${reason}`);
  if (bad > badRows.length) say(`NOT USED  ${formatCount(bad - badRows.length)} more rows of ${table}`);
  for (const { path, why } of unreadable.slice(0, SHOWN)) say(`NOT READ  ${path}: ${why}`);
  if (unreadable.length > SHOWN) say(`NOT READ  ${formatCount(unreadable.length - SHOWN)} more files or parts`);
  out(
    [
      `${formatCount(files)} files in the folder, ${formatCount(read)} read now, ${formatCount(files - read)} as they were.`,
      `${formatCount(totals.documents)} documents in the register, ${formatCount(totals.without_file)} of them without a file.`,
      `${formatCount(totals.files)} files known by ${formatCount(totals.texts)} different texts.`,
      totals.unnamed > 0 &&
        `${formatCount(totals.unnamed)} files that no row of the table names; their level is unknown.`,
    ]
      .filter(Boolean)
      .join('\n'),
  );
  return bad > 0 ? FAULTS['bad-rows'].exit : 0;
}
