import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULTS, Fault } from '../base/fault.ts';
import {
  type LineReader,
  lineReaders,
  type Near,
  nearestReaders,
  ownReaders,
  type Proof,
  proveReader,
  sampleParameters,
} from '../events/events.ts';
import { type Events, openEmbedded } from '../stores/clickhouse.ts';
import { command } from './command.ts';
import { dataOption, flag, operand, optionalOperand, several, text } from './option.ts';

const ACTIONS = ['list', 'test', 'nearest'] as const;
/** Of a file of unknown lines so many are looked at. */
const LINES = 200;
const MOST_BYTES = 64 << 20;

export const readers = command({
  name: 'readers',
  summary: 'list and test the readers of logs, and find the nearest',
  description: [
    'readers list          the logs that can be read line by line: name, form, what it is.',
    'readers test [DIR]    reads the sample.log of every reader, or of those below a folder, and',
    '                      compares what comes out with its expected.jsonl, line by line.',
    'readers nearest FILE  which readers come nearest to the first lines of a file, and which',
    '                      columns of an event they would fill.',
    "An organisation's own readers are folders in DATA/readers or in what --readers names.",
  ].join('\n'),
  operands: {
    action: operand('ACTION', `One of ${ACTIONS.join(', ')}.`),
    place: optionalOperand('DIR|FILE', 'test: a folder of readers, or one. nearest: a file of lines.'),
  },
  options: {
    readers: several(text('DIR', "A folder of an organisation's own readers.")),
    data: dataOption,
    update: flag('test: write what comes out as what is expected. Read every line of it.'),
    json: flag('Print JSON.'),
  },
  example: 'countersign readers nearest mail-gateway.log',
  exits: [3, 6],
  async run({ options, operands, out }) {
    const folders = [...options.readers, ...(existsSync(options.data) ? ownReaders(options.data) : [])];
    const { action, place } = operands;
    if (action === 'list') return list(lineReaders(folders), options.json, out);
    if (action === 'test') {
      const all = lineReaders([...folders, ...(place === undefined ? [] : [parentOf(place)])]);
      const chosen =
        place === undefined ? all : all.filter(({ folder }) => folder.startsWith(place.replace(/\/+$/, '')));
      if (chosen.length === 0) throw new Fault('not-found', 'the folder holds no reader', { place: place ?? '' });
      const proofs = await withEngine((events) => proveAll(events, chosen, all, options.update));
      return reportProofs(proofs, options.json, out);
    }
    if (action === 'nearest') {
      if (place === undefined) throw new Fault('usage', 'nearest needs a file', { place: 'readers' });
      const near = await withEngine((events) => nearestTo(events, place, lineReaders(folders)));
      out(options.json ? JSON.stringify(near, undefined, 2) : nearText(near));
      return 0;
    }
    throw new Fault('usage', `'${action}' is none of ${ACTIONS.join(', ')}`, { place: 'readers' });
  },
});

/** A folder that is one reader is named by itself, a folder of readers by what is in it. */
function parentOf(place: string): string {
  return existsSync(join(place, 'mapping.yml')) ? join(place, '..') : place;
}

/** An engine of its own, which is gone afterwards. */
async function withEngine<T>(work: (events: Events) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-'));
  const events = await openEmbedded(dir);
  try {
    return await work(events);
  } finally {
    await events.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function proveAll(
  events: Events,
  chosen: readonly LineReader[],
  all: readonly LineReader[],
  update: boolean,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const reader of chosen) {
    proofs.push(
      await proveReader(events, reader, all, update).catch((error: unknown) => {
        if (!(error instanceof Fault) || error.code !== 'query-failed') throw error;
        // What the engine says of an expression helps whoever writes it, and quotes nothing but his own mapping.
        const said = error.cause instanceof Error ? error.cause.message.slice(0, 600) : error.message;
        return { reader: reader.log_name, lines: 0, read: 0, differences: [{ line: 0, message: said }] };
      }),
    );
  }
  return proofs;
}

async function nearestTo(events: Events, file: string, all: readonly LineReader[]): Promise<Near[]> {
  if (!existsSync(file)) throw new Fault('not-found', 'there is no such file', { place: file });
  const bytes = readFileSync(file).subarray(0, MOST_BYTES);
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, LINES);
  const path = join(events.spool!, 'nearest.lines');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  return nearestReaders(events, lines, sampleParameters(path), all);
}

function list(all: readonly LineReader[], json: boolean, out: (text: string) => void): number {
  const rows = all.map(({ log_name, shape, title, folder }) => ({ name: log_name, shape, title, folder }));
  const width = Math.max(...rows.map(({ name }) => name.length));
  if (json) out(JSON.stringify(rows, undefined, 2));
  else out(rows.map(({ name, shape, title }) => `${name.padEnd(width)}  ${shape.padEnd(5)}  ${title}`).join('\n'));
  return 0;
}

function reportProofs(proofs: readonly Proof[], json: boolean, out: (text: string) => void): number {
  const bad = proofs.filter(({ differences }) => differences.length > 0);
  if (json) out(JSON.stringify(proofs, undefined, 2));
  else {
    for (const { reader, lines, read, differences } of proofs) {
      out(`${differences.length === 0 ? 'ok     ' : 'DIFFERS'}  ${reader}: ${read} of ${lines} lines read`);
      for (const { line, message } of differences) out(`         line ${line}: ${message}`);
    }
    out(`${proofs.length} readers: ${proofs.length - bad.length} do what they say, ${bad.length} do not.`);
  }
  return bad.length > 0 ? FAULTS['invalid-content'].exit : 0;
}

function nearText(near: readonly Near[]): string {
  if (near.length === 0) return 'No reader finds anything in these lines.';
  return near
    .slice(0, 3)
    .map(({ reader, title, lines, read, fills, found, missing, reason }) =>
      [
        `${reader} (${title}): reads ${read} of ${lines} lines${reason === '' ? '' : `; of the others: ${reason}`}`,
        ...fills.map(({ column, lines: count }) => `  fills ${column} in ${count}`),
        found.length > 0 && `  finds ${found.join(', ')}`,
        found.length > 0 && missing.length > 0 && `  does not find ${missing.join(', ')}`,
      ]
        .filter(Boolean)
        .join('\n'),
    )
    .join('\n');
}
