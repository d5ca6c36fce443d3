import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { accessTables, createAccount, disableAccount, grantRole, signIn } from '../access/access.ts';
import { manualClock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import { route } from '../http/route.ts';
import { type CaseworkDb, type CaseworkStore, openCasework } from '../stores/postgres.ts';
import { decodeEntry } from './entry.ts';
import {
  change,
  forget,
  type Ledger,
  ledgerRoutes,
  listEntries,
  openLedger,
  parseVerifierKey,
  perform,
  proveEntry,
  Reconciliation,
  record,
  recorded,
  verifyLedger,
  verifyProof,
} from './ledger.ts';
import { NO_POLICY, parsePolicy } from './policy.ts';

const COST = { logN: 4, r: 1, p: 1 };
const PASSWORD = 'correct horse battery';
const root = mkdtempSync(join(tmpdir(), 'countersign-acts-'));
const clock = manualClock('2026-03-02T08:00:00Z');
let store: CaseworkStore;
let dir: string;
let ledger: Ledger;
let count = 0;

beforeAll(async () => {
  store = await openCasework({ memory: true });
});
afterAll(async () => {
  await store.close();
  rmSync(root, { recursive: true });
});
beforeEach(async () => {
  for (const table of ['grants', 'accounts', 'ledger_rows', 'ledger_details'] as const)
    await store.db.deleteFrom(table).execute();
  dir = join(root, String(count++));
  mkdirSync(dir);
  ledger = await open();
});

const open = () => openLedger({ dir, clock, db: store.db, tables: accessTables, name: 'example.org/log' });
const account = (name: string, role: 'analyst' | 'engineer' = 'analyst') =>
  createAccount(access(), { name, role, password: PASSWORD });
const access = () => ({ db: store.db, clock, passwordCost: COST, ledger });

async function findings(): Promise<string[]> {
  const reconciliation = new Reconciliation(accessTables);
  const { problems } = await verifyLedger(join(dir, 'ledger'), dir, {
    policy: NO_POLICY,
    onEntry: (index, entry) => reconciliation.take(index, entry),
  });
  expect(problems).toEqual([]);
  const rows = await reconciliation.compare(store.db);
  return rows.map(({ place, index, message }) => `${index ?? '-'} ${place}: ${message}`);
}

const verbs = async () =>
  (await listEntries(ledger, {})).entries
    .map(({ kind, act, result }) => [kind, act, ...(result ? [result] : [])].join(' '))
    .reverse();

const ADOPTED = accessTables.flatMap(() => ['intent ledger.adopt', 'outcome ledger.adopt done']);
/** The first entry after those that take the tables in. */
const FIRST = ADOPTED.length;

describe('an act', () => {
  test('is durable before it happens, and so is how it ended', async () => {
    let before = 0;
    await perform(ledger, { actor: 'account:A', act: 'case.open' }, () => {
      before = ledger.log.size;
    });
    expect(before).toBe(FIRST + 1);
    const refusal = () => perform(ledger, { actor: 'account:A', act: 'case.close' }, refuse);
    const refuse = () => {
      throw new Fault('forbidden', 'no');
    };
    await expect(refusal()).rejects.toMatchObject({ code: 'forbidden' });
    const broken = () => Promise.reject(new TypeError('x'));
    await expect(perform(ledger, { actor: 'account:A', act: 'case.print' }, broken)).rejects.toThrow('x');
    expect(await verbs()).toEqual([
      ...ADOPTED,
      'intent case.open',
      'outcome case.open done',
      'intent case.close',
      'outcome case.close refused',
      'intent case.print',
      'outcome case.print failed',
    ]);
  });

  test('is refused when it cannot be recorded', async () => {
    await ledger.close();
    let happened = false;
    const act = perform(ledger, { actor: 'account:A', act: 'case.open' }, () => {
      happened = true;
    });
    await expect(act).rejects.toMatchObject({ code: 'ledger-unavailable' });
    await expect(account('Noor')).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect([happened, await store.db.selectFrom('accounts').selectAll().execute()]).toEqual([false, []]);
  });
});

describe('details', () => {
  test('are not in the log, are shown while they are kept, and can be forgotten on the record', async () => {
    const { id } = await record(ledger, { actor: 'account:A', act: 'lead.search', details: { text: 'Mira Novak' } });
    expect(readFileSync(join(dir, `ledger/tile/entries/000.p/${FIRST + 1}`), 'utf8')).not.toContain('Mira');
    const [first] = (await listEntries(ledger, { act: 'lead.search' })).entries;
    expect(first?.details).toEqual({ text: 'Mira Novak' });
    expect(await findings()).toEqual([]);
    await forget(ledger, { actor: 'account:B' }, id);
    expect(await findings()).toEqual([]);
    expect((await listEntries(ledger, { act: 'lead.search' })).entries[0]).not.toHaveProperty('details');
    await expect(forget(ledger, { actor: 'account:B' }, id)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('that were changed or deleted behind our back are named and not shown', async () => {
    const { id } = await record(ledger, { actor: 'account:A', act: 'lead.search', details: { text: 'Mira' } });
    await store.db.updateTable('ledger_details').set({ details: '{"text":"Noor"}' }).execute();
    expect(await findings()).toEqual([expect.stringMatching(`^${FIRST} ledger_details ${id}: was changed behind`)]);
    expect((await listEntries(ledger, { act: 'lead.search' })).entries[0]).not.toHaveProperty('details');
    await store.db.deleteFrom('ledger_details').execute();
    expect(await findings()).toEqual([expect.stringMatching(`^${FIRST} ledger_details ${id}: was deleted behind`)]);
  });
});

describe('rows', () => {
  test('that the program changed are as the ledger says', async () => {
    await account('Mira');
    await account('Noor', 'engineer');
    await disableAccount(access(), { name: 'mira' });
    await expect(account('mira')).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(grantRole(access(), { name: 'noor', role: 'analyst' })).rejects.toMatchObject({ code: 'forbidden' });
    // A hash of another cost is made anew at sign-in.
    const request = new Request('http://localhost/');
    await signIn({ ...access(), passwordCost: { ...COST, p: 2 } }, { name: 'noor', password: PASSWORD }, request);
    expect(await findings()).toEqual([]);
    expect(await verbs()).toEqual([
      ...ADOPTED,
      'intent account.create',
      'outcome account.create done',
      'intent account.create',
      'outcome account.create done',
      'intent account.disable',
      'outcome account.disable done',
      'record session.open.password',
      'intent account.rehash-password',
      'outcome account.rehash-password done',
    ]);
  });

  test('that somebody changed, added or deleted behind our back are named', async () => {
    const [mira, noor] = [await account('Mira'), await account('Noor')];
    const added = randomId();
    await store.db.updateTable('accounts').set({ name: 'engineer' }).where('id', '=', mira.id).execute();
    await store.db.deleteFrom('grants').where('account_id', '=', noor.id).execute();
    await store.db.deleteFrom('accounts').where('id', '=', noor.id).execute();
    const row = {
      name: 'Eve',
      name_key: 'eve',
      password_hash: 'x',
      created_at: clock(),
      disabled_at: null,
    };
    await store.db
      .insertInto('accounts')
      .values({ id: added, ...row })
      .execute();
    expect((await findings()).sort()).toEqual(
      [
        `${FIRST} accounts ${mira.id}: was changed behind the program’s back`,
        `${FIRST + 2} accounts ${noor.id}: was deleted behind the program’s back`,
        `${FIRST + 2} grants ${noor.id}/analyst: was deleted behind the program’s back`,
        `- accounts ${added}: is in no entry: it was added behind the program’s back`,
      ].sort(),
    );
  });

  test.for(['name', 'name_key', 'password_hash', 'created_at', 'disabled_at', 'person'] as const)(
    'whose column %s was changed are named',
    async (column) => {
      await account('Mira');
      const value = column.endsWith('_at') ? new Date(clock().getTime() + 1) : 'engineer';
      await store.db
        .updateTable('accounts')
        .set({ [column]: value })
        .execute();
      expect(await findings()).toEqual([expect.stringContaining('was changed behind')]);
    },
  );

  test('that were put back to an older state are named, although an older entry says so', async () => {
    const { id } = await account('Mira');
    const [before, salt] = [
      await store.db.selectFrom('accounts').selectAll().executeTakeFirstOrThrow(),
      await store.db.selectFrom('ledger_rows').selectAll().where('row_key', '=', id).executeTakeFirstOrThrow(),
    ];
    await disableAccount(access(), { name: 'Mira' });
    await store.db.updateTable('accounts').set(before).execute();
    await store.db.updateTable('ledger_rows').set(salt).where('row_key', '=', id).execute();
    expect(await findings()).toEqual([`${FIRST + 2} accounts ${id}: was changed behind the program’s back`]);
  });

  test('that were there before the table was declared are taken in once', async () => {
    await store.db.deleteFrom('ledger_rows').execute();
    dir = join(root, String(count++));
    mkdirSync(dir);
    const older = { name: 'Older', role: 'analyst', password: PASSWORD } as const;
    await createAccount({ ...access(), ledger: undefined }, older);
    ledger = await open();
    expect(await findings()).toEqual([]);
    await ledger.close();
    ledger = await open();
    const { size } = ledger.log;
    // Of the declared tables accounts and grants have rows.
    expect(size).toBe(FIRST + 2);
    // The attack: change a row and let the program believe that it has never seen the table.
    await store.db.updateTable('accounts').set({ name: 'engineer' }).execute();
    await store.db.deleteFrom('ledger_rows').execute();
    await ledger.close();
    ledger = await open();
    expect(await findings()).toEqual(
      accessTables.map(({ table, recordedAs = table }) =>
        expect.stringContaining(`${recordedAs}: was taken in anew by entry`),
      ),
    );
  });

  /** Casework whose commit fails, before or after it has happened. */
  const failing = (hasHappened: boolean) => {
    const execute = async (work: (tx: CaseworkDb) => Promise<unknown>) => {
      await store.db.transaction().execute(async (tx) => {
        await work(tx);
        if (!hasHappened) throw new Error('the connection broke');
      });
      throw new Error('the connection broke');
    };
    return { transaction: () => ({ execute }) } as unknown as CaseworkDb;
  };

  test.for([false, true])('whose commit was never answered may be as before or after (%s)', async (hasHappened) => {
    const { id } = await account('Mira');
    const disabling = change(
      ledger,
      failing(hasHappened),
      { actor: 'account:A', act: 'account.disable' },
      async (tx, touch) => {
        await tx.updateTable('accounts').set({ disabled_at: clock() }).execute();
        touch('accounts', id);
      },
    );
    await expect(disabling).rejects.toThrow('broke');
    expect((await store.db.selectFrom('accounts').selectAll().executeTakeFirst())?.disabled_at !== null).toBe(
      hasHappened,
    );
    expect(await findings()).toEqual([]);
    await store.db.updateTable('accounts').set({ name: 'engineer' }).execute();
    expect(await findings()).toEqual([expect.stringContaining('was changed behind')]);
  });
});

describe('the reading side', () => {
  test('pages, filters, and proves an entry to whoever has the policy', async () => {
    await Promise.all(
      Array.from({ length: 600 }, (_, at) =>
        record(ledger, { actor: `account:${at % 3}`, act: 'lead.read', on: [`lead:${at}`] }),
      ),
    );
    const all: number[] = [];
    for (let before: number | null | undefined; before !== null; ) {
      const page = await listEntries(ledger, { actor: 'account:1' }, { before, limit: 70 });
      all.push(...page.entries.map(({ index }) => index));
      before = page.next;
    }
    expect(all.length).toBe(200);
    expect(all).toEqual(all.toSorted((a, b) => b - a));
    expect((await listEntries(ledger, { on: 'lead:7' })).entries).toHaveLength(1);
    const vkey = readFileSync(join(dir, 'ledger/vkey'), 'utf8').trim();
    expect(parseVerifierKey(vkey).name).toBe('example.org/log');
    const policy = parsePolicy(`log ${vkey}\nquorum none`);
    for (const index of [0, 255, 256, FIRST + 599]) {
      const { proof, entry } = await proveEntry(ledger, index);
      const proven = verifyProof(proof, policy);
      expect([proven.index, proven.entry.toString(), proven.checkpoint.size]).toEqual([index, entry, FIRST + 600]);
      expect(decodeEntry(proven.entry)).toBeDefined();
      expect(() => verifyProof(proof.replace(`index ${index}`, 'index 9'), policy)).toThrow('place');
    }
    await expect(proveEntry(ledger, FIRST + 600)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('one line records every route: who, what, on what, and not the body', async () => {
    const plain = [
      route({
        method: 'POST',
        path: '/api/leads/:id',
        audience: 'signed-in',
        summary: 'x',
        params: z.object({ id: z.string() }),
        query: z.object({ q: z.string().optional(), limit: z.coerce.number().default(5) }),
        body: z.object({ secret: z.string() }),
        response: z.void(),
        handler: () => {},
      }),
      ...ledgerRoutes(ledger, 'signed-in'),
    ];
    const routes = recorded(ledger, plain);
    const context = {
      account: { id: 'ME', name: 'Mira', roles: ['analyst'], person: null },
      csrfToken: '',
      request: new Request('http://x/'),
      headers: new Headers(),
    };
    const call = (at: number, input: object) =>
      routes[at]!.handler({ params: {}, query: {}, body: undefined, ...input }, context as never);
    await call(0, { params: { id: '7F3K' }, query: { q: 'Noor', limit: 5 }, body: { secret: 's3cret' } });
    const shown = (await call(1, { query: { limit: 100 } })) as {
      entries: { act: string; on: string[]; actor: string }[];
    };
    expect(shown.entries.slice(0, 3).map(({ act, on, actor }) => `${actor} ${act} ${on}`)).toEqual([
      'account:ME get.ledger.entries ',
      'account:ME post.leads.id id:7F3K',
      'account:ME post.leads.id id:7F3K',
    ]);
    const bundle = readFileSync(join(dir, `ledger/tile/entries/000.p/${FIRST + 3}`), 'utf8');
    for (const secret of ['s3cret', 'Noor', 'Mira']) expect(bundle).not.toContain(secret);
    await call(0, { params: { id: 'Mira Novak' }, body: { secret: 's3cret' } });
    expect(readFileSync(join(dir, `ledger/tile/entries/000.p/${FIRST + 5}`), 'utf8')).not.toContain('Novak');
  });
});
