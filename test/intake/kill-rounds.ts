/** Ending the intake by SIGKILL at random moments under load, and counting afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Loader, Spool } from '../../src/intake/intake.ts';
import { openEmbedded } from '../../src/stores/clickhouse.ts';
import { migrateEvents } from '../../src/stores/data.ts';

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url));
const SENDERS = 4;
const LINES = 200;
const LONGEST_MS = 1200;

export interface Counted {
  acknowledgedDeliveries: number;
  acknowledged: number;
  stored: number;
  /** Acknowledged and not stored; stored more than once. */
  lost: number;
  doubled: number;
  /** Deliveries that were sent more than once. */
  repeated: number;
}

/**
 * Half of the senders number their lines. One that gets no answer sends the same again, to whichever process comes next;
 * one delivery in ten is sent again although it was acknowledged.
 */
export async function killRounds(
  dir: string,
  { rounds, onRound }: { rounds: number; onRound?: (round: number) => void },
): Promise<Counted> {
  const acknowledged = new Set<string>();
  let [deliveries, repeated] = [0, 0];
  let port = 0;
  let isOver = false;
  const sender = async (name: string, isNumbered: boolean) => {
    for (let first = 1; !isOver; first += LINES) {
      const ids = Array.from({ length: LINES }, (_, at) => `${name}-${first + at}`);
      const body = ids.map((id) => `${JSON.stringify({ id, text: 'x'.repeat(80) })}\n`).join('');
      const place: Record<string, string> = isNumbered
        ? { 'Countersign-Stream': name, 'Countersign-Sequence': String(first) }
        : {};
      let sent = 0;
      for (let times = Math.random() < 0.1 ? 2 : 1; times > 0 && !isOver; ) {
        sent += 1;
        if (!(await post(port, `kill-${name}`, body, place))) {
          await sleep(20);
          continue;
        }
        times -= 1;
        for (const id of ids) acknowledged.add(id);
      }
      if (sent > 0) deliveries += 1;
      if (sent > 1) repeated += 1;
    }
  };
  const senders = Array.from({ length: SENDERS }, (_, at) => sender(`s${at}`, at % 2 === 0));
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, dir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [said] = (await once(child.stdout!, 'data')) as [Buffer];
      port = Number(String(said));
      await sleep(Math.random() * LONGEST_MS);
      await kill(child);
      onRound?.(round);
    }
  } finally {
    isOver = true;
    await Promise.all(senders);
  }
  return { ...(await count(dir, acknowledged)), acknowledgedDeliveries: deliveries, repeated };
}

async function post(port: number, source: string, body: string, headers: Record<string, string>): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${port}/api/intake/${source}`;
    const response = await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(5000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // no answer: it may or may not have been taken
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const path = `/proc/${child.pid}/task/${child.pid}/children`;
  const engines = existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean) : [];
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  // The engine follows its parent; the next one waits for the directory.
  for (let tries = 0; tries < 400 && engines.some((pid) => existsSync(`/proc/${pid}`)); tries += 1) await sleep(5);
}

async function count(dir: string, acknowledged: Set<string>) {
  const events = await openEmbedded(dir, { memoryBytes: 600_000_000 });
  try {
    await migrateEvents(events);
    const loader = new Loader({ events, spool: await Spool.open(dir), readerOf: () => 'unknown' });
    while ((await loader.round()) > 0);
    const rows = await events.rows<{ id: string; times: number }>(
      `SELECT JSONExtractString(raw_data, 'id') AS id, count() AS times
       FROM events WHERE startsWith(source, 'kill-') GROUP BY id LIMIT 100000000`,
    );
    const stored = new Set(rows.map(({ id }) => id));
    const lost = [...acknowledged].filter((id) => !stored.has(id)).length;
    const doubled = rows.filter(({ times }) => times !== 1).length;
    return { acknowledged: acknowledged.size, stored: rows.length, lost, doubled };
  } finally {
    await events.close();
  }
}
