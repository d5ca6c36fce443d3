import { existsSync } from 'node:fs';
import { readConfig } from '../base/config.ts';
import { Fault } from '../base/fault.ts';
import { acquireLock } from '../base/lock.ts';
import { openEmbedded } from '../stores/clickhouse.ts';
import { migrateEvents } from '../stores/data.ts';
import { type Moved, type MoveOptions, moveCasework, moveEvents } from '../stores/move.ts';
import { openCasework } from '../stores/postgres.ts';
import { openServers } from '../stores/servers.ts';
import { command } from './command.ts';
import { dataOption, text } from './option.ts';
import { formatCount, type StartProgress } from './progress.ts';

export const migrate = command({
  name: 'migrate',
  summary: 'move embedded stores to servers',
  description: [
    'Copies events and casework of a data directory to the servers that the config.yml of another',
    'folder names (postgres_url, clickhouse_url, clickhouse_cluster), and compares every table:',
    'rows and checksum. The addresses stand in a file, because others can read a command line.',
    'The ledger and the keys stay where they are. The embedded stores are left as they are;',
    'afterwards put the same lines into config.yml of the data directory.',
  ].join('\n'),
  operands: {},
  options: { data: dataOption, to: text('DIR', 'The folder whose config.yml names the servers.', { required: true }) },
  example: 'countersign migrate --data data --to servers',
  exits: [3, 4, 6],
  resume: 'Run the same command again: what has arrived is not sent again.',
  async run({ options, signal, progress, out }) {
    const dir = options.data;
    if (!existsSync(dir)) throw new Fault('data-missing', 'There is no such data directory.', { place: dir });
    const { clickhouse_url, clickhouse_cluster, postgres_url } = readConfig({ data: options.to });
    if (clickhouse_url === undefined && postgres_url === undefined)
      throw new Fault('usage', 'It names neither postgres_url nor clickhouse_url.', {
        place: `${options.to}/config.yml`,
      });
    const lock = await acquireLock(dir, 'countersign migrate');
    try {
      const lines: string[] = [];
      if (clickhouse_url !== undefined)
        lines.push(...(await events(dir, { clickhouse_url, clickhouse_cluster }, { signal, progress })));
      if (postgres_url !== undefined) lines.push(...(await casework(dir, postgres_url, { signal, progress })));
      for (const line of lines) out(line);
      return 0;
    } finally {
      await lock.release();
    }
  },
});

interface Work {
  readonly signal: AbortSignal;
  readonly progress: StartProgress;
}

async function events(
  dir: string,
  { clickhouse_url, clickhouse_cluster }: { clickhouse_url: string; clickhouse_cluster: string | undefined },
  work: Work,
): Promise<string[]> {
  const from = await openEmbedded(dir);
  try {
    await migrateEvents(from);
    const to = await openServers({ url: clickhouse_url, cluster: clickhouse_cluster, spool: from.spool! });
    try {
      await migrateEvents(to);
      return lines(await moveEvents(from, to, following(work)));
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function casework(dir: string, url: string, work: Work): Promise<string[]> {
  const from = await openCasework({ dir });
  try {
    const to = await openCasework({ url });
    try {
      return lines(await moveCasework(from.db, to.db, following(work)));
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

function following({ signal, progress }: Work): MoveOptions {
  let current: { table: string; line: ReturnType<StartProgress> } | undefined;
  return {
    signal,
    onRows(table, done, total) {
      if (current?.table !== table) current = { table, line: progress({ label: table, unit: 'rows', total }) };
      current.line.update(done);
      if (done === total) current.line.done();
    },
  };
}

const lines = (moved: readonly Moved[]): string[] =>
  moved.map(
    ({ table, rows, checksum }) => `equal  ${table.padEnd(22)} ${formatCount(rows).padStart(14)} rows  ${checksum}`,
  );
