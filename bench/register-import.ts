/**
 * How fast a table of made-up documents gets into the register, how much memory that takes, and how the register answers
 * then. The peer in the same run is the database alone: the same rows in one insert, without steps, ledger or hashes.
 *
 *   node bench/register-import.ts [--documents 100000] [--copies 1]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { systemClock } from '../src/base/clock.ts';
import { TABLES } from '../src/cli/record.ts';
import {
  adoptRegister,
  checkRegister,
  importRegister,
  listRegister,
  type Register,
  registerDocument,
  takeDocumentStep,
} from '../src/documents/documents.ts';
import { openLedger } from '../src/ledger/ledger.ts';
import { openData } from '../src/stores/data.ts';

const { values } = parseArgs({
  options: { documents: { type: 'string', default: '100000' }, copies: { type: 'string', default: '1' } },
});
const count = Number(values.documents);
const root = mkdtempSync(join(tmpdir(), 'countersign-register-'));
const table = join(root, 'documents.csv');
const levels = ['public', 'internal', 'confidential', 'secret', 'top_secret'];

function writeTable(changed: (at: number) => boolean): void {
  const rows = ['path,title,level,owner_team,project,registered_at,copies,custodians'];
  for (let at = 0; at < count; at++) {
    const holder = at % 3 === 0 ? `1=USR${String(at % 4000).padStart(4, '0')}` : '';
    const owner = changed(at) ? 'Team 99' : `Team ${at % 40}`;
    const path = `\\\\fs${at % 7}\\share\\project ${at % 300}\\paper ${at}.docx`;
    rows.push(
      `${path},Paper ${at},${levels[at % 5]},${owner},P${at % 300},2026-01-${String(1 + (at % 28)).padStart(2, '0')},${values.copies},${holder}`,
    );
  }
  writeFileSync(table, `${rows.join('\n')}\n`);
}

/** Of this process and the engine's, in MB: the most it ever was. */
const peakMb = (): number => {
  const one = (pid: string): number => {
    try {
      const own = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
      return children.reduce((sum, child) => sum + one(child), own);
    } catch {
      return 0; // it has ended
    }
  };
  return Math.round(one(String(process.pid)));
};

async function timed<T>(what: string, work: () => Promise<T>, rows = count): Promise<T> {
  const began = performance.now();
  const found = await work();
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${what.padEnd(46)} ${seconds.toFixed(2).padStart(8)} s ${Math.round(rows / seconds)
      .toLocaleString('en')
      .padStart(10)} /s ${String(peakMb()).padStart(6)} MB`,
  );
  return found;
}

const data = await openData(join(root, 'data'), { create: true });
const ledger = await openLedger({ dir: data.dir, db: data.casework, tables: TABLES });
const register: Register = { ...data, ledger, clock: systemClock };
try {
  console.log(
    `${count.toLocaleString('en')} documents, ${values.copies} copies each; most memory so far, engine included`,
  );
  writeTable(() => false);
  await timed('first import', () => importRegister(register, { table }));
  await timed('the same table again', () => importRegister(register, { table }));
  writeTable((at) => at % 100 === 0);
  await timed('a table in which one in a hundred changed', () => importRegister(register, { table }));
  await timed('nothing has come', () => adoptRegister(register));
  await timed('a list by level and owner', () => listRegister(register, { levels: [4, 5], owner: 'Team 3' }), 1);
  const id = await timed(
    'one document by hand',
    () => registerDocument(register, { id: 'BENCH' }, { path: 'one', level: 2 }),
    1,
  );
  await timed(
    'one step',
    () => takeDocumentStep(register, { id: 'BENCH', person: 'B' }, id, { kind: 'raised', level: 3, reason: 'r' }),
    1,
  );
  const differs = await timed('every list compared with its steps', () => checkRegister(register));
  if (differs.length > 0) throw new Error(`${differs.length} differ`);
  await timed('peer: the same rows, inserted by the database alone', async () => {
    await sql`CREATE TABLE peer AS SELECT * FROM register_documents WHERE false`.execute(data.casework);
    const rows = await data.casework.selectFrom('register_documents').selectAll().execute();
    for (let at = 0; at < rows.length; at += 5000)
      await sql`INSERT INTO peer SELECT * FROM jsonb_populate_recordset(null::peer, ${JSON.stringify(rows.slice(at, at + 5000))}::jsonb)`.execute(
        data.casework,
      );
  });
} finally {
  await ledger.close();
  await data.close();
  rmSync(root, { recursive: true, force: true });
}
