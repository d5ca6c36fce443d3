import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../base/config.ts';
import { asFault, FAULTS, Fault } from '../base/fault.ts';
import { acquireLock } from '../base/lock.ts';
import {
  NO_POLICY,
  NoteError,
  type Policy,
  type Problem,
  Reconciliation,
  type Report,
  readPolicy,
  verifyLedger,
  verifyProof,
} from '../ledger/ledger.ts';
import { openCasework } from '../stores/postgres.ts';
import { Anchors } from './anchors.ts';
import { command, type Run } from './command.ts';
import { flag, operand, several, text } from './option.ts';
import { formatCount, type StartProgress } from './progress.ts';
import { TABLES } from './record.ts';
import { bundleAt, verifyCase } from './verify-case.ts';

const MOST_SHOWN = 200;

const operands = {
  dir: operand('DIR', 'A data directory, the ledger folder of one, a .tlog-proof file, or an exported case.'),
};
const options = {
  policy: text('FILE', 'Whose signatures to trust, and what the ledger is known to have been.'),
  checkpoint: several(text('FILE', 'Signed checkpoints that were kept elsewhere, such as by a witness.')),
  json: flag('Print the result as JSON.'),
};

export const verify = command({
  name: 'verify',
  summary: 'check the ledger, and the rows it speaks of',
  description: [
    'Checks the ledger from its files alone, without a server: every entry, every hash and',
    'every signature. What was changed, removed, moved or rolled back is named with entry and',
    'file. In a data directory the rows of casework are compared with the ledger too; a row',
    'that was changed behind the program’s back is named. Without a policy the key is taken',
    'from the directory itself, which shows accidents and not an able administrator.',
    'Nothing is changed: casework is opened as a copy. Of an exported case each step, its proof and',
    'each piece of evidence is checked, and that nothing was left out.',
  ].join('\n'),
  operands,
  options,
  example: 'countersign verify data --policy ledger.policy',
  exits: [3, FAULTS['ledger-refuted'].exit],
  async run(run) {
    const { dir } = run.operands;
    if (!existsSync(dir)) throw new Fault('not-found', `There is no ${dir}.`, { place: dir });
    const policy = run.options.policy === undefined ? NO_POLICY : readPolicy(run.options.policy);
    const isFile = statSync(dir).isFile();
    const bundle = bundleAt(dir, isFile);
    if (bundle !== undefined) return verifyCase(bundle, policy, run.options.json, run.out);
    if (isFile) return verifyFile(dir, policy, run.out);
    return await verifyDirectory(dir, policy, run);
  },
});

function verifyFile(file: string, policy: Policy, out: (text: string) => void): number {
  if (policy.logs.length === 0) {
    throw new Fault('usage', 'A proof needs a policy that names the log’s key.', { place: '--policy' });
  }
  try {
    const { index, entry, checkpoint, witnesses } = verifyProof(readFileSync(file, 'utf8'), policy);
    const seen = witnesses.length > 0 ? `cosigned by ${witnesses.join(', ')}` : 'cosigned by nobody';
    out(`entry ${index} is in ${checkpoint.origin}, among ${formatCount(checkpoint.size)} entries, ${seen}:`);
    out(entry.toString('utf8'));
    return 0;
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new Fault('ledger-refuted', `The proof does not hold: ${error.message}.`, { place: file });
  }
}

interface Outcome {
  readonly report: Report;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

async function verifyDirectory(
  dir: string,
  policy: Policy,
  { options: { checkpoint: files, json }, out, progress, signal }: Run<typeof options, typeof operands>,
): Promise<number> {
  const isData = existsSync(join(dir, 'ledger'));
  const folder = isData ? join(dir, 'ledger') : dir;
  if (!isData && !existsSync(join(dir, 'checkpoint')) && !existsSync(join(dir, 'tile'))) {
    throw new Fault('not-found', `${dir} holds no ledger.`, { place: dir });
  }
  const kept = files.map((name) => ({ name, note: readKept(name) }));
  const lock = isData ? await tryLock(dir) : undefined;
  try {
    const reconciliation = new Reconciliation(TABLES);
    const anchors = new Anchors();
    const report = await verifyLedger(folder, isData ? dir : undefined, {
      policy,
      kept,
      signal,
      isLive: lock === 'in use',
      onEntry: (index, entry) => {
        reconciliation.take(index, entry);
        anchors.take(index, entry);
      },
      onProgress: progressLine(progress),
    });
    const rows = isData ? await reconcile(dir, reconciliation, lock === 'in use') : { problems: [], notes: [] };
    const outcome: Outcome = {
      report,
      problems: [...report.problems, ...rows.problems, ...(isData ? anchors.compare(dir) : [])],
      notes: [...report.notes, ...rows.notes],
    };
    return json ? printJson(outcome, out) : print(outcome, out);
  } finally {
    if (typeof lock === 'object') await lock.release();
  }
}

function readKept(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Fault('not-found', `The checkpoint ${file} cannot be read.`, { place: file, cause });
  }
}

/** A directory that cannot be written, such as a copy on a read-only medium, has nobody who writes to it. */
async function tryLock(dir: string): Promise<{ release(): Promise<void> } | 'in use' | undefined> {
  try {
    return await acquireLock(dir, 'countersign verify');
  } catch (error) {
    return asFault(error).code === 'data-in-use' ? 'in use' : undefined;
  }
}

function progressLine(start: StartProgress): (done: number, total: number) => void {
  let line: ReturnType<StartProgress> | undefined;
  return (done, total) => {
    line ??= start({ label: 'Verifying', total, unit: 'entries' });
    line.update(done);
    if (done === total) line.done();
  };
}

/** Opens casework as a copy: evidence is not to be touched, and opening brings tables up to date. */
async function reconcile(
  dir: string,
  reconciliation: Reconciliation,
  isInUse: boolean,
): Promise<Omit<Outcome, 'report'>> {
  const open = reconciliation.openIntents;
  const notes = open > 0 ? [`${open} acts were announced whose end is not recorded`] : [];
  const casework = join(dir, 'casework');
  const { postgres_url: url } = readConfig({ data: dir, environment: process.env });
  if (url === undefined && !existsSync(casework))
    return { problems: [], notes: [...notes, 'there is no casework to compare with'] };
  if (isInUse) {
    const why = 'rows were not compared: another process uses the data directory; stop it, or verify a copy';
    return { problems: [], notes: [...notes, why] };
  }
  const copy = mkdtempSync(join(tmpdir(), 'countersign-verify-'));
  try {
    if (url === undefined) cpSync(casework, join(copy, 'casework'), { recursive: true });
    const store = await openCasework(url === undefined ? { dir: copy } : { url });
    try {
      const problems = await reconciliation.compare(store.db);
      const tables = TABLES.map(({ table }) => table).join(', ');
      return { problems, notes: [...notes, `rows were compared of: ${tables}`] };
    } finally {
      await store.close();
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function print({ report, problems, notes }: Outcome, out: (text: string) => void): number {
  for (const problem of problems.slice(0, MOST_SHOWN)) out(line(problem));
  if (problems.length > MOST_SHOWN) out(`and ${formatCount(problems.length - MOST_SHOWN)} more`);
  for (const note of notes) out(`note: ${note}`);
  const what = `${report.origin || 'the ledger'}: ${formatCount(report.size)} entries`;
  if (problems.length > 0) throw refuted(problems);
  out(`${what}, all as they were written`);
  return 0;
}

function line({ place, index, message }: Problem): string {
  return index === undefined ? `${place}: ${message}` : `entry ${index} (${place}): ${message}`;
}

function printJson({ report: { origin, size }, problems, notes }: Outcome, out: (text: string) => void): number {
  out(JSON.stringify({ origin, size, problems, notes }, undefined, 2));
  if (problems.length > 0) throw refuted(problems);
  return 0;
}

function refuted({ length }: readonly Problem[]): Fault {
  return new Fault(
    'ledger-refuted',
    `The ledger does not verify: ${length === 1 ? '1 finding' : `${length} findings`}`,
  );
}
