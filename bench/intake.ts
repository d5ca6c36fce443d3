/**
 * How fast lines are taken in over HTTP, made durable, normalised and stored, beside what the engine alone inserts from the
 * same bytes in the same run; then how long an acknowledgement takes at half of that rate, and a question meanwhile. With
 * rsyslogd installed, also how fast it receives the same lines over TCP and writes them to a file.
 *
 *   node bench/intake.ts [LINES] [LINES_PER_POST]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../src/base/log.ts';
import { serve } from '../src/http/serve.ts';
import { intakeRoutes, Loader, Spool } from '../src/intake/intake.ts';
import { type Events, openEmbedded } from '../src/stores/clickhouse.ts';
import { migrateEvents } from '../src/stores/data.ts';

const [lines = 1_000_000, perPost = 1000] = process.argv.slice(2).map(Number);
const SENDERS = 8;
const dir = mkdtempSync(join(tmpdir(), 'countersign-intake-'));

/** NDJSON of an okta-like audit log: made beforehand, so that making it costs the measured time nothing. */
function bodies(from: number, count: number): string[] {
  const list: string[] = [];
  for (let at = from; at < from + count; at += perPost)
    list.push(Array.from({ length: Math.min(perPost, from + count - at) }, (_, index) => line(at + index)).join(''));
  return list;
}

function line(number: number): string {
  const time = new Date(Date.UTC(2026, 2, 4) + number * 10).toISOString();
  return `${JSON.stringify({
    class_uid: 3002,
    activity_name: 'Logon',
    time,
    metadata: { uid: `id-${number}`, version: '1.7.0', product: { name: 'Directory' } },
    actor: { user: { uid: `U${number % 5000}` } },
    device: { hostname: `LT-${number % 7000}` },
    src_endpoint: { ip: `10.0.${number % 256}.${number % 250}` },
    status: 'Success',
  })}\n`;
}

const seconds = (began: number) => (performance.now() - began) / 1000;
const percentile = (times: number[], part: number) => times.sort((a, b) => a - b)[Math.floor(times.length * part)] ?? 0;

async function alone(events: Events, all: string[]): Promise<number> {
  const path = join(dir, 'alone.ndjson');
  writeFileSync(path, all.join(''));
  await events.run(`CREATE TABLE alone (time String, class_uid UInt16, activity_name String, status String,
    actor Tuple(user Tuple(uid String)), device Tuple(hostname String), src_endpoint Tuple(ip String),
    metadata Tuple(uid String, version String, product Tuple(name String)))
    ENGINE = MergeTree ORDER BY tuple() SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`);
  const began = performance.now();
  await events.run(`INSERT INTO alone SELECT * FROM file({path:String}, 'JSONEachRow')`, { path });
  const took = seconds(began);
  rmSync(path);
  return took;
}

async function rsyslog(all: string[]): Promise<number | undefined> {
  if (!existsSync('/usr/sbin/rsyslogd')) return undefined;
  const [config, out] = [join(dir, 'rsyslog.conf'), join(dir, 'rsyslog.out')];
  writeFileSync(
    config,
    `global(workDirectory="${dir}")\nmodule(load="imtcp")\ninput(type="imtcp" port="0" listenPortFileName="${dir}/port")\n` +
      `template(name="raw" type="string" string="%msg%\\n")\naction(type="omfile" file="${out}" template="raw")\n`,
  );
  const child = spawn('/usr/sbin/rsyslogd', ['-n', '-f', config, '-i', join(dir, 'pid')], { stdio: 'ignore' });
  try {
    while (!existsSync(join(dir, 'port'))) await sleep(50);
    await sleep(200);
    const socket = connect(Number(readFileSync(join(dir, 'port'), 'utf8')), '127.0.0.1');
    const sent = all.map((body) => body.replaceAll(/^/gm, '<13>Mar  4 00:00:00 h a: ').replace(/<13>[^\n]*$/, ''));
    const bytes = all.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
    const began = performance.now();
    for (const body of sent) if (!socket.write(body)) await once(socket, 'drain');
    socket.end();
    for (let last = -1, at = 0; at < 600; at += 1) {
      const size = existsSync(out) ? statSync(out).size : 0;
      if (size >= bytes || (size === last && size > 0)) return seconds(began);
      last = size;
      await sleep(100);
    }
    return undefined;
  } finally {
    child.kill();
  }
}

const events = await openEmbedded(dir);
try {
  await migrateEvents(events);
  const spool = await Spool.open(dir);
  const loader = new Loader({ events, spool, readerOf: () => process.env.READER ?? 'ocsf' });
  const server = await serve({
    routes: intakeRoutes(spool),
    identify: async () => null,
    identifyShipper: async () => ({ tokenId: 'T', source: 'bench' }),
    ...{ host: '127.0.0.1', port: 0, log: silentLog },
  });
  let isLoading = true;
  const loading = (async () => {
    while (isLoading || spool.sources().length > 0) if ((await loader.round()) === 0) await sleep(5);
  })();
  const times: number[] = [];
  const post = async (body: string) => {
    const began = performance.now();
    const response = await fetch(`${server.url}/api/intake/bench`, { method: 'POST', body });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`answered ${response.status}`);
    times.push(performance.now() - began);
  };
  const all = bodies(0, lines);
  const engine = await alone(events, all);
  const peer = await rsyslog(all);
  const began = performance.now();
  const queue = [...all];
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      for (let body = queue.shift(); body; body = queue.shift()) await post(body);
    }),
  );
  const acknowledged = seconds(began);
  while (spool.sources().length > 0) await sleep(5);
  const stored = seconds(began);
  const rate = lines / stored;
  times.length = 0;
  const asked: number[] = [];
  let isAsking = true;
  const asking = (async () => {
    while (isAsking) {
      const start = performance.now();
      await events.rows('SELECT log_name, count() AS n FROM events GROUP BY log_name LIMIT 100');
      asked.push(performance.now() - start);
      await sleep(200);
    }
  })();
  const more = bodies(lines, Math.min(lines, Math.ceil(rate * 5)));
  const start = performance.now();
  const posts: Promise<void>[] = [];
  for (const [at, body] of more.entries()) {
    const due = (at * perPost) / (rate / 2) - seconds(start);
    if (due > 0) await sleep(due * 1000);
    posts.push(post(body));
  }
  await Promise.all(posts);
  isAsking = false;
  await asking;
  isLoading = false;
  await loading;
  const [{ n }] = (await events.rows<{ n: number }>(
    `SELECT count() AS n FROM events WHERE source = 'bench' AND class_uid != 0`,
  )) as [{ n: number }];
  const show = (name: string, value: string) => console.log(`${name.padEnd(52)} ${value}`);
  const k = (took: number) => `${(lines / took / 1000).toFixed(0)} thousand lines/s`;
  show(`engine alone, ${lines} lines`, k(engine));
  show('acknowledged', k(acknowledged));
  show('durable, normalised and stored', `${k(stored)}   ratio ${(engine / stored).toFixed(2)}`);
  if (peer !== undefined) show('rsyslogd to a file', `${k(peer)}   ratio ${(peer / stored).toFixed(2)}`);
  show(
    'acknowledgement at half of that rate, p50 and p99',
    `${percentile(times, 0.5).toFixed(0)} ms, ${percentile(times, 0.99).toFixed(0)} ms`,
  );
  show(
    'a question meanwhile, p50 and p99',
    `${percentile(asked, 0.5).toFixed(0)} ms, ${percentile(asked, 0.99).toFixed(0)} ms`,
  );
  show('stored as events', `${n} of ${lines + more.reduce((sum, body) => sum + body.split('\n').length - 1, 0)}`);
  await server.close();
} finally {
  await events.close();
  rmSync(dir, { recursive: true, force: true });
}
