/** A load that is ended by SIGKILL, again and again, and then goes on to the end: nothing lost, nothing twice. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { checksum, loadLogs } from './events.ts';

const SEGMENT_BYTES = 30_000;
const ROUNDS = 8;
const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
const folder = join(dir, 'org');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const PROGRAM = `
  import { openEmbedded } from '${new URL('../stores/clickhouse.ts', import.meta.url)}';
  import { migrateEvents } from '${new URL('../stores/data.ts', import.meta.url)}';
  import { loadLogs } from '${new URL('./events.ts', import.meta.url)}';
  const [data, folder, segmentBytes] = process.argv.slice(1);
  const events = await openEmbedded(data, { memoryBytes: 500_000_000 });
  await migrateEvents(events);
  process.stdout.write('begin\\n');
  await loadLogs(events, folder, { segmentBytes: Number(segmentBytes) });
  await events.close();
  process.stdout.write('end\\n');
`;

async function load(data: string) {
  const events = await openEmbedded(data, { memoryBytes: 500_000_000 });
  try {
    await migrateEvents(events);
    const { logs } = await loadLogs(events, folder, { segmentBytes: SEGMENT_BYTES });
    return { logs, ...(await checksum(events)) };
  } finally {
    await events.close();
  }
}

/** Starts a load and kills it `delay` ms after it has begun; says whether it had come to its end before. */
function loadAndKill(data: string, delay: number): Promise<{ ended: boolean; engines: string[] }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, data, folder, String(SEGMENT_BYTES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let engines: string[] = [];
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      if (String(chunk).startsWith('begin'))
        setTimeout(() => {
          engines = childrenOf(child.pid!);
          child.kill('SIGKILL');
        }, delay);
    });
    child.once('exit', () => resolve({ ended: said.includes('end\n'), engines }));
  });
}

function childrenOf(pid: number): string[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean) : [];
}

const gone = (pid: string) =>
  !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

test('a load that is killed at any moment and repeated gives what an undisturbed one gives', async () => {
  await simulate({ people: 12, days: 10, seed: 3, out: folder, dirty: true });
  const undisturbed = await load(join(dir, 'undisturbed'));
  const data = join(dir, 'killed');
  let kills = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { ended, engines } = await loadAndKill(data, 30 + Math.random() * 500);
    if (ended) break;
    kills++;
    // The engine must not live on with the directory in its hands.
    await expect.poll(() => engines.every(gone), { timeout: 10_000 }).toBe(true);
  }
  expect(kills).toBeGreaterThan(0);
  const repeated = await load(data);
  expect(repeated).toEqual(undisturbed);
  expect(repeated.events).toBeGreaterThan(1000);
}, 120_000);
