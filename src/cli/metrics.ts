/**
 * What an engineer's monitoring may know: whether the program works and whether logs arrive. Nothing about leads, cases,
 * reports or people, not even how many: who keeps the machines must not learn from a number that somebody is looked at.
 */
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { lastTakenIn, logTotals } from '../events/events.ts';
import { type Serving, serveApp } from '../http/serve.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Data } from '../stores/data.ts';
import { engineStates } from '../stores/state.ts';

type Type = 'gauge' | 'counter';
type Labels = Readonly<Record<string, string>>;
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: Type;
  readonly values: readonly (readonly [value: number, labels?: Labels])[];
}

const VERSION: string = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

/** Whoever asks more often gets what was found last: counting asks the stores. */
const FRESH_MS = 10_000;

/** Serves /metrics, /healthz and /readyz on loopback alone, until the signal. Errors: port-in-use. */
export async function serveMetrics(
  data: Data,
  ledger: Ledger,
  { port, signal }: { port: number; signal: AbortSignal },
): Promise<Serving> {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let latest: { at: number; text: Promise<string> } | undefined;
  const metrics = () => {
    if (latest === undefined || performance.now() - latest.at > FRESH_MS)
      latest = { at: performance.now(), text: collect(data, ledger, VERSION, delay.percentile(99) / 1e9) };
    return latest.text;
  };
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (request.method !== 'GET') return new Response('Only GET.\n', { status: 405, headers: { Allow: 'GET' } });
    if (pathname === '/healthz') return new Response('ok\n');
    if (pathname === '/readyz') {
      const ready = await isReady(data);
      return new Response(ready ? 'ready\n' : 'a store does not answer\n', { status: ready ? 200 : 503 });
    }
    if (pathname !== '/metrics') return new Response('There is nothing at this address.\n', { status: 404 });
    return new Response(await metrics(), { headers: { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' } });
  };
  const serving = await serveApp(answer, { host: '127.0.0.1', port, signal });
  serving.closed.then(() => delay.disable());
  return serving;
}

async function isReady(data: Data): Promise<boolean> {
  return await engineStates(data).then(
    () => true,
    () => false,
  );
}

async function collect(data: Data, ledger: Ledger, version: string, lag: number): Promise<string> {
  const cpu = process.cpuUsage();
  const spool = await spoolState(data.dir);
  const own: Metric[] = [
    metric('countersign_build_info', 'The version that runs.', 'gauge', [[1, { version }]]),
    metric('process_cpu_seconds_total', 'Processor time of the program.', 'counter', [[(cpu.user + cpu.system) / 1e6]]),
    metric('process_resident_memory_bytes', 'Memory of the program.', 'gauge', [[process.memoryUsage.rss()]]),
    metric('process_start_time_seconds', 'When it was started.', 'gauge', [[Date.now() / 1000 - process.uptime()]]),
    metric('nodejs_eventloop_lag_p99_seconds', 'How long work waits for its turn.', 'gauge', [[lag]]),
    metric('countersign_spool_files', 'Files that wait for the event store.', 'gauge', [[spool.files]]),
    metric('countersign_spool_bytes', 'Bytes that wait for the event store.', 'gauge', [[spool.bytes]]),
    metric('countersign_ledger_entries', 'Entries in the ledger.', 'gauge', [[ledger.log.size]]),
  ];
  return [...own, ...(await storeMetrics(data))].map(format).join('');
}

/** A store that is away is a value, not a failure of the page: that is when somebody looks. */
async function storeMetrics(data: Data): Promise<Metric[]> {
  const up = (value: number) => metric('countersign_stores_up', 'Whether both stores answer.', 'gauge', [[value]]);
  try {
    const logs = await logTotals(data.events);
    const at = Date.parse(await lastTakenIn(data.events)) / 1000;
    await engineStates(data);
    const perLog = (value: (log: (typeof logs)[number]) => number) =>
      logs.map((log) => [value(log), { log: log.log_name }] as const);
    return [
      up(1),
      metric(
        'countersign_lines_read',
        'Lines of a log that were read.',
        'gauge',
        perLog(({ rows }) => rows),
      ),
      metric(
        'countersign_events_stored',
        'Events of a log in the store.',
        'gauge',
        perLog(({ events }) => events),
      ),
      metric(
        'countersign_quarantined_lines',
        'Lines that could not be read.',
        'gauge',
        perLog(({ bad }) => bad),
      ),
      metric('countersign_last_taken_in_timestamp_seconds', 'When lines were last stored.', 'gauge', [
        ...(Number.isNaN(at) ? [] : [[at] as const]),
      ]),
    ];
  } catch {
    return [up(0)];
  }
}

async function spoolState(dir: string): Promise<{ files: number; bytes: number }> {
  const folder = join(dir, 'spool');
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return { files: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

const metric = (name: string, help: string, type: Type, values: Metric['values']): Metric => ({
  ...{ name, help, type, values },
});

/** Prometheus' text format 0.0.4. */
export function format({ name, help, type, values }: Metric): string {
  const lines = values.map(([value, labels]) => {
    const pairs = Object.entries(labels ?? {}).map(([key, text]) => `${key}="${quoted(text)}"`);
    return `${name}${pairs.length > 0 ? `{${pairs.join()}}` : ''} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
