/**
 * How fast acts are written down, one at a time and many at once, beside how fast the disk makes anything durable in the
 * same run; and how long verifying takes.
 *
 *   node bench/ledger.ts [ENTRIES] [DIR]     # 1,000,000 entries are verified unless another number is given
 */
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEntry } from '../src/ledger/entry.ts';
import { type Ledger, NO_POLICY, openLedger, record, verifyLedger } from '../src/ledger/ledger.ts';
import { MOST_TOGETHER } from '../src/ledger/log.ts';

const entries = Number(process.argv[2] ?? 1_000_000);
const dir = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'countersign-bench-ledger-'));
const ONE_BY_ONE = 200;
const AT_ONCE = 64;
const SECONDS = 5;

const act = (at: number) => ({ actor: 'account:0123456789ABCDEFGHJK', act: 'lead.read', on: [`lead:${at}`] });
const quantile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!;
const ms = (value: number) => `${value.toFixed(2)} ms`;

/** Milliseconds of one write of 400 bytes to the end of a file, made durable. */
function diskTimes(): number[] {
  const file = openSync(join(dir, 'plain'), 'w');
  const times = Array.from({ length: ONE_BY_ONE }, () => {
    const began = performance.now();
    writeSync(file, Buffer.alloc(400, 1));
    fsyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  return times;
}

async function oneByOne(ledger: Ledger): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < ONE_BY_ONE; at++) {
    const began = performance.now();
    await record(ledger, act(at));
    times.push(performance.now() - began);
  }
  return times;
}

/** Entries a second while `AT_ONCE` callers each wait for their own before they write the next. */
async function manyAtOnce(ledger: Ledger): Promise<number> {
  const began = performance.now();
  let count = 0;
  const caller = async () => {
    while (performance.now() - began < SECONDS * 1000) await record(ledger, act(count++));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return count / ((performance.now() - began) / 1000);
}

async function fill(ledger: Ledger, size: number): Promise<void> {
  for (let at = ledger.log.size; at < size; at += MOST_TOGETHER) {
    const part = Array.from({ length: Math.min(MOST_TOGETHER, size - at) }, (_, more) =>
      encodeEntry({
        v: 1,
        id: '0123456789ABCDEFGHJK',
        at: '2026-03-02T08:00:00.000Z',
        kind: 'record',
        ...act(at + more),
      }),
    );
    await ledger.log.append(part);
  }
}

try {
  mkdirSync(join(dir, 'data'));
  const ledger = await openLedger({ dir: join(dir, 'data') });
  const before = diskTimes();
  const single = await oneByOne(ledger);
  const rate = await manyAtOnce(ledger);
  const disk = [...before, ...diskTimes()];
  const write = quantile(disk, 0.5);
  console.log(
    `the disk: one write and fsync      median ${ms(write)}, 95 % ${ms(quantile(disk, 0.95))}, ${Math.round(1000 / write)}/s`,
  );
  const median = quantile(single, 0.5);
  console.log(
    `one act                            median ${ms(median)}, 95 % ${ms(quantile(single, 0.95))}, ${(median / write).toFixed(1)} of the disk's`,
  );
  console.log(
    `${AT_ONCE} at once                         ${Math.round(rate)} acts/s, ${((rate * write) / 1000).toFixed(1)} of the disk's`,
  );
  const filling = performance.now();
  await fill(ledger, entries);
  console.log(`filled up to ${ledger.log.size} entries in ${((performance.now() - filling) / 1000).toFixed(1)} s`);
  await ledger.close();
  const began = performance.now();
  const { problems, size } = await verifyLedger(join(dir, 'data/ledger'), join(dir, 'data'), { policy: NO_POLICY });
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `verified ${size} entries in ${seconds.toFixed(1)} s, ${Math.round(size / seconds)}/s, ${problems.length} findings`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
