import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listAccounts, ROLES, type Role } from '../access/access.ts';
import { randomToken } from '../base/id.ts';
import { replay } from '../leads/leads.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Data, openData } from '../stores/data.ts';
import { simulate } from '../worlds/worlds.ts';
import { command } from './command.ts';
import { consoleAccess, consoleConfig, serveConsole } from './console.ts';
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
    let ledger: Ledger | undefined;
    try {
      await refuseOtherRecords(data, markOf(options));
      await buildConsole(say);
      ledger = await openRecord(data);
      await makeOrganisation(data, options, { signal, say, progress, ledger });
      const access = consoleAccess(data, config, ledger);
      const password = await demoPassword(data, access);
      const server = await serveConsole(data, config, access, { ledger, synthetic: true, signal });
      say('');
      say(`Countersign: ${server.url}   (Ctrl-C ends it; npm start opens it again)`);
      say(`Sign in as ${SHOWN_ROLES.join(', ')}; the password of all is ${password}`);
      await server.closed;
      return 0;
    } finally {
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

async function buildConsole(say: (text: string) => void): Promise<void> {
  const web = fileURLToPath(new URL('../../web', import.meta.url));
  if (isBuilt(web)) return;
  say('Building the console...');
  const { build } = await import('vite');
  await build({ root: web, configFile: join(web, 'vite.config.ts'), logLevel: 'error' });
}

/** Whether the built console is there and nothing it was made from has changed since: after an update it is made anew. */
function isBuilt(web: string): boolean {
  const page = join(web, 'dist', 'index.html');
  if (!existsSync(page)) return false;
  const built = statSync(page).mtimeMs;
  return [join(web, 'src'), join(web, '..', 'content', 'words')].every((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).every(
      (name) => statSync(join(folder, name)).mtimeMs <= built,
    ),
  );
}
