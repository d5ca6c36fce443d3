/**
 * Retention: what became no case, and cases whose term is over, go on a schedule, and a certificate says so: what kind it
 * was, how many rows and files, their hashes, by which rule, when. Its digest is in the ledger.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomId } from '../base/id.ts';
import { type Log, silentLog } from '../base/log.ts';
import { forgetScope } from '../identities/identities.ts';
import { leadTables } from '../leads/leads.ts';
import { canonical, change, type Json, type LedgeredTable, selectSalted } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { expires } from './case.ts';
import { sha256 } from './digest.ts';
import { filesOf, removeKept } from './files.ts';
import { readCase } from './order.ts';
import * as store from './store.ts';
import { type Cases, today } from './work.ts';

const DAY = 86_400_000;

/** What is due to be destroyed. */
export interface Expired {
  readonly kind: 'case' | 'triage';
  /** The case, or the lead whose triage it is. */
  readonly id: string;
  readonly rule: string;
  readonly rows: number;
  readonly files: number;
}

export interface Destroyed extends Expired {
  readonly certificate: string;
  readonly digest: string;
}

type Due = Expired & { readonly triage: readonly string[] };

async function due(cases: Cases): Promise<Due[]> {
  const { casework, keep, dir } = cases;
  const day = today(cases);
  const aged = await store.agedTriage(casework, new Date(cases.clock().getTime() - keep.triage * DAY));
  const rule = `decisions about leads that became no case: ${keep.triage} days after the last`;
  const found: Due[] = aged.map(({ lead, ids }) => ({
    ...{ kind: 'triage', id: lead, rule, rows: ids.length, files: 0, triage: ids },
  }));
  const rows = await store.allCases(casework);
  const steps = await store.selectStepsOf(
    casework,
    rows.map(({ id }) => id),
  );
  const held = await store.casesWithHeldCopies(casework);
  for (const { id } of rows) {
    if (held.has(id)) continue;
    const one = readCase(steps.get(id)!);
    const from = expires(one, keep, day);
    if (from === undefined || from > day) continue;
    const tables = await store.rowsOfCase(casework, id);
    found.push({
      ...{ kind: 'case', id, triage: [], files: keptFiles(dir, id).length },
      rule: `closed cases, ${one.outcome}: from ${from}, when nothing holds them`,
      rows: tables.reduce((sum, { keys }) => sum + keys.length, 0),
    });
  }
  return found;
}

const keptFiles = (dir: string, caseId: string): string[] =>
  existsSync(filesOf(dir, caseId)) ? readdirSync(filesOf(dir, caseId)).sort() : [];

/** What would be destroyed now. */
export async function expired(cases: Cases): Promise<Expired[]> {
  return (await due(cases)).map(({ triage: _, ...one }) => one);
}

/** Destroys what is due, each with its certificate. */
export async function runRetention(cases: Cases, signal?: AbortSignal): Promise<Destroyed[]> {
  const destroyed: Destroyed[] = [];
  for (const one of await due(cases)) {
    if (signal?.aborted) break;
    destroyed.push(await destroy(cases, one));
  }
  await sweep(cases);
  return destroyed;
}

async function destroy(cases: Cases, one: Due): Promise<Destroyed> {
  const { kind, id, rule, triage } = one;
  const certificateId = randomId(12);
  const at = cases.clock();
  const files = kind === 'case' ? keptFiles(cases.dir, id) : [];
  const tables = kind === 'case' ? await store.rowsOfCase(cases.casework, id) : [{ table: TRIAGE, keys: [...triage] }];
  const rows = await hashesOf(cases.casework, tables);
  const certificate = { id: certificateId, kind, of: id, rule, at: at.toISOString(), rows, files };
  const text = canonical(certificate as Json);
  const digest = sha256(text);
  const covers = kind === 'case' ? [`case:${id}`] : triage.map((row) => `lead_triage:${row}`);
  const act = { actor: 'system:retention', act: 'retention.destroy', on: [`${kind}:${id}`], digest };
  await change(cases.ledger, cases.casework, act, async (tx, touch) => {
    const row = { id: certificateId, kind, covers, certificate: text, digest, made_at: at };
    await store.destroyRows(tx, row, kind === 'case' ? { caseId: id } : { triage });
    if (kind === 'case') await forgetScope(tx, id);
    touch('destructions', certificateId);
    for (const { table, keys } of tables) for (const key of keys) touch(table.table, key);
  });
  if (kind === 'case') removeKept(cases.dir, id);
  return { kind, id, rule, rows: rows.length, files: files.length, certificate: certificateId, digest };
}

const TRIAGE = leadTables.find(({ table }) => table === 'lead_triage')!;

/** The hash of each row as it stands in the ledger. With the row goes its salt: what it held cannot be tried out. */
async function hashesOf(db: CaseworkDb, tables: readonly { table: LedgeredTable; keys: readonly string[] }[]) {
  const rows: { table: string; key: string; hash: string | null }[] = [];
  for (const { table, keys } of tables) {
    const hashes = new Map((await selectSalted(db, table, keys)).map(({ key, hash }) => [key, hash]));
    rows.push(...keys.map((key) => ({ table: table.table, key, hash: hashes.get(key) ?? null })));
  }
  return rows;
}

/** Files of cases that are no more: the program was ended between the rows and them. */
async function sweep(cases: Cases): Promise<void> {
  const folder = join(cases.dir, 'cases');
  if (!existsSync(folder)) return;
  const known = new Set((await store.allCases(cases.casework)).map(({ id }) => id));
  for (const name of readdirSync(folder)) if (!known.has(name)) removeKept(cases.dir, name);
}

/** Runs retention now and every day, until the signal. What goes wrong is in the log, and tried again the next day. */
export async function keepRetention(cases: Cases, signal: AbortSignal, log: Log = silentLog): Promise<void> {
  while (!signal.aborted) {
    try {
      const destroyed = await runRetention(cases, signal);
      if (destroyed.length > 0) log.info({ room: 'cases', rows: destroyed.length }, 'retention');
    } catch (error) {
      log.error({ room: 'cases', error }, 'retention failed');
    }
    await sleep(DAY, undefined, { signal }).catch(() => undefined);
  }
}
