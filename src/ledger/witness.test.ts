import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manualClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { askWitnesses, type Ledger, openLedger, record, serveWitness } from './ledger.ts';
import { consistencyProof, sha256 } from './merkle.ts';
import {
  formatVerifierKey,
  generateKey,
  parseNote,
  parseSignerKey,
  parseVerifierKey,
  type SignerKey,
  signNote,
  verifiedBy,
} from './note.ts';
import { parsePolicy } from './policy.ts';
import type { Tiles } from './tiles.ts';
import { verifyLedger } from './verify.ts';
import { formatRequest, openWitness, type Witness } from './witness.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-witness-test-'));
const clock = manualClock('2026-03-02T08:00:00Z');
const stop = new AbortController();
let ledger: Ledger;
let logKey: SignerKey;
afterAll(() => {
  stop.abort();
  rmSync(root, { recursive: true });
});

/** The checkpoints of a log by size, from 0 to 12. */
const checkpoints: string[] = [];
let tiles: Tiles;

beforeAll(async () => {
  ledger = await openLedger({ dir: root, clock, name: 'example.org/log' });
  logKey = parseSignerKey(readFileSync(join(root, 'ledger.key'), 'utf8').trim());
  checkpoints.push(ledger.log.checkpoint);
  for (let at = 0; at < 12; at++) {
    await record(ledger, { actor: 'account:A', act: 'lead.read' });
    checkpoints.push(ledger.log.checkpoint);
  }
  tiles = ledger.log.tiles();
});

let count = 0;
const fresh = async (dir = join(root, `w${count++}`)) =>
  await openWitness(dir, { logs: [logKey], name: 'witness.example/w', clock });

async function submit(witness: Witness, old: number, size: number, note = checkpoints[size]!) {
  return await witness.addCheckpoint(
    Buffer.from(formatRequest(old, await consistencyProof(old, size, tiles.hash), note)),
  );
}

describe('a witness', () => {
  test('cosigns what continues, and remembers it across its own end', async () => {
    const dir = join(root, 'kept');
    mkdirSync(dir);
    const { witness, key } = await fresh(dir);
    const first = await submit(witness, 0, 5);
    expect(first.status).toBe(200);
    const text = parseNote(Buffer.from(checkpoints[5]!)).text;
    const [seen] = verifiedBy(parseNote(Buffer.from(checkpoints[5] + first.body)), [key]);
    expect(seen?.time).toBe(clock().getTime() / 1000);
    expect((await submit(witness, 5, 5)).status).toBe(200);
    const again = (await fresh(dir)).witness;
    expect((await submit(again, 5, 9)).status).toBe(200);
    expect((await submit(again, 9, 12)).status).toBe(200);
    const latest = await again.latest(sha256(Buffer.from('example.org/log')).toString('hex'));
    expect(verifiedBy(parseNote(Buffer.from(latest!)), [key, logKey])).toHaveLength(2);
    expect(latest).not.toContain(text);
    expect(await again.latest('0'.repeat(64))).toBeUndefined();
    expect(await again.latest('../../etc/passwd')).toBeUndefined();
  });

  test('refuses what does not, in the words of the protocol', async () => {
    const { witness } = await fresh(made());
    const forged = (size: number, root: Buffer, key: SignerKey = logKey) =>
      signNote(formatCheckpoint({ origin: 'example.org/log', size, root }), key);
    await submit(witness, 0, 6);
    const stranger = generateKey('example.org/log', 'note');
    const statuses: [string, Promise<{ status: number; body: string }>][] = [
      ['a rollback', submit(witness, 0, 4)],
      ['an old size that is not the latest', submit(witness, 4, 9)],
      ['another history of the same size', submit(witness, 6, 6, forged(6, Buffer.alloc(32, 1)))],
      ['a rewritten history', submit(witness, 6, 9, forged(9, Buffer.alloc(32, 1)))],
      ['a proof too many', witness.addCheckpoint(Buffer.from(formatRequest(6, [Buffer.alloc(32)], checkpoints[6]!)))],
      ['a size that shrinks', witness.addCheckpoint(Buffer.from(formatRequest(6, [], checkpoints[4]!)))],
      ['a key of nobody', submit(witness, 6, 9, forged(9, Buffer.alloc(32, 1), stranger))],
      [
        'an unknown log',
        submit(
          witness,
          6,
          9,
          signNote(`other\n9\n${Buffer.alloc(32).toString('base64')}\n`, generateKey('other', 'note')),
        ),
      ],
      ['nonsense', witness.addCheckpoint(Buffer.from('nonsense'))],
      [
        'sixty-four hashes',
        witness.addCheckpoint(Buffer.from(formatRequest(6, Array(64).fill(Buffer.alloc(32)), checkpoints[9]!))),
      ],
    ];
    const given = await Promise.all(
      statuses.map(async ([what, answer]) => [what, (await answer).status, (await answer).body.match(/^\d+\n$/)?.[0]]),
    );
    expect(given).toEqual([
      ['a rollback', 409, '6\n'],
      ['an old size that is not the latest', 409, '6\n'],
      ['another history of the same size', 422, undefined],
      ['a rewritten history', 422, undefined],
      ['a proof too many', 422, undefined],
      ['a size that shrinks', 400, undefined],
      ['a key of nobody', 403, undefined],
      ['an unknown log', 404, undefined],
      ['nonsense', 400, undefined],
      ['sixty-four hashes', 400, undefined],
    ]);
    // None of this has moved it.
    expect((await submit(witness, 6, 12)).status).toBe(200);
  });

  test('of two newer checkpoints at the same moment takes one', async () => {
    const { witness } = await fresh(made());
    await submit(witness, 0, 3);
    const answers = await Promise.all([submit(witness, 3, 5), submit(witness, 3, 9)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 409]);
  });

  test('with a memory that was changed cosigns nothing', async () => {
    const dir = made();
    const { witness } = await fresh(dir);
    await submit(witness, 0, 6);
    const place = join(dir, 'logs', sha256(Buffer.from('example.org/log')).toString('hex'), 'checkpoint');
    writeFileSync(place, checkpoints[2]!);
    await expect(submit(witness, 2, 6)).rejects.toThrow('memory');
    rmSync(join(dir, 'witness.key'));
    await expect(fresh(dir)).rejects.toMatchObject({ code: 'ledger-damaged' });
  });
});

function made(): string {
  const dir = join(root, `w${count++}`);
  mkdirSync(dir);
  return dir;
}

test('the ledger is cosigned over HTTP, and a rollback is noticed by the next checkpoint it asks for', async () => {
  const { witness, key } = await fresh(made());
  const server = await serveWitness(witness, {
    host: '127.0.0.1',
    port: 0,
    signal: stop.signal,
    programLog: silentLog,
  });
  const url = `http://127.0.0.1:${server.port}`;
  const vkey = readFileSync(join(root, 'ledger/vkey'), 'utf8').trim();
  const unreachable = formatVerifierKey(generateKey('witness.example/gone', 'cosignature'));
  const policy = parsePolicy(
    `log ${vkey}\nwitness W ${formatVerifierKey(key)} ${url}/\nwitness V ${unreachable} http://127.0.0.1:1\nquorum W`,
  );
  expect(await askWitnesses(ledger, policy)).toEqual(['V']);
  const check = async () => await verifyLedger(join(root, 'ledger'), root, { policy });
  expect(await check()).toMatchObject({
    problems: [],
    notes: [expect.stringContaining('cosigned by witness.example/w')],
  });
  await record(ledger, { actor: 'account:A', act: 'lead.read' });
  expect(await askWitnesses(ledger, policy)).toEqual(['V']);
  expect((await check()).problems).toEqual([]);
  const latest = await fetch(`${url}/${sha256(Buffer.from('example.org/log')).toString('hex')}/checkpoint`);
  expect([latest.status, (await latest.text()).split('\n')[1]]).toEqual([200, '13']);
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405);
  const huge = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: 'x'.repeat(300_000) }).catch(
    () => undefined,
  );
  expect(huge?.status ?? 413).toBe(413);
  // The same log at 9 entries, as an administrator who put back an old copy would have it.
  const older = { ...ledger, log: { checkpoint: checkpoints[9]! } } as unknown as Ledger;
  expect(await askWitnesses(older, policy)).toEqual(['W', 'V']);
  expect(parseVerifierKey(formatVerifierKey(key)).type).toBe('cosignature');
});
