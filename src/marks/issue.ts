/** Issuing marked copies: the code is fixed, sealed and committed to in the ledger before the first copy leaves. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import { aliases } from '../identities/identities.ts';
import { change, type Ledger, record } from '../ledger/ledger.ts';
import type { Data } from '../stores/data.ts';
import { placesOf, signsFor } from './carriers.ts';
import { type Demand, lengthFor } from './code.ts';
import { type Codebook, codebookOf, type Secrets, sealSecrets } from './codebook.ts';
import * as store from './store.ts';
import { type Format, Opener } from './task.ts';

/** What the functions about marks work with. */
export interface Marks extends Pick<Data, 'casework' | 'sealing'> {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export const LANGUAGES = ['en', 'zh-CN'] as const;

export interface Wanted {
  /** The original, PDF or DOCX. */
  readonly document: string;
  /** Accounts, as the directory calls people. */
  readonly to: readonly string[];
  readonly out: string;
  readonly language: (typeof LANGUAGES)[number];
  readonly colluders: number;
  readonly falseAccusation: number;
  readonly miss: number;
}

export interface Issued {
  readonly id: string;
  readonly length: number;
  readonly places: number;
  readonly commitment: string;
  readonly copies: readonly { readonly number: number; readonly alias: string; readonly file: string }[];
}

export interface IssueOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** For tests: what else is drawn by lot. */
  readonly drawn?: { readonly id: string; readonly secret: string };
}

/**
 * One copy for each recipient, in the folder `out`. Errors: usage for recipients named twice; invalid-input for a document
 * that cannot be read or that is too short, with what it would be enough for; not-found; ledger-unavailable.
 */
export async function issueCopies(marks: Marks, wanted: Wanted, options: IssueOptions = {}): Promise<Issued> {
  const { document, to } = wanted;
  if (new Set(to).size !== to.length) throw new Fault('usage', 'A recipient is named twice.', { place: '--to' });
  const documentSha256 = await fileSha256(document);
  const id = options.drawn?.id ?? randomId(10);
  const opener = new Opener();
  let staged: string | undefined;
  try {
    const { format, observations } = await opener.observe(document);
    if (format === 'text') throw new Fault('invalid-input', 'It is neither PDF nor DOCX.', { place: document });
    const places = placesOf(observations);
    const demand = demandOf(wanted);
    const length = lengthOf(demand, places.length, document);
    const secrets: Secrets = {
      secret: options.drawn?.secret ?? randomBytes(32).toString('hex'),
      ...{ demand, length },
      places: places.map(({ channel, anchor, reference }) => [channel, anchor, reference]),
    };
    const book = codebookOf(id, documentSha256, secrets);
    await mkdir(wanted.out, { recursive: true });
    staged = await mkdtemp(join(wanted.out, '.unissued-'));
    const files = await stageCopies(marks, opener, { wanted, book, staged, format, options });
    const alias = await aliases(marks, id, to);
    const issuedAt = marks.clock();
    const copies = files.map(({ sha256 }, index) => ({
      ...{ issue_id: id, copy_number: index + 1, document: basename(document), alias: alias.get(to[index]!)! },
      ...{ commitment: book.commitment, sha256, issued_at: issuedAt },
    }));
    const row: store.MarkIssuesTable = {
      ...{ id, document: basename(document), document_sha256: documentSha256, format, issued_at: issuedAt, length },
      ...{ recipients: to.length, colluders: demand.colluders, miss: demand.miss },
      ...{ false_accusation: demand.falseAccusation, commitment: book.commitment },
      codebook: sealSecrets(marks.sealing, id, secrets),
    };
    await commit(marks, row, copies);
    const named: Issued['copies'][number][] = [];
    for (const [index, { name }] of files.entries()) {
      const file = join(wanted.out, name);
      await rename(join(staged, name), file);
      named.push({ number: index + 1, alias: copies[index]!.alias, file });
    }
    return { id, length, places: places.length, commitment: book.commitment, copies: named };
  } finally {
    opener.end();
    if (staged !== undefined) await rm(staged, { recursive: true, force: true });
  }
}

const demandOf = ({ to, colluders, falseAccusation, miss }: Wanted): Demand => ({
  // Who is alone, or two, cannot be three who compare.
  ...{ recipients: to.length, colluders: Math.min(colluders, to.length), falseAccusation, miss },
});

/** How long the code is. Errors: invalid-input where the document has fewer places, with what they are enough for. */
export function lengthOf(demand: Demand, places: number, document: string): number {
  const length = lengthFor(demand);
  if (length <= places) return length;
  let enough = demand.colluders - 1;
  while (enough > 0 && lengthFor({ ...demand, colluders: enough }) > places) enough -= 1;
  const what =
    enough > 0
      ? `That is enough where at most ${enough} compare copies: --colluders ${enough}`
      : `That is not even enough for one who passes his copy on. Name fewer recipients, or a higher --false-accusation`;
  throw new Fault(
    'invalid-input',
    `The document is too short: it has ${places} places for a mark, and ${length} are needed where ${demand.colluders} of ${demand.recipients} may compare copies. ${what}.`,
    { place: document },
  );
}

interface Staging {
  readonly wanted: Wanted;
  readonly book: Codebook;
  readonly staged: string;
  readonly format: Format;
  readonly options: IssueOptions;
}

async function stageCopies(marks: Marks, opener: Opener, { wanted, book, staged, format, options }: Staging) {
  const { document, to, language } = wanted;
  const stem = basename(document, extname(document));
  const date = marks.clock().toISOString().slice(0, 10);
  const files: { name: string; sha256: string }[] = [];
  for (const index of to.keys()) {
    options.signal?.throwIfAborted();
    const number = index + 1;
    const line = visibleLine(language, { number, count: to.length, date });
    const signs = signsFor(book.carriers, book.code.words[index]!, book.secret);
    const bytes = await opener.mark(document, signs, line);
    const name = `${stem}-copy-${number}.${format}`;
    await writeFile(join(staged, name), bytes, { mode: 0o600 });
    files.push({ name, sha256: createHash('sha256').update(bytes).digest('hex') });
    options.onProgress?.(number, to.length);
  }
  return files;
}

/** First the commitment by itself, so that it is found as what it is; then the rows that repeat it. */
async function commit(
  { ledger, casework }: Marks,
  issue: store.MarkIssuesTable,
  copies: readonly store.MarkedCopiesTable[],
): Promise<void> {
  const by = { actor: 'system:machine', on: [`mark:${issue.id}`], digest: issue.commitment };
  await record(ledger, { ...by, act: 'mark.commit' });
  await change(ledger, casework, { ...by, act: 'mark.issue' }, async (tx, touch) => {
    await store.insertIssue(tx, issue, copies);
    touch('mark_issues', issue.id);
    for (const { copy_number } of copies) touch('marked_copies', `${issue.id}/${copy_number}`);
  });
}

/** What a reader of the copy sees of it. */
export function visibleLine(
  language: Wanted['language'],
  values: { number: number; count: number; date: string },
): string {
  const file = new URL(`../../content/words/mark.${language}.json`, import.meta.url);
  const { line } = JSON.parse(readFileSync(file, 'utf8')) as { line: string };
  return line.replace(/\{(\w+)\}/g, (_, name: keyof typeof values) => String(values[name]));
}

export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (cause) {
    throw new Fault('not-found', 'The file cannot be read.', { place: path, cause });
  }
  return hash.digest('hex');
}
