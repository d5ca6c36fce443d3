/** What `documents import` and `watch`, and `serve --documents`, take in: a folder, a share, a table, and what they say. */
import { FAULTS } from '../base/fault.ts';
import { folderShare, type ImportedRegister, type Share, s3Environment, s3Share } from '../documents/documents.ts';
import { formatCount, type Progress, type StartProgress } from './progress.ts';

const SHOWN = 20;

/** A folder, or s3://BUCKET/FOLDER with the keys of the environment. Errors: not-found, usage. */
export async function openShare(
  place: string,
  endpoint: string | undefined,
  say: (text: string) => void,
): Promise<Share> {
  if (!place.startsWith('s3:')) return folderShare(place);
  if (endpoint?.startsWith('http:')) say('The share is read without encryption: whoever is on the way reads along.');
  return await s3Share(place, { ...s3Environment(process.env), endpoint });
}

/** A progress line for documents, then one for files. */
export function importProgress(progress: StartProgress) {
  const lines = new Map<string, Progress>();
  const labels = { register: ['Registering', 'documents'], files: ['Reading', 'files'] } as const;
  return {
    onProgress(stage: keyof typeof labels, done: number, total?: number): void {
      const [label, unit] = labels[stage];
      if (!lines.has(stage)) {
        for (const line of lines.values()) line.done();
        lines.set(stage, progress({ label, unit, ...(total === undefined ? {} : { total }) }));
      }
      lines.get(stage)!.update(done);
    },
    done: () => [...lines.values()].at(-1)?.done(),
  };
}

/** Says what was done and what could not be used; gives the exit code. */
export function reportImport(
  found: ImportedRegister,
  out: (text: string) => void,
  say: (text: string) => void,
): number {
  const { files, bad, badRows, table, refused, refusedPaths, more } = found;
  const some = (all: number, shown: number, what: string) => {
    if (all > shown) say(`${what}  ${formatCount(all - shown)} more`);
  };
  for (const { line, reason } of badRows) say(`NOT USED  ${table}:${line}: ${reason}`);
  if (bad > badRows.length) say(`NOT USED  ${formatCount(bad - badRows.length)} more rows of ${table}`);
  for (const path of refusedPaths)
    say(`NOT TAKEN  a lower level than the register has, which takes two people: ${path}`);
  some(refused, refusedPaths.length, 'NOT TAKEN');
  for (const { line, path, copy } of more.elsewhere)
    say(`NOT TAKEN  ${table}:${line}: copy ${copy} of ${path} is elsewhere by the register`);
  some(more.elsewhereCount, more.elsewhere.length, 'NOT TAKEN');
  for (const { path, why } of files.unreadable.slice(0, SHOWN)) say(`NOT READ  ${path}: ${why}`);
  if (files.unreadable.length > SHOWN)
    say(`NOT READ  ${formatCount(files.unreadable.length - SHOWN)} more files or parts`);
  for (const path of files.removedFiles) say(`NOT THERE  ${path}: it was read before; the register keeps it`);
  some(files.removed, files.removedFiles.length, 'NOT THERE');
  out(summary(found));
  return bad > 0 ? FAULTS['bad-rows'].exit : 0;
}

function summary({ files, totals }: ImportedRegister): string {
  const { files: all, read } = files;
  return [
    all > 0 &&
      `${formatCount(all)} files in the folder, ${formatCount(read)} read now, ${formatCount(all - read)} as they were.`,
    `${formatCount(totals.documents)} documents in the register, ${formatCount(totals.without_file)} of them without a file.`,
    `${formatCount(totals.files)} files known by ${formatCount(totals.texts)} different texts.`,
    totals.unnamed > 0 &&
      `${formatCount(totals.unnamed)} files that no row of the table names; their level is unknown.`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** One line for what a look at a watched folder found. */
export function changeLine({ added, changed, more, files }: ImportedRegister, removed: readonly string[]): string {
  const parts = [
    added > 0 && `${formatCount(added)} documents added`,
    changed + more.changed > 0 && `${formatCount(changed + more.changed)} changed`,
    files.read > 0 && `${formatCount(files.read)} files read`,
    files.unreadable.length > 0 && `${formatCount(files.unreadable.length)} could not be read`,
    removed.length > 0 && `${formatCount(removed.length)} not there any more: ${removed.join(', ')}`,
  ];
  return parts.filter(Boolean).join(', ');
}
