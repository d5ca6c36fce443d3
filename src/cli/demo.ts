import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listAccounts, ROLES, type Role } from '../access/access.ts';
import { systemClock } from '../base/clock.ts';
import { randomToken } from '../base/id.ts';
import { replay } from '../leads/leads.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Data, openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { type BesideConsole, openBeside } from './beside.ts';
import { command } from './command.ts';
import { consoleAccess, consoleConfig, serveConsole } from './console.ts';
import { makeDemoReports } from './demo-reports.ts';
import { dataOption, integer, port } from './option.ts';
import { isMarked, loadOrganisation, type Mark, refuseOtherRecords, reportLoaded } from './organisation.ts';
import { formatCount, type StartProgress } from './progress.ts';
import { openRecord } from './record.ts';
import { dayProgress } from './replay.ts';
import { firstAccounts, SYNTHETIC_MARK } from './serve.ts';

export const demo = command({
  name: 'demo',
  summary: 'make up an organisation, replay it, show the leads',
  description: [
    'Builds the console if needed, makes up an organisation, replays it through the real',
    'pipeline and serves the console, all in one go. Ctrl-C ends it; `npm start` opens the',
    'same data directory again.',
  ].join('\n'),
  operands: {},
  options: {
    data: dataOption,
    port: port('PORT', 'The port to listen on.'),
    people: integer('N', 'How many people work there.', { default: 120, min: 40, max: 5000 }),
    days: integer('N', 'How many days are simulated.', { default: 120, min: 28, max: 1000 }),
    seed: integer('N', 'Another seed, another organisation.', { default: 7, min: 0, max: 2 ** 32 - 1 }),
  },
  example: 'countersign demo --people 120 --days 120 --seed 7',
  exits: [4, 6],
  resume: 'Run the same command again: it goes on where it stopped.',
  async run({ options, signal, say, progress }) {
    const config = consoleConfig(options.data, options.port);
    const data = await openData(options.data, { create: true, purpose: 'countersign demo' });
    const stop = new AbortController();
    const ended = AbortSignal.any([signal, stop.signal]);
    let ledger: Ledger | undefined;
    let portal: BesideConsole | undefined;
    try {
      await refuseOtherRecords(data, markOf(options));
      await buildPages(say);
      ledger = await openRecord(data);
      await makeOrganisation(data, options, { signal, say, progress, ledger });
      const access = consoleAccess(data, config, ledger);
      const password = await demoPassword(data, access);
      const reports = await makeDemoReports(data.dir, password, systemClock);
      portal = await openBeside(data.dir, { ledger, signal: ended, say, ...(options.port === 0 ? { port: 0 } : {}) });
      const opened = { ledger, synthetic: true, signal, portal: portal?.portal };
      const server = await serveConsole(data, config, access, opened);
      say('');
      say(`Countersign: ${server.url}   (Ctrl-C ends it; npm start opens it again)`);
      say(`Sign in as ${SHOWN_ROLES.join(', ')}; the password of all is ${password}`);
      if (reports !== undefined)
        say(`Sealed reports: as recipient, with the key file ${reports.key} and that password`);
      await portal?.serve();
      await server.closed;
      return 0;
    } finally {
      stop.abort();
      await portal?.ended();
      await ledger?.close();
      await data.close();
    }
  },
});

interface Voice {
  signal: AbortSignal;
  say: (text: string) => void;
  progress: StartProgress;
  ledger: Ledger;
}

interface Size {
  people: number;
  days: number;
  seed: number;
}

const markOf = ({ people, days, seed }: Size): Mark => ({
  file: SYNTHETIC_MARK,
  text: `${people} people, ${days} days, seed ${seed}\n`,
});

/** Simulates into a folder inside the data directory, loads and replays it. Done before: nothing to do. */
async function makeOrganisation(data: Data, size: Size, { signal, say, progress, ledger }: Voice): Promise<void> {
  const { people, days, seed } = size;
  const folder = join(data.dir, 'demo-organisation');
  const mark = markOf(size);
  if (!isMarked(data, mark)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const line = progress({ label: 'Simulating', total: days, unit: 'days' });
    const onProgress = (moment: { day: string | number; rows: number }) =>
      line.update(Number(moment.day), `${formatCount(moment.rows)} rows`);
    await simulate({ people, days, seed, out: folder, signal, onProgress });
    line.done();
    writeFileSync(join(data.dir, mark.file), mark.text);
  }
  const code = reportLoaded(await loadOrganisation(data, folder, { progress, signal, ledger }), () => {});
  if (code !== 0) say('Some rows of the demo could not be read: see the Sources page.');
  await replay(data, { signal, onDay: dayProgress(progress) });
}

const SHOWN_ROLES = (Object.keys(ROLES) as Role[]).filter((role) => role !== 'employee');

/** The demo's people are made up, so its password may lie beside them; it saves a newcomer from looking for it. */
async function demoPassword(data: Data, access: ReturnType<typeof consoleAccess>): Promise<string> {
  const file = join(data.dir, 'demo-password');
  if ((await listAccounts(access)).length === 0 || !existsSync(file))
    writeFileSync(file, `${randomToken(12)}\n`, { mode: 0o600 });
  const password = readFileSync(file, 'utf8').trim();
  await firstAccounts(access, SHOWN_ROLES, () => password);
  return password;
}

/** Builds the console and the portal, each where it is missing or older than what it is made from. */
async function buildPages(say: (text: string) => void): Promise<void> {
  for (const [name, sources] of [
    ['web', ['web/src', 'src/reports/protocol', 'content/words']],
    ['portal', ['portal/src', 'src/reports/protocol', 'content/portal']],
  ] as const) {
    if (isBuilt(join(PACKAGE, name), sources)) continue;
    say(name === 'web' ? 'Building the console...' : 'Building the portal...');
    const { build } = await import('vite');
    await build({ root: join(PACKAGE, name), configFile: join(PACKAGE, name, 'vite.config.ts'), logLevel: 'error' });
  }
}

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** Whether the built pages are there and nothing they were made from has changed since: after an update they are made anew. */
function isBuilt(root: string, sources: readonly string[]): boolean {
  const page = join(root, 'dist', 'index.html');
  if (!existsSync(page)) return false;
  const built = statSync(page).mtimeMs;
  return sources.every((folder) =>
    readdirSync(join(PACKAGE, folder), { recursive: true, encoding: 'utf8' }).every(
      (name) => statSync(join(PACKAGE, folder, name)).mtimeMs <= built,
    ),
  );
}
