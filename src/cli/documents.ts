import { FAULTS, Fault } from '../base/fault.ts';
import { DEFAULT_SCHEME } from '../base/level.ts';
import {
  awayList,
  certificateOf,
  checkCertificate,
  checkRegister,
  documentByName,
  importRegister,
  listRegister,
  proposalsOf,
  type Register,
  takeDocumentStep,
  watchDocuments,
  wholeDocument,
} from '../documents/documents.ts';
import type { Account } from '../http/route.ts';
import { type Ledger, readPolicy, record } from '../ledger/ledger.ts';
import { type Data, openData } from '../stores/data.ts';
import { proveIdentity, readPassword } from './case.ts';
import { command, type Run } from './command.ts';
import { consoleAccess, consoleConfig, consoleRegister } from './console.ts';
import { awayLines, documentLines, listLines, proposalLines } from './documents-lists.ts';
import { changeLine, importProgress, openShare, reportImport } from './documents-share.ts';
import { certificateText, levelOf, STEP_ACTIONS, type StepAction, stepOf } from './documents-steps.ts';
import { choice, dataOption, day, flag, integer, operand, optionalOperand, several, text } from './option.ts';
import { openRecord } from './record.ts';

const READING = ['list', 'show', 'overdue', 'proposals', 'certificate'] as const;
const ACTIONS: readonly string[] = ['import', 'watch', ...READING, ...STEP_ACTIONS, 'check', 'verify'];

const operands = {
  action: operand('ACTION', 'What to do, as above.'),
  what: optionalOperand(
    'WHAT',
    'import, watch: a folder or s3://BUCKET/FOLDER. verify: a certificate. Else a document.',
  ),
};
const options = {
  csv: text('FILE', 'import, watch: the table. Default: documents.csv in the folder, if there is one.'),
  endpoint: text('URL', 'import, watch: where the share is served. Default: AWS in the region.'),
  as: text('NAME', 'Your account; import, watch, check and verify need none.'),
  passwordFile: text('FILE', 'Its first line is your password; - is standard input. Default: the terminal.'),
  copy: integer('N', 'The number of the copy.', { min: 1, max: 100_000 }),
  to: text('ACCOUNT', 'issue, lend: to whom, by the account in the directory.'),
  due: day('DAY', 'lend: the last day of the loan.'),
  how: text('TEXT', 'destroy: how it is destroyed, such as "shredded, P-5".'),
  missing: flag('inventory: it was not found.'),
  level: text('LEVEL', 'raise, downgrade: the new level. list: only this one.'),
  reason: text('TEXT', 'raise, downgrade, need, describe: why.'),
  add: several(text('ENTRY', 'need: person:ACCOUNT, team:NAME or project:NAME.')),
  remove: several(text('ENTRY', 'need: the same, to take off the list.')),
  title: text('TEXT', 'describe: the new title.'),
  owner: text('TEXT', 'describe: the new owner. list: only his.'),
  project: text('TEXT', 'describe: the new project. list: only its.'),
  origin: text('TEXT', 'describe: where it came from.'),
  keepUntil: day('DAY', 'describe: no copy is destroyed before.'),
  working: choice(['yes', 'no'])('YES', 'describe: whether it is a working paper, yes or no.'),
  decoy: choice(['yes', 'no'])('YES', 'describe: whether it is a decoy, yes or no.'),
  policy: text('FILE', 'verify: whose signatures to trust.'),
  json: flag('list, show, overdue, proposals: print JSON.'),
  data: dataOption,
};
type Running = Run<typeof options, typeof operands>;

export const documents = command({
  name: 'documents',
  summary: 'keep the register of documents and their copies',
  description: [
    'import, watch     take in a table, a folder or a share, once or as it changes',
    'list, show        the register; one document with its levels, copies and steps',
    'overdue           copies that somebody has, those overdue first',
    'copy              registers a copy: --copy N',
    'issue, lend       give a copy to --to; lend until --due',
    'return, inventory it is back; it was seen, or --missing',
    'destroy, keep     propose its destruction; withdraw that',
    'raise, downgrade  a higher level; propose a lower one (withdraw takes it back)',
    'need, describe    who needs to know it; what is said of it',
    'proposals,confirm what waits for a second person; be that person (--copy N: destroyed)',
    'certificate       prints that of a destroyed copy; `verify FILE` checks one',
    'check             compares the lists with the steps they are made of',
    'import reads every file of the folder and keeps of its text fingerprints, by which assess',
    'knows it again; the text itself is not kept. docs/documents.md lists the columns of the table.',
  ].join('\n'),
  operands,
  options,
  example: [
    'countersign documents import archive --csv documents.csv --data data',
    '$ countersign documents lend vault/plan.docx --copy 2 --to ABC0001 --due 2026-12-01 --as rita',
  ].join('\n    '),
  exits: [3, 4, 5, 6, FAULTS['bad-rows'].exit, FAULTS['ledger-refuted'].exit],
  resume: 'Run the same command again: it goes on where it stopped.',
  async run(run) {
    const { action, what } = run.operands;
    if (!ACTIONS.includes(action))
      throw new Fault('usage', `'${action}' is not one of ${ACTIONS.join(', ')}`, { place: 'documents' });
    if (action === 'verify') return verifyCertificate(run, needed(what, action));
    if (action === 'import' || action === 'watch') return await takeIn(run);
    const isProved = action !== 'check';
    if (isProved && run.options.as === undefined)
      throw new Fault('usage', 'option --as NAME is missing', { place: `documents ${action}` });
    const password = isProved ? await readPassword(run.options.as!, run.options.passwordFile, run.signal) : '';
    return await within(run, false, async (register, ledger, data) => {
      if (!isProved) return await check(register, run);
      const config = consoleConfig(run.options.data, undefined);
      const account = await proveIdentity(consoleAccess(data, config, ledger), run.options.as!, password);
      mayDo(account, action);
      const isReading = (READING as readonly string[]).includes(action);
      const id =
        action === 'list' || action === 'overdue' || action === 'proposals' ? undefined : await named(register, run);
      if (!isReading) {
        const scheme = config.document_levels ?? DEFAULT_SCHEME;
        const n = await takeDocumentStep(register, account, id!, stepOf(action as StepAction, run.options, scheme));
        run.out(`step ${n} of ${id} is taken`);
        return 0;
      }
      const on = id === undefined ? [] : [`document:${id}`];
      await record(ledger, { actor: `account:${account.id}`, act: `documents.${action}`, on });
      for (const line of await told(register, account, action, id, run)) run.out(line);
      return 0;
    });
  },
});

/** Opens the register for one piece of work. */
async function within<T>(
  { options: { data: dir } }: Running,
  create: boolean,
  work: (register: Register, ledger: Ledger, data: Data) => Promise<T>,
): Promise<T> {
  const data = await openData(dir, { create, purpose: 'countersign documents' });
  try {
    const ledger = await openRecord(data);
    try {
      return await work(consoleRegister(data, ledger), ledger, data);
    } finally {
      await ledger.close();
    }
  } finally {
    await data.close();
  }
}

/** The same as the routes say: the registrar keeps the register, an approver may be the second person. */
function mayDo({ roles }: Account, action: string): void {
  const isSecond = action === 'confirm' || action === 'proposals';
  if (roles.includes('registrar') || (isSecond && roles.includes('approver'))) return;
  throw new Fault('forbidden', 'The register is kept by registrars.', { place: `documents ${action}` });
}

const needed = (what: string | undefined, action: string): string => {
  if (what !== undefined) return what;
  throw new Fault('usage', 'operand WHAT is missing', { place: `documents ${action}` });
};

/** A document by its id or its path. */
async function named(register: Register, { operands: { action, what } }: Running): Promise<string> {
  const id = await documentByName(register, needed(what, action));
  if (id !== undefined) return id;
  throw new Fault('not-found', 'The register knows no such document.', { place: what! });
}

async function takeIn(run: Running): Promise<number> {
  const { operands: given, options: chosen, signal, out, say, progress } = run;
  const isWatching = given.action === 'watch';
  if (given.what === undefined && (isWatching || chosen.csv === undefined))
    throw new Fault('usage', 'name a folder or a share, or to import a table alone, --csv FILE', {
      place: `documents ${given.action}`,
    });
  const share = given.what === undefined ? undefined : await openShare(given.what, chosen.endpoint, say);
  try {
    return await within(run, true, async (register) => {
      const { onProgress, done } = importProgress(progress);
      const found = await importRegister(register, { share, table: chosen.csv, signal, onProgress });
      done();
      const code = reportImport(found, out, say);
      if (!isWatching || share === undefined) return code;
      say(`Watching ${share.place}   (Ctrl-C ends it)`);
      await watchDocuments(register, share, {
        ...{ table: chosen.csv, signal },
        onChange: (change, removed) => out(changeLine(change, removed)),
        onFault: (fault) => say(`NOT TAKEN IN  ${fault.place ?? share.place}: ${fault.message}; tried again later`),
      });
      return 0;
    });
  } finally {
    await share?.close();
  }
}

function verifyCertificate({ options: { policy }, out }: Running, file: string): number {
  const { certificate, index } = checkCertificate(
    certificateText(file),
    policy === undefined ? undefined : readPolicy(policy),
    file,
  );
  const { path, copy, how, proposedBy, confirmedBy, at } = certificate;
  out(`copy ${copy} of ${path} was destroyed on ${at}: ${how}`);
  out(`proposed by ${proposedBy}, confirmed by ${confirmedBy}`);
  out(index === undefined ? 'without --policy the ledger was not asked' : `entry ${index} of the ledger says so`);
  return 0;
}

async function check(register: Register, { out, progress }: Running): Promise<number> {
  const line = progress({ label: 'Checking', unit: 'documents' });
  const found = await checkRegister(register, (done) => line.update(done));
  line.done();
  for (const { document, what } of found) out(`${document}: ${what} is not what its steps make`);
  if (found.length > 0)
    throw new Fault('ledger-refuted', 'The lists of the register were changed.', { place: 'register' });
  out('every document and copy is what its steps make');
  return 0;
}

async function told(register: Register, account: Account, action: string, id: string | undefined, run: Running) {
  const { json, owner, project, level } = run.options;
  const config = consoleConfig(run.options.data, undefined);
  const show = <T>(found: T, lines: (found: T) => string[]) =>
    json ? [JSON.stringify(found, undefined, 2)] : lines(found);
  if (action === 'overdue') return show(await awayList(register), awayLines);
  if (action === 'proposals') return show(await proposalsOf(register, account), proposalLines);
  if (action === 'certificate') return [JSON.stringify(await certificateOf(register, id!, copyOf(run)), undefined, 2)];
  if (action === 'show') return show(await wholeDocument(register, account, id!), documentLines);
  const levels = level === undefined ? [] : [levelOf(level, config.document_levels ?? DEFAULT_SCHEME)];
  return show(await listRegister(register, { levels, owner, project }), listLines);
}

function copyOf({ options: { copy } }: Running): number {
  if (copy !== undefined) return copy;
  throw new Fault('usage', 'option --copy N is missing', { place: 'documents certificate' });
}
