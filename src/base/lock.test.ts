import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Fault } from './fault.ts';
import { acquireLock } from './lock.ts';

const made: string[] = [];
function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-lock-'));
  made.push(dir);
  return dir;
}
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A second process that takes the lock of `dir`, says so, and holds it until it is killed. */
async function holdElsewhere(dir: string): Promise<ChildProcess> {
  const program = `
    const { acquireLock } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)});
    await acquireLock(${JSON.stringify(dir)}, 'countersign serve');
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

test('a directory held by another process is refused, naming the process, and is free once it is killed', async () => {
  const dir = temporaryDirectory();
  const child = await holdElsewhere(dir);
  try {
    const refusal = await acquireLock(dir, 'countersign ingest').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Fault);
    expect(refusal).toMatchObject({ code: 'data-in-use', place: dir });
    expect((refusal as Fault).message).toContain(`process ${child.pid} (countersign serve, since `);
  } finally {
    await kill(child);
  }
  const lock = await acquireLock(dir, 'countersign ingest');
  await lock.release();
});

test('the lock excludes a second holder in the same process until it is released', async () => {
  const dir = join(temporaryDirectory(), 'not', 'there', 'yet');
  const lock = await acquireLock(dir, 'first');
  await expect(acquireLock(dir, 'second')).rejects.toMatchObject({ code: 'data-in-use' });
  // The failed try closed its handle of the lock file; that must not have dropped the first lock.
  await expect(acquireLock(dir, 'third')).rejects.toMatchObject({ code: 'data-in-use' });
  await lock.release();
  await lock.release();
  await (await acquireLock(dir, 'second')).release();
});

test('a failed try inside the holding process leaves the lock visible to other processes', async () => {
  const dir = temporaryDirectory();
  const lock = await acquireLock(dir, 'first');
  await expect(acquireLock(dir, 'second')).rejects.toMatchObject({ code: 'data-in-use' });
  const program = `
    const { acquireLock } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)});
    const result = await acquireLock(${JSON.stringify(dir)}, 'other').then(() => 'held', (fault) => fault.code);
    process.stdout.write(result);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toBe('data-in-use');
  await lock.release();
});

test('a path that cannot be a directory is a fault that names it', async () => {
  await expect(acquireLock('/dev/null/data', 'countersign serve')).rejects.toMatchObject({
    code: 'usage',
    place: '/dev/null/data',
  });
});
