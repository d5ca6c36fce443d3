import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessTables, createAccount } from '../../src/access/access.ts';
import { systemClock } from '../../src/base/clock.ts';
import { acquireLock } from '../../src/base/lock.ts';
import { askWitnesses, openLedger, proveEntry, readPolicy, record } from '../../src/ledger/ledger.ts';
import { openCasework } from '../../src/stores/postgres.ts';
import { countersign, start } from './run.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-cli-ledger-'));
const data = join(root, 'data');
afterAll(() => rmSync(root, { recursive: true }));

/** Casework and ledger of a data directory, open for as long as `work` takes. */
async function within<T>(work: (opened: Awaited<ReturnType<typeof parts>>) => Promise<T>): Promise<T> {
  const opened = await parts();
  try {
    return await work(opened);
  } finally {
    await opened.ledger.close();
    await opened.store.close();
  }
}

async function parts() {
  const store = await openCasework({ dir: data });
  const ledger = await openLedger({ dir: data, db: store.db, tables: accessTables, name: 'example.org/log' });
  return { store, ledger };
}

/** The entry after those that take the tables in and make an account: the last. */
const LAST = 2 * accessTables.length + 2;
const MIRA = { name: 'Mira', role: 'analyst', password: 'correct horse battery' } as const;

beforeAll(async () => {
  mkdirSync(data);
  await within(async ({ store, ledger }) => {
    await createAccount({ db: store.db, ledger, clock: systemClock }, MIRA);
    await record(ledger, { actor: 'account:A', act: 'lead.read', on: ['lead:1'] });
    writeFileSync(join(root, 'entry.tlog-proof'), (await proveEntry(ledger, LAST)).proof);
    writeFileSync(join(root, 'kept'), ledger.log.checkpoint);
  });
  const vkey = readFileSync(join(data, 'ledger/vkey'), 'utf8').trim();
  writeFileSync(join(root, 'policy'), `log ${vkey}\nquorum none\n`);
});

test('verify says that all is as it was written, of a data directory and of its ledger alone', async () => {
  const [whole, alone] = await Promise.all([
    countersign('verify', data, '--policy', join(root, 'policy')),
    countersign('verify', join(data, 'ledger')),
  ]);
  expect(whole).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^note: rows were compared of: ledger_contents, accounts, grants, .*\nexample.org/log: ${LAST + 1} entries, all as`,
      ),
    ),
  });
  expect(alone).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`^note: the key was taken .*\nexample.org/log: ${LAST + 1} entries, all`)),
  });
});

test('a changed entry is named by index and file, with an exit code of its own', async () => {
  const copy = join(root, 'changed');
  cpSync(join(data, 'ledger'), copy, { recursive: true });
  const bundle = join(copy, `tile/entries/000.p/${LAST + 1}`);
  writeFileSync(bundle, readFileSync(bundle, 'latin1').replace('lead:1', 'lead:2'), 'latin1');
  const { code, stdout, stderr } = await countersign('verify', copy, '--policy', join(root, 'policy'));
  expect({ code, stdout }).toEqual({
    code: 8,
    stdout: `entry ${LAST} (tile/entries/000.p/${LAST + 1}): was changed, or another put in its place\n`,
  });
  expect(stderr).toMatch(
    /countersign: The ledger does not verify: 1 finding \(.*\)?\n|countersign: The ledger does not verify: 1 finding\n/,
  );
  expect(stderr).toMatch(/hint: .*docs\/ledger.md/);
  const { stdout: json } = await countersign('verify', copy, '--json');
  expect(JSON.parse(json)).toMatchObject({
    size: LAST + 1,
    problems: [{ index: LAST, place: `tile/entries/000.p/${LAST + 1}` }],
  });
});

test('a log that was put back shows against a checkpoint that was kept', async () => {
  const copy = join(root, 'older');
  mkdirSync(copy);
  const ledger = await openLedger({ dir: copy, name: 'example.org/log' });
  writeFileSync(join(root, 'before'), ledger.log.checkpoint);
  cpSync(join(copy, 'ledger'), join(root, 'put-back'), { recursive: true });
  await record(ledger, { actor: 'account:A', act: 'lead.read' });
  writeFileSync(join(root, 'later'), ledger.log.checkpoint);
  await ledger.close();
  const args = ['verify', join(root, 'put-back'), '--checkpoint'];
  expect(await countersign(...args, join(root, 'before'))).toMatchObject({ code: 0 });
  expect(await countersign(...args, join(root, 'later'))).toMatchObject({
    code: 8,
    stdout: expect.stringMatching(
      /^entry 0 \(checkpoint\): was rolled back: \S+later knows 1 entries; entries 0 to 0 are missing\n/,
    ),
  });
});

test('a row that was changed behind the program’s back is named; while somebody has the data rows are left out', async () => {
  const copy = join(root, 'rows');
  cpSync(data, copy, { recursive: true });
  const store = await openCasework({ dir: copy });
  const [row] = await store.db.updateTable('accounts').set({ name_key: 'engineer' }).returning('id').execute();
  await store.close();
  expect(await countersign('verify', copy)).toMatchObject({
    code: 8,
    stdout: expect.stringMatching(
      new RegExp(`^entry ${LAST - 2} \\(accounts ${row!.id}\\): was changed behind the program’s back\n`),
    ),
  });
  const lock = await acquireLock(copy, 'test');
  const meanwhile = await countersign('verify', copy);
  await lock.release();
  expect(meanwhile).toMatchObject({ code: 0, stdout: expect.stringContaining('rows were not compared') });
});

test('a proof is verified by whoever has the policy, and only then', async () => {
  const proof = join(root, 'entry.tlog-proof');
  const good = await countersign('verify', proof, '--policy', join(root, 'policy'));
  expect(good).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      new RegExp(
        `^entry ${LAST} is in example.org/log, among ${LAST + 1} entries, cosigned by nobody:\n\\{"act":"lead.read"`,
      ),
    ),
  });
  writeFileSync(join(root, 'forged'), readFileSync(proof, 'utf8').replace(`index ${LAST}`, `index ${LAST - 1}`));
  expect(await countersign('verify', join(root, 'forged'), '--policy', join(root, 'policy'))).toMatchObject({
    code: 8,
    stdout: '',
  });
  expect(await countersign('verify', proof)).toMatchObject({ code: 2 });
});

test('what is not there, and a policy that is none, are said', async () => {
  writeFileSync(join(root, 'bad-policy'), '# first\nlog nonsense\n');
  expect(await countersign('verify', join(root, 'nowhere'))).toMatchObject({ code: 3 });
  expect(await countersign('verify', tmpdir())).toMatchObject({ code: 3 });
  const bad = await countersign('verify', data, '--policy', join(root, 'bad-policy'));
  expect(bad).toMatchObject({ code: 2, stderr: expect.stringContaining('bad-policy:2') });
});

test('a witness on another machine: it cosigns, ends, comes back and still remembers', async () => {
  const vkey = readFileSync(join(data, 'ledger/vkey'), 'utf8').trim();
  const run = () =>
    start('bin/countersign.js', [
      'witness',
      '--state',
      join(root, 'w'),
      '--log',
      vkey,
      '--port',
      '0',
      '--name',
      'w.example',
    ]);
  const line = async (running: ReturnType<typeof run>) => {
    await expect.poll(running.stderr, { timeout: 20_000 }).toMatch(/For the policy: .*\n/);
    return /For the policy: witness NAME (\S+) (\S+)/.exec(running.stderr())!.slice(1) as [string, string];
  };
  let key = '';
  for (const round of [1, 2]) {
    const running = run();
    const [witness, url] = await line(running);
    if (round === 2) expect(witness).toBe(key);
    key = witness;
    writeFileSync(join(root, 'quorum'), `log ${vkey}\nwitness W ${witness} ${url}\nquorum W\n`);
    await within(async ({ ledger }) => {
      await record(ledger, { actor: 'account:A', act: 'lead.read' });
      expect(await askWitnesses(ledger, readPolicy(join(root, 'quorum')))).toEqual([]);
    });
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  }
  const verified = await countersign('verify', data, '--policy', join(root, 'quorum'));
  expect(verified).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`^note: ${LAST + 3} entries were cosigned by w\\.example, `)),
  });
  expect(await countersign('witness', '--log', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('(--log)'),
  });
});
