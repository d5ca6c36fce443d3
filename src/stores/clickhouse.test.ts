import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Events, openEmbedded } from './clickhouse.ts';

let dir: string;
let events: Events;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'engine-'));
  events = await openEmbedded(dir);
});
afterAll(async () => {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Process ids of engines that hold a directory. */
function engineOf(place: string): number[] {
  const tasks = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return tasks.map(Number).filter((pid) => pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(place));
}

describe('values as parameters', () => {
  it('come back as they went in, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.array(fc.string()),
        fc.integer(),
        async (text, list, number) => {
          const given = {
            text: text.replaceAll('\0', ''),
            list: list.map((item) => item.replaceAll('\0', '')),
            number,
          };
          const [row] = await events.rows(
            'SELECT {text:String} AS text, {list:Array(String)} AS list, {number:Int64} AS number',
            given,
          );
          expect(row).toEqual(given);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('come back when a text looks like a list, and when it is a megabyte', async () => {
    for (const text of ["['a']", '[\'"`]+', 'x'.repeat(1 << 20)]) {
      const [row] = await events.rows('SELECT {text:String} AS text', { text });
      expect(row).toEqual({ text });
    }
  });
});

describe('errors', () => {
  it('of a query name the kind, and keep the query out of sight', async () => {
    const asked = events.rows('SELECT nobody_knows_this');
    await expect(asked).rejects.toMatchObject({
      code: 'query-failed',
      message: expect.stringMatching(/UNKNOWN_IDENTIFIER/),
    });
  });

  it('of a query that may take only so long', async () => {
    const asked = events.rows('SELECT count() FROM numbers(1e12) SETTINGS max_execution_time = 1');
    await expect(asked).rejects.toMatchObject({ code: 'query-too-slow' });
  });
});

it('nobody else on the machine can reach the engine', () => {
  expect(statSync(join(dir, 'engine.sock')).mode & 0o077).toBe(0);
});

it('an engine that dies fails the question under way and all later ones, instead of hanging', async () => {
  const place = mkdtempSync(join(tmpdir(), 'engine-'));
  const other = await openEmbedded(place);
  const asked = other.rows('SELECT count() FROM numbers(1e12)');
  const refused = expect(asked).rejects.toMatchObject({ code: 'engine-stopped' });
  for (const pid of engineOf(place)) process.kill(pid, 'SIGKILL');
  await refused;
  await expect(other.rows('SELECT 1')).rejects.toMatchObject({ code: 'engine-stopped' });
  await other.close();
  rmSync(place, { recursive: true });
});

it('an engine whose program is killed ends too, and the directory opens again with what was stored', async () => {
  const place = mkdtempSync(join(tmpdir(), 'engine-'));
  const module = fileURLToPath(new URL('./clickhouse.ts', import.meta.url));
  const script = `
    const { openEmbedded } = await import(${JSON.stringify(module)});
    const events = await openEmbedded(${JSON.stringify(place)});
    await events.run('CREATE TABLE kept (n Int32) ENGINE = MergeTree ORDER BY n');
    await events.run('INSERT INTO kept SELECT 42');
    console.log('stored');
    await new Promise(() => {});`;
  const program = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(program.stdout, 'data');
  program.kill('SIGKILL');
  const again = await openEmbedded(place);
  expect(await again.rows('SELECT n FROM kept')).toEqual([{ n: 42 }]);
  await again.close();
  rmSync(place, { recursive: true });
});
