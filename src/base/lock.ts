import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Fault } from './fault.ts';

export interface DirectoryLock {
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  purpose: string;
  since: string;
}

/**
 * Takes the data directory `dir` (made if missing) for this process alone, because the embedded stores lose rows
 * without a word when two processes write to one directory.
 *
 * The lock is the operating system's lock on `lock.db`, held through an open SQLite transaction: the kernel releases
 * it when the process dies, also by SIGKILL, so there is never a stale lock to clean up. `lock.json` beside it only
 * names the holder for the error message. `purpose` is the command, such as `countersign serve`.
 *
 * Throws the fault `data-in-use`, naming who holds it. Nothing else in the process may open `lock.db`: POSIX drops a
 * process's locks on a file as soon as the process closes any handle of that file.
 */
export async function acquireLock(dir: string, purpose: string): Promise<DirectoryLock> {
  const database = openLockFile(dir);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) throw inUse(dir);
    throw cannotLock(dir, error);
  }
  const note = join(dir, 'lock.json');
  const holder: Holder = { pid: process.pid, purpose, since: new Date().toISOString() };
  try {
    writeFileSync(`${note}.tmp`, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
    renameSync(`${note}.tmp`, note);
  } catch (error) {
    database.close();
    throw cannotLock(dir, error);
  }
  let held = true;
  return {
    async release() {
      if (!held) return;
      held = false;
      rmSync(note, { force: true });
      database.close();
    },
  };
}

function openLockFile(dir: string): DatabaseSync {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return new DatabaseSync(join(dir, 'lock.db'), { timeout: 0 });
  } catch (error) {
    throw cannotLock(dir, error);
  }
}

function cannotLock(dir: string, cause: unknown): Fault {
  return new Fault('usage', `The data directory ${dir} cannot be written.`, { place: dir, cause });
}

function isBusy(error: unknown): boolean {
  const SQLITE_BUSY = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function inUse(dir: string): Fault {
  const holder = readHolder(dir);
  const who = holder === null ? 'another process' : `process ${holder.pid} (${holder.purpose}, since ${holder.since})`;
  return new Fault('data-in-use', `The data directory ${dir} is in use by ${who}.`, { place: dir });
}

/** The note may be missing or half a step old: it is read while its writer works. */
function readHolder(dir: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dir, 'lock.json'), 'utf8'));
    const { pid, purpose, since } = value as Partial<Holder>;
    if (typeof pid !== 'number' || typeof purpose !== 'string' || typeof since !== 'string') return null;
    return { pid, purpose, since };
  } catch {
    return null;
  }
}
