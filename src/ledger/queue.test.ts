import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Ledger, listEntries, openLedger, record, recordOrQueue } from './ledger.ts';
import { NO_POLICY } from './policy.ts';
import { parseQueue, Queue } from './queue.ts';
import { verifyLedger } from './verify.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-queue-'));
afterAll(() => rmSync(root, { recursive: true }));
let dir: string;
let ledger: Ledger;
let count = 0;
beforeEach(async () => {
  dir = join(root, String(count++));
  mkdirSync(dir);
  ledger = await openLedger({ dir });
});

const report = (number: number) =>
  recordOrQueue(ledger, { actor: 'system:portal', act: 'report.take', on: [`report:${number}`] });
const taken = async () => {
  const { entries } = await listEntries(ledger, { act: 'report.take' });
  return entries.map(({ on }) => Number(on?.[0]?.slice(7))).reverse();
};

/** Takes the ledger's folder away and puts a file there: nothing can be written, whoever runs the test. */
function obstruct(): () => void {
  const folder = join(dir, 'ledger');
  renameSync(folder, `${folder}.away`);
  writeFileSync(folder, '');
  return () => {
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
  };
}

describe('while the ledger cannot be written', () => {
  test('acts are refused, the two exceptions wait, and are taken in later in order and once', async () => {
    await report(0);
    const clear = obstruct();
    await expect(record(ledger, { actor: 'account:A', act: 'lead.read' })).rejects.toMatchObject({
      code: 'ledger-unavailable',
    });
    for (let number = 1; number < 6; number++) expect(await report(number)).toBeNull();
    expect(existsSync(join(dir, 'ledger.queue'))).toBe(true);
    clear();
    expect(await report(6)).toMatchObject({ index: 6 });
    expect(await taken()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(existsSync(join(dir, 'ledger.queue'))).toBe(false);
    expect((await verifyLedger(join(dir, 'ledger'), dir, { policy: NO_POLICY })).problems).toEqual([]);
  });

  test('what waits survives the end of the program, and is taken in at its next start', async () => {
    const clear = obstruct();
    for (let number = 0; number < 3; number++) await report(number);
    clear();
    ledger = await openLedger({ dir });
    expect(await taken()).toEqual([0, 1, 2]);
  });

  test('what was taken in just before the program was ended is not taken in again', async () => {
    const clear = obstruct();
    for (let number = 0; number < 3; number++) await report(number);
    clear();
    const queue = readFileSync(join(dir, 'ledger.queue'));
    for (let round = 0; round < 3; round++) {
      ledger = await openLedger({ dir });
      writeFileSync(join(dir, 'ledger.queue'), queue);
    }
    // Only a part of it had been taken in.
    ledger = await openLedger({ dir });
    await report(9);
    writeFileSync(join(dir, 'ledger.queue'), queue);
    ledger = await openLedger({ dir });
    expect(await taken()).toEqual([0, 1, 2, 9]);
  });

  test('the next entry that can be written takes along what waits', async () => {
    const clear = obstruct();
    await report(0);
    clear();
    await record(ledger, { actor: 'account:A', act: 'lead.read' });
    await expect.poll(taken).toEqual([0]);
  });
});

describe('a queue', () => {
  test('that was cut in its last line loses that line alone, and goes on', async () => {
    const clear = obstruct();
    for (let number = 0; number < 3; number++) await report(number);
    appendFileSync(join(dir, 'ledger.queue'), '0123456789abcdef {"half');
    const again = new Queue(join(dir, 'ledger.queue'));
    await again.append(Buffer.from('{}'), 0);
    expect((await again.read()).entries).toHaveLength(4);
    clear();
  });

  test('that was changed is kept beside, and the ledger says so', async () => {
    const clear = obstruct();
    for (let number = 0; number < 3; number++) await report(number);
    clear();
    const path = join(dir, 'ledger.queue');
    writeFileSync(path, readFileSync(path, 'utf8').replace('report:1', 'report:7'));
    expect((await verifyLedger(join(dir, 'ledger'), dir, { policy: NO_POLICY })).problems).toMatchObject([
      { place: 'ledger.queue:3' },
    ]);
    ledger = await openLedger({ dir });
    expect(await taken()).toEqual([0]);
    expect((await listEntries(ledger, { act: 'ledger.queue.damaged' })).entries).toHaveLength(1);
    expect(readdirSync(dir).filter((name) => name.startsWith('ledger.queue.damaged-'))).toHaveLength(1);
  });

  test('with any byte changed is never read as another one', async () => {
    const clear = obstruct();
    for (let number = 0; number < 4; number++) await report(number);
    const bytes = readFileSync(join(dir, 'ledger.queue'));
    clear();
    const whole = parseQueue(bytes).entries;
    const law = fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(bytes);
      changed[at]! ^= flip;
      const { entries, damagedLine, length } = parseQueue(changed);
      expect(damagedLine !== undefined || length < bytes.length).toBe(true);
      expect(entries).toEqual(whole.slice(0, entries.length));
    });
    fc.assert(law, { numRuns: 500 });
  });
});

test('neither ledger nor queue: then it is refused after all', async () => {
  const clear = obstruct();
  mkdirSync(join(dir, 'ledger.queue'));
  await expect(report(0)).rejects.toMatchObject({ code: 'ledger-unavailable' });
  rmSync(join(dir, 'ledger.queue'), { recursive: true });
  clear();
});
