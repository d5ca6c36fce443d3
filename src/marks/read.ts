/** Reading marks: which copies a file that came back can be made from, and how sure that is. */
import { Fault } from '../base/fault.ts';
import { type Ledger, listEntries } from '../ledger/ledger.ts';
import { type ChannelReading, extractReading, overlap } from './carriers.ts';
import { posterior, suspicions } from './code.ts';
import { type Codebook, codebookOf, openSecrets } from './codebook.ts';
import { fileSha256, type Marks } from './issue.ts';
import * as store from './store.ts';
import { Opener } from './task.ts';
import type { Observation } from './text.ts';

/**
 * `explains`: who had no hand in it would look like this more rarely than the bound that was asked for at issue.
 * `cannot tell`: anything less, which is usual for excerpts, scans and retyped text.
 */
export type Verdict = 'explains' | 'cannot tell';

export interface CopyReading {
  readonly copy: number;
  /** The recipient's pseudonym, in the scope of the issue. */
  readonly alias: string;
  readonly score: number;
  /** The chance that the copy was among the sources, under the model that the report states. */
  readonly posterior: number;
  /** Bound of the probability that any copy at all that was no source scores like this in this run of reading. */
  readonly false_accusation: number;
  readonly verdict: Verdict;
}

export interface IssueReading {
  readonly issue: string;
  readonly document: string;
  readonly commitment: string;
  /** Where in the ledger it was committed to. */
  readonly ledger_entry: number;
  /** Share of the places whose text is in the file. */
  readonly overlap: number;
  /** Positions of the code, and those at which something was read. */
  readonly length: number;
  readonly read: number;
  readonly asked: number;
  readonly colluders: number;
  readonly channels: readonly ChannelReading[];
  readonly copies: readonly CopyReading[];
}

export interface FileReading {
  readonly path: string;
  /** Why it could not be read. */
  readonly why?: string;
  /** The very copy, byte for byte, where it is one. */
  readonly unaltered?: { readonly issue: string; readonly copy: number };
  /** Of every issue whose text is in the file; the one that says most first. */
  readonly issues: readonly IssueReading[];
}

export interface MarksReading {
  readonly files: readonly FileReading[];
  /** Copies that were compared with files, over all: what the bounds are multiplied by. */
  readonly tested: number;
}

/** So little of a document may be there by chance. */
const LEAST_OVERLAP = 0.02;
const LEAST_PLACES = 8;

/**
 * What each file says of every issue whose text it holds. A file that cannot be read costs a row that says why.
 * Errors: ledger-refuted when a codebook is not the one that was committed to before the copies left.
 */
export async function readMarks(
  marks: Marks,
  paths: readonly string[],
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<MarksReading> {
  const opener = new Opener();
  const seen: { path: string; sha256: string; observations: Observation[]; why?: string }[] = [];
  try {
    for (const [index, path] of paths.entries()) {
      options.signal?.throwIfAborted();
      seen.push(await look(opener, path));
      options.onProgress?.(index + 1, paths.length);
    }
  } finally {
    opener.end();
  }
  const found = seen.map(({ path, why }) => ({ path, why, unaltered: undefined as FileReading['unaltered'] }));
  const tests: {
    file: number;
    reading: Omit<IssueReading, 'copies'>;
    book: Codebook;
    aliases: string[];
    raw: Raw[];
  }[] = [];
  for (const id of await store.issueIds(marks.casework)) {
    options.signal?.throwIfAborted();
    const row = await store.issueById(marks.casework, id);
    const book = codebookOf(id, row.document_sha256, openSecrets(marks.sealing, id, row.codebook));
    let committed: { entry: number; copies: store.MarkedCopiesTable[] } | undefined;
    for (const [file, { sha256, observations }] of seen.entries()) {
      const share = overlap(book.carriers, observations);
      if (share < LEAST_OVERLAP || share * book.carriers.length < LEAST_PLACES) continue;
      committed ??= {
        entry: await committedAt(marks.ledger, row, book),
        copies: await store.copiesOf(marks.casework, id),
      };
      const same = committed.copies.find((copy) => copy.sha256 === sha256);
      if (same) found[file]!.unaltered = { issue: id, copy: same.copy_number };
      const { reading, channels } = extractReading(book.carriers, observations, book.length, book.secret);
      tests.push({
        ...{ file, book, aliases: committed.copies.map(({ alias }) => alias) },
        raw: suspicions(book.code, reading, book.demand.colluders),
        reading: {
          ...{ issue: id, document: row.document, commitment: book.commitment, ledger_entry: committed.entry },
          ...{ overlap: share, length: book.length, read: reading.filter((bit) => bit >= 0).length, channels },
          ...{ asked: book.demand.falseAccusation, colluders: book.demand.colluders },
        },
      });
    }
  }
  const tested = tests.reduce((sum, { raw }) => sum + raw.length, 0);
  const files = found.map(({ path, why, unaltered }, file): FileReading => {
    const issues = tests.filter((test) => test.file === file).map((test) => judged(test, tested));
    issues.sort((one, other) => lowest(one) - lowest(other));
    return { path, ...(why === undefined ? {} : { why }), ...(unaltered ? { unaltered } : {}), issues };
  });
  return { files, tested };
}

type Raw = ReturnType<typeof suspicions>[number];
const lowest = ({ copies }: IssueReading): number => Math.min(...copies.map((copy) => copy.false_accusation));

async function look(opener: Opener, path: string) {
  const sha256 = await fileSha256(path);
  try {
    const { observations } = await opener.observe(path);
    return { path, sha256, observations };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { path, sha256, observations: [], why: error.message };
  }
}

function judged(
  {
    reading,
    book,
    aliases,
    raw,
  }: { reading: Omit<IssueReading, 'copies'>; book: Codebook; aliases: string[]; raw: Raw[] },
  tested: number,
): IssueReading {
  const copies = raw.map(({ score, falseAccusation, logLikelihoodRatio }, index): CopyReading => {
    // Every copy that was compared had its chance to score high by accident.
    const bound = Math.min(1, falseAccusation * tested);
    return {
      ...{ copy: index + 1, alias: aliases[index]!, score, false_accusation: bound },
      posterior: posterior(logLikelihoodRatio, raw.length),
      verdict: bound <= book.demand.falseAccusation ? 'explains' : 'cannot tell',
    };
  });
  copies.sort((one, other) => other.score - one.score || one.copy - other.copy);
  return { ...reading, copies };
}

/**
 * Where the ledger says that this codebook was fixed before its copies left. Every commitment under the issue's id must be
 * this one: a second one would be a code that somebody chose afterwards.
 */
async function committedAt(ledger: Ledger, row: store.MarkIssuesTable, book: Codebook): Promise<number> {
  const filter = { act: 'mark.commit', on: `mark:${row.id}` };
  let first: number | undefined;
  let before: number | undefined;
  do {
    const page = await listEntries(ledger, filter, { before });
    for (const { index, digest } of page.entries) {
      if (digest !== book.commitment) throw refuted(row.id, `entry ${index} commits to another codebook`);
      first = index;
    }
    before = page.next ?? undefined;
  } while (before !== undefined);
  if (first === undefined) throw refuted(row.id, 'the ledger has no commitment to it');
  if (row.commitment !== book.commitment) throw refuted(row.id, 'its row names another commitment');
  return first;
}

const refuted = (id: string, why: string): Fault =>
  new Fault('ledger-refuted', `The codebook of the issue is not the one it was issued with: ${why}.`, { place: id });
