import { mkdirSync } from 'node:fs';
import { systemClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { acquireLock } from '../base/lock.ts';
import { openLog } from '../base/log.ts';
import { formatVerifierKey, NoteError, openWitness, parseVerifierKey, serveWitness } from '../ledger/ledger.ts';
import { command } from './command.ts';
import { port, several, text } from './option.ts';

export const witness = command({
  name: 'witness',
  summary: 'cosign the ledgers of others, on another machine',
  description: [
    'Serves a witness: it remembers the latest checkpoint of each ledger it is told to watch and',
    'cosigns a newer one only if that continues it. A ledger that was rewritten or rolled back',
    'gets no cosignature any more. Run it on a machine that the ledger’s administrator does not',
    'administer, and do not lose its directory: it is the memory. It prints the line for the',
    'policy. Messages are signed, so it needs no TLS. Ctrl-C ends it.',
  ].join('\n'),
  operands: {},
  options: {
    state: text('DIR', 'Where it keeps its key and its memory.', { default: 'witness' }),
    log: several(text('KEY', 'The keys of the ledgers to watch, as in ledger/vkey.', { required: true })),
    name: text('NAME', 'What it is called, when its key is made.', { default: 'witness.invalid/countersign' }),
    host: text('HOST', 'The address to listen on.', { default: '127.0.0.1' }),
    port: port('PORT', 'The port to listen on.', { default: 12340 }),
  },
  example: 'countersign witness --state witness --log "$(cat vkey)" --host 0.0.0.0',
  exits: [4, 6],
  async run({ options, signal, say }) {
    const logs = options.log.map(parseLog);
    mkdirSync(options.state, { recursive: true, mode: 0o700 });
    const lock = await acquireLock(options.state, 'countersign witness');
    try {
      const { witness, key } = await openWitness(options.state, { logs, name: options.name, clock: systemClock });
      const { host } = options;
      const server = await serveWitness(witness, { host, port: options.port, signal, programLog: openLog() });
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`;
      say(`Witness: ${url}   (Ctrl-C ends it)`);
      say(`For the policy: witness NAME ${formatVerifierKey(key)} ${url}`);
      await server.closed;
      return 0;
    } finally {
      await lock.release();
    }
  },
});

function parseLog(given: string) {
  try {
    const key = parseVerifierKey(given.trim());
    if (key.type === 'note') return key;
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
  }
  throw new Fault('usage', 'That is not the key of a ledger; it stands in its file ledger/vkey', { place: '--log' });
}
