/**
 * What an event costs: the same log through the embedded engine, one ClickHouse server and three. Processor seconds of all
 * processes and bytes on the disk for each million of events, and the time of a question over all of them.
 *
 *   node bench/scaling.ts [THOUSAND_LINES]
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLogs } from '../src/events/events.ts';
import { type Events, openEmbedded } from '../src/stores/clickhouse.ts';
import { migrateEvents } from '../src/stores/data.ts';
import { openServers } from '../src/stores/servers.ts';
import { type ClickHouse, clickhouseLibrary, startClickHouse } from '../test/servers/servers.ts';

const thousands = Number(process.argv[2] ?? 1000);
const root = mkdtempSync(join(tmpdir(), 'countersign-scaling-'));
const folder = join(root, 'world');
const pad = (n: number) => String(n).padStart(2, '0');

function writeLog(): void {
  mkdirSync(folder);
  const file = openSync(join(folder, 'file.csv'), 'w');
  writeSync(file, 'id,date,user,pc,filename,activity,to_removable_media,from_removable_media,content\n');
  for (let block = 0; block < thousands; block++) {
    let text = '';
    for (let n = block * 1000; n < (block + 1) * 1000; n++) {
      const day = Math.floor((n / (thousands * 1000)) * 28);
      const time = `01/${pad(1 + day)}/2026 ${pad(8 + (n % 10))}:${pad(n % 60)}:${pad((n * 7) % 60)}`;
      const path = `\\\\share\\team${n % 40}\\project${n % 900}\\paper-${(n * 7919) % 100_000}.docx`;
      text += `{${n}},${time},P${(n * 31) % 5000},PC-${(n * 31) % 5000},${path},File Open,False,False,word${n % 997} word${n % 499}\n`;
    }
    writeSync(file, text);
  }
  closeSync(file);
}

/** Processor seconds so far of this process and everything it started: clock ticks of 10 ms in /proc (proc(5)). */
function cpuSeconds(): number {
  const rows = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
        return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
      } catch {
        return []; // it has ended meanwhile
      }
    });
  const own = new Set([process.pid]);
  for (let size = 0; size !== own.size; ) {
    size = own.size;
    for (const { pid, parent } of rows) if (own.has(parent)) own.add(pid);
  }
  return rows.filter(({ pid }) => own.has(pid)).reduce((sum, { ticks }) => sum + ticks / 100, 0);
}

async function measure(name: string, events: Events): Promise<void> {
  await migrateEvents(events);
  const [cpu, began] = [cpuSeconds(), performance.now()];
  await loadLogs(events, folder);
  const seconds = (performance.now() - began) / 1000;
  const used = cpuSeconds() - cpu;
  const parts = await Promise.all(
    (events.shards?.nodes ?? [events]).map((node) =>
      node.rows<{ rows: number; bytes: number }>(
        `SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes
         FROM system.parts
         WHERE active AND database = currentDatabase() AND table = 'events'`,
      ),
    ),
  );
  const rows = parts.reduce((sum, [part]) => sum + part!.rows, 0);
  const bytes = parts.reduce((sum, [part]) => sum + part!.bytes, 0);
  const asked = performance.now();
  await events.rows('SELECT actor_user_uid, uniqExact(file_path) AS n FROM events GROUP BY 1 ORDER BY n DESC LIMIT 10');
  const question = performance.now() - asked;
  const figures = [seconds, used, bytes / 1e6].map((value) => ((value / rows) * 1e6).toFixed(1).padStart(8));
  console.log(
    `${name.padEnd(18)} ${figures[0]} s ${figures[1]} CPU-s ${figures[2]} MB   ${question.toFixed(0).padStart(5)} ms`,
  );
  await events.close();
}

async function servers(count: number): Promise<void> {
  const library = clickhouseLibrary();
  if (library === undefined) return console.log(`${count} servers: not measured, python3 is missing`);
  const running: ClickHouse = await startClickHouse(library, count);
  try {
    const spool = join(root, `spool-${count}`);
    mkdirSync(spool);
    const url = running.urls.map((address) => `${address}/bench`).join();
    await measure(
      count === 1 ? 'one server' : `${count} servers`,
      await openServers({ url, cluster: running.cluster, spool }),
    );
  } finally {
    await running.stop();
  }
}

try {
  writeLog();
  console.log(`${thousands},000 lines; for each million of events: time, processor, disk; and a question over all`);
  await measure('embedded', await openEmbedded(join(root, 'embedded')));
  await servers(1);
  await servers(3);
} finally {
  rmSync(root, { recursive: true, force: true });
}
