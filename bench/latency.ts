/**
 * How long it takes from a row's arrival in a followed folder to a changed lead in the console. A simulated organisation
 * is served with --follow; then, round after round, a person copies many foreign secret documents to a medium, and the
 * clock runs until GET /api/leads tells it. Meanwhile /healthz and that person's page are asked again and again.
 *
 *   node bench/latency.ts [ROUNDS] [PEOPLE] [DAYS]
 */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadDocuments } from '../src/documents/documents.ts';
import { loadLogs } from '../src/events/events.ts';
import { aliases, QUEUE } from '../src/identities/identities.ts';
import { replay } from '../src/leads/leads.ts';
import { loadPeople } from '../src/people/people.ts';
import { openData } from '../src/stores/data.ts';
import { simulate } from '../src/worlds/worlds.ts';

const [rounds = 10, people = 300, days = 120] = process.argv.slice(2).map(Number);
const PROGRAM = fileURLToPath(new URL('../bin/countersign.js', import.meta.url));
const DOCUMENTS_A_BURST = 60;
const GIVE_UP_MS = 120_000;

const root = mkdtempSync(join(tmpdir(), 'countersign-latency-'));
const [world, dir] = [join(root, 'world'), join(root, 'data')];
/** The fields of a table's rows; the tables used here quote none before those that are asked for. */
const table = (file: string) =>
  readFileSync(join(world, file), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)!.map((field) => field.replace(/,$/, '')));

interface Person {
  user: string;
  team: string;
  alias: string;
}

/** Makes the organisation, lives through it, and draws everybody's pseudonym, so that the bench knows whose lead is whose. */
async function prepare(): Promise<{ staff: Person[]; rows: number; lastDay: string }> {
  await simulate({ people, days, seed: 7, out: world });
  const month = readdirSync(join(world, 'LDAP')).sort().at(-1)!;
  const listed = table(join('LDAP', month)).filter(([, , , role]) => role !== 'ServiceAccount');
  const data = await openData(dir, { create: true });
  try {
    await loadPeople(data.events, world);
    await loadDocuments(data.events, world);
    const { logs } = await loadLogs(data.events, world);
    await replay(data);
    const users = listed.map(([, user]) => user!);
    const alias = await aliases(data, QUEUE, users);
    return {
      staff: listed.map((row) => ({ user: row[1]!, team: row[8]!, alias: alias.get(row[1]!)! })),
      rows: logs.reduce((sum, log) => sum + log.rows, 0),
      lastDay: logs
        .map((log) => log.last_day)
        .filter((day) => day < '2030')
        .sort()
        .at(-1)!,
    };
  } finally {
    await data.close();
  }
}

/** The rows of one burst: a medium is connected, and foreign secret documents are opened and copied to it. */
function burst(person: Person, round: number, lastDay: string): { device: string; file: string } {
  const [year, month, day] = lastDay.split('-');
  const at = (second: number) =>
    `${month}/${day}/${year} 21:${String((round * 5 + Math.floor(second / 60)) % 60).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}`;
  const foreign = table('documents.csv').filter(
    ([, , level, owner]) => level?.includes('secret') && owner !== person.team,
  );
  const chosen = Array.from(
    { length: DOCUMENTS_A_BURST },
    (_, i) => foreign[(round * DOCUMENTS_A_BURST + i) % foreign.length]!,
  );
  const file = (kind: string, i: number, path: string, activity: string, medium: string) =>
    `{${kind}${round}-${i}},${at(i + 1)},${person.user},PC-9999,${path},${activity},${medium},False,`;
  const rows = chosen.flatMap(([path], i) => [
    file('O', i, path!, 'File Open', 'False'),
    file('B', i, `R:\\X${round}\\${path!.split('\\').at(-1)}`, 'File Write', 'True'),
  ]);
  return {
    device: `{D${round}},${at(0)},${person.user},PC-9999,R:\\;R:\\X${round},Connect\n`,
    file: `${rows.join('\n')}\n`,
  };
}

function serve() {
  const args = [PROGRAM, 'serve', '--data', dir, '--port', '0', '--follow', world];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const until = async (pattern: RegExp) => {
    const began = performance.now();
    for (;;) {
      const found = pattern.exec(said);
      if (found) return found;
      if (child.exitCode !== null || performance.now() - began > GIVE_UP_MS) throw new Error(said.slice(-2000));
      await sleep(50);
    }
  };
  return { child, ended, until, said: () => said };
}

async function signIn(url: string, password: string): Promise<(path: string) => Promise<Response>> {
  const answer = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify({ name: 'analyst', password }),
  });
  if (!answer.ok) throw new Error(`sign-in: ${answer.status}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  return (path) => fetch(url + path, { headers: { cookie } });
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(2);
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Asks for `path` again and again until told to end; how long each answer took, and how many were refused. */
function ask(get: (path: string) => Promise<Response>, path: string, pauseMs: number) {
  const [times, state] = [[] as number[], { refused: 0, on: true }];
  const done = (async () => {
    while (state.on) {
      const began = performance.now();
      const answer = await get(path).catch(() => undefined);
      if (!answer) return; // the server has ended
      await answer.arrayBuffer();
      times.push(performance.now() - began);
      if (answer.status >= 500) state.refused++;
      await sleep(pauseMs);
    }
  })();
  return async () => {
    state.on = false;
    await done;
    return { times, refused: state.refused };
  };
}

async function run(): Promise<void> {
  const { staff, rows, lastDay } = await prepare();
  console.error(`${people} people, ${days} days, ${rows} rows up to ${lastDay}`);
  const server = serve();
  try {
    const url = (await server.until(/Countersign: (\S+)/))[1]!;
    const get = await signIn(url, (await server.until(/as analyst with the password (\S+)/))[1]!);
    const leads = async () =>
      ((await (await get('/api/leads?limit=1000')).json()) as { leads: { id: string }[] }).leads;
    const latencies: number[] = [];
    const [health, page] = [[] as number[], [] as number[]];
    let refused = 0;
    // The first look reads the tables and logs from their beginning and finds nothing new.
    await sleep(10_000);
    for (let round = 0; round < rounds; round++) {
      const person = staff[(round * 29 + 11) % staff.length]!;
      const leadOf = async () => JSON.stringify((await leads()).find(({ id }) => id === person.alias) ?? null);
      const before = await leadOf();
      const { device, file } = burst(person, round, lastDay);
      const asked = [ask(get, '/healthz', 100), ask(get, `/api/people/${person.alias}`, 1000)];
      const began = performance.now();
      appendFileSync(join(world, 'device.csv'), device);
      appendFileSync(join(world, 'file.csv'), file);
      while ((await leadOf()) === before) {
        if (performance.now() - began > GIVE_UP_MS) throw new Error(`round ${round + 1}: no change`);
        await sleep(50);
      }
      latencies.push(performance.now() - began);
      const [healthy, pages] = await Promise.all(asked.map((end) => end()));
      health.push(...healthy!.times);
      page.push(...pages!.times);
      refused += healthy!.refused + pages!.refused;
      console.error(`round ${round + 1}: ${seconds(latencies.at(-1)!)} s`);
      await sleep(Math.random() * 3000); // the rows come at any moment of the pause
    }
    console.log(
      `event to lead      median ${seconds(median(latencies))} s, longest ${seconds(Math.max(...latencies))} s`,
    );
    console.log(`/healthz meanwhile median ${seconds(median(health))} s, longest ${seconds(Math.max(...health))} s`);
    console.log(`a person's page    median ${seconds(median(page))} s, longest ${seconds(Math.max(...page))} s`);
    console.log(`refused answers    ${refused} of ${health.length + page.length}`);
  } finally {
    server.child.kill('SIGTERM');
    const began = performance.now();
    console.log(`ended with ${await server.ended} after ${seconds(performance.now() - began)} s`);
    console.error(
      server
        .said()
        .split('\n')
        .filter((line) => line.includes('"job"'))
        .join('\n'),
    );
  }
}

try {
  await run();
} finally {
  rmSync(root, { recursive: true, force: true });
}
