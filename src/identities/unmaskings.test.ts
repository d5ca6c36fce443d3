import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessTables, disableAccount, grantRole, revokeRole } from '../access/access.ts';
import type { Account } from '../http/route.ts';
import { type Ledger, listEntries, NO_POLICY, openLedger, Reconciliation, verifyLedger } from '../ledger/ledger.ts';
import { type Data, openData } from '../stores/data.ts';
import { findUnmasking, listUnmaskings, noticesFor, type Unmaskings } from './finding.ts';
import { aliases, identityTables, openLayer, sealNames, signStatement } from './identities.ts';
import { confirmKey, listKeys, proposeKey, retireKey } from './officers.ts';
import { enrol, makeAccount, newOfficer, type Officer, openAs, propose, writeDirectory } from './sample-house.ts';
import { sha256Hex } from './statement.ts';
import { statementOf } from './unmasking.ts';
import * as unmaskings from './unmaskings.ts';

const CASE = 'CASE1';
const REASON = 'The logs alone cannot tell whether the trip was official.';

let root: string;
let data: Data;
let ledger: Ledger;
let parts: Unmaskings;
let now = new Date('2026-03-02T09:00:00.000Z');
const later = (hours: number) => {
  now = new Date(now.getTime() + hours * 3_600_000);
};

/** A requester, two officers of each class, and somebody whose identity is sealed although he is an officer. */
let requester: Account;
let first: Officer;
let second: Officer;
let ada: Officer;
let secondsOther: Account;
let alias: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'unmaskings-'));
  writeDirectory(root);
  data = await openData(join(root, 'data'), { create: true });
  ledger = await openLedger({ dir: data.dir, db: data.casework, tables: [...accessTables, ...identityTables] });
  const policy = { hours: 72, notifyAfterDays: 30 };
  parts = { ...data, ledger, clock: () => now, policy };
  const access = { db: data.casework, ledger, clock: () => now };
  requester = await makeAccount(access, 'requester', 'case_officer', 'REQ0001');
  first = await newOfficer(await makeAccount(access, 'first', 'case_officer', 'FIR0001'));
  second = await newOfficer(await makeAccount(access, 'second', 'approver', 'SEC0001'));
  ada = await newOfficer(await makeAccount(access, 'ada', 'approver', 'ADA0001'));
  secondsOther = await makeAccount(access, 'first-again', 'case_officer', 'FIR0001');
  alias = (await aliases(parts, CASE, ['ADA0001'])).get('ADA0001')!;
}, 60_000);
afterAll(async () => {
  await ledger.close();
  await data.close();
  rmSync(root, { recursive: true });
});

const request = async () =>
  (await unmaskings.requestUnmasking(parts, requester, { case: CASE, alias, reason: REASON })).unmasking;
const refused = (work: Promise<unknown>, code: string, message = '') =>
  expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(message) });

describe('without officers', () => {
  it('nothing is sealed, kept in another form, or opened; the program says so', async () => {
    expect(await sealNames(parts, root)).toEqual({ people: 0, sealed: 0, hasOfficers: false });
    expect(await data.casework.selectFrom('sealed_identities').selectAll().execute()).toEqual([]);
    await refused(request(), 'no-officers', 'enrolled');
  });
});

describe('a key', () => {
  it('needs two people, the second of whom compared its fingerprint; two accounts of one person are one', async () => {
    const key = await propose(parts, first, 'case');
    await refused(confirmKey(parts, first.account, key.id, key.fingerprint), 'forbidden', 'another person');
    await refused(confirmKey(parts, secondsOther, key.id, key.fingerprint), 'forbidden', 'another person');
    await refused(confirmKey(parts, second.account, key.id, key.fingerprint.replace(/./, 'g')), 'not-trusted');
    expect((await sealNames(parts, root)).hasOfficers).toBe(false);
    expect(await confirmKey(parts, second.account, key.id, key.fingerprint)).toMatchObject({ state: 'confirmed' });
    await refused(confirmKey(parts, second.account, key.id, key.fingerprint), 'forbidden', 'already');
    const entries = (await listEntries(ledger, { on: `officer_keys:${key.id}` })).entries;
    const acts = entries.filter(({ kind }) => kind === 'intent').map(({ act, actor }) => [act, actor]);
    expect(acts).toEqual([
      ['officer.confirm-key', `account:${second.account.id}`],
      ['officer.propose-key', `account:${first.account.id}`],
    ]);
  });

  it('is proposed by whoever holds it, once, and by nobody without such a duty', async () => {
    const { recipient, signingKey } = second;
    const stolen = signStatement('anything', ed25519.keygen().secretKey);
    await refused(proposeKey(parts, second.account, { recipient, signingKey, proof: stolen }), 'not-trusted');
    await refused(
      propose(parts, { ...second, account: { ...second.account, roles: ['analyst'] } }, 'approval'),
      'forbidden',
    );
    await refused(propose(parts, { ...second, account: { ...second.account, person: null } }, 'approval'), 'forbidden');
    await refused(propose(parts, { ...second, recipient: 'age1nonsense' }, 'approval'), 'invalid-input');
    await refused(propose(parts, first, 'case'), 'invalid-input', 'before');
    await enrol(parts, second, 'approval', first.account);
    await enrol(parts, ada, 'approval', first.account);
  });
});

describe('names', () => {
  it('are sealed once for the officers there are, and again when either changes', async () => {
    await refused(request(), 'no-officers', 'sealed');
    expect(await sealNames(parts, root)).toEqual({ people: 3, sealed: 3, hasOfficers: true });
    expect(await sealNames(parts, root)).toMatchObject({ sealed: 0 });
    const third = await newOfficer(
      await makeAccount({ db: data.casework, ledger, clock: () => now }, 'third', 'case_officer', 'THI1'),
    );
    const key = await enrol(parts, third, 'case', second.account);
    expect(await sealNames(parts, root)).toMatchObject({ sealed: 3 });
    await retireKey(parts, second.account, key.id);
    expect(await sealNames(parts, root)).toMatchObject({ sealed: 3 });
    expect((await listKeys(parts)).map(({ state }) => state).sort()).toEqual([
      'confirmed',
      'confirmed',
      'confirmed',
      'retired',
    ]);
  });

  it('are sealed no more to an officer who lost his duty or his account', async () => {
    const access = { db: data.casework, ledger, clock: () => now };
    const fourth = await newOfficer(await makeAccount(access, 'fourth', 'case_officer', 'FOU1'));
    const key = await enrol(parts, fourth, 'case', second.account);
    const state = async () => (await listKeys(parts)).find(({ id }) => id === key.id)!.state;
    expect(await state()).toBe('confirmed');
    await revokeRole(access, { name: 'fourth', role: 'case_officer' });
    expect(await state()).toBe('retired');
    await grantRole(access, { name: 'fourth', role: 'case_officer' });
    expect(await state()).toBe('confirmed');
    await disableAccount(access, { name: 'fourth' });
    expect(await state()).toBe('retired');
  });

  it('lie under two layers of which no single key opens both, and are all of one length', async () => {
    const rows = await data.casework.selectFrom('sealed_identities').selectAll().execute();
    expect(new Set(rows.map(({ outer_layer }) => outer_layer.length)).size).toBe(1);
    const outer = Buffer.from(rows[0]!.outer_layer, 'base64');
    await refused(openLayer(outer, [second.identity]), 'not-trusted');
    const inner = await openLayer(outer, [first.identity]);
    await refused(openLayer(inner, [first.identity]), 'not-trusted');
    expect(Buffer.from(await openLayer(inner, [second.identity])).toString()).toMatch(/"name":"[A-Z]/);
  });
});

describe('an unmasking', () => {
  it('is seen by its requester alone, from the second signature until it expires, and is gone then', async () => {
    const { id } = await request();
    await refused(unmaskings.seeIdentity(parts, requester, id), 'forbidden', 'waits_for_case');
    await openAs(parts, first, id);
    await refused(unmaskings.seeIdentity(parts, requester, id), 'forbidden', 'waits_for_approval');
    await openAs(parts, second, id);
    expect(await unmaskings.seeIdentity(parts, requester, id)).toEqual({
      ...{ user: 'ADA0001', name: 'Example, Ada', address: 'ada.example@house.example' },
    });
    await refused(unmaskings.seeIdentity(parts, first.account, id), 'forbidden', 'Only whoever requested');
    later(72);
    await refused(unmaskings.seeIdentity(parts, requester, id), 'forbidden', 'expired');
    const left = sql`select * from unmasking_layers where unmasking_id = ${id}`.execute(data.casework);
    expect((await left).rows).toEqual([]);
  });

  it('has both signatures in the ledger, and they verify from it', async () => {
    const { id } = await request();
    await openAs(parts, first, id);
    await openAs(parts, second, id);
    const { unmasking } = await findUnmasking(parts, requester, id);
    const { entries } = await listEntries(ledger, { on: `unmasking:${id}`, kind: 'intent' });
    for (const [at, officer] of [first, second].entries()) {
      const { digest, layer } = unmasking.openings[at]!.step;
      const statement = statementOf(unmasking, layer, digest);
      const entry = entries.find(({ act }) => act === `unmasking.open-${layer}`)!;
      expect(entry).toMatchObject({ actor: `account:${officer.account.id}`, digest: sha256Hex(statement) });
      const signature = entry.on!.find((one) => one.startsWith('signature:'))!.slice('signature:'.length);
      const key = Buffer.from(officer.signingKey, 'hex');
      expect(ed25519.verify(Buffer.from(signature, 'base64url'), Buffer.from(statement), key)).toBe(true);
    }
  });

  it('is refused to one officer twice, to the wrong officer, and to whoever signed another request', async () => {
    const [one, other] = [await request(), await request()];
    await refused(openAs(parts, second, one.id), 'forbidden', 'nothing for you to open');
    const { sealed } = await unmaskings.layerToOpen(parts, first.account, one.id);
    const bytes = await openLayer(Buffer.from(sealed, 'base64'), [first.identity]);
    const opened = Buffer.from(bytes).toString('base64');
    const signed = (found: typeof one, digest: string) =>
      signStatement(statementOf(found, 'outer', digest), first.secret);
    const hand = (signature: string, what = opened) =>
      unmaskings.openUnmasking(parts, first.account, one.id, { opened: what, signature });
    await refused(hand(signed(other, sha256Hex(bytes))), 'not-trusted', 'signature');
    await refused(hand(signStatement(statementOf(one, 'outer', sha256Hex(bytes)), second.secret)), 'not-trusted');
    const forged = Buffer.from('something else');
    await refused(hand(signed(one, sha256Hex(forged)), forged.toString('base64')), 'not-trusted', 'under the layer');
    await hand(signed(one, sha256Hex(bytes)));
    await refused(hand(signed(one, sha256Hex(bytes))), 'forbidden', 'inner layer comes next');
    expect((await findUnmasking(parts, requester, one.id)).unmasking.openings).toHaveLength(1);
    await unmaskings.endUnmasking(parts, requester, one.id);
    await refused(openAs(parts, second, one.id), 'forbidden', 'ended');
    await unmaskings.declineUnmasking(parts, second.account, other.id, REASON);
    await refused(openAs(parts, first, other.id), 'forbidden', 'declined');
  });

  it('does not exist for the person concerned, nor for whoever is kept out', async () => {
    const { id } = await request();
    await refused(findUnmasking(parts, ada.account, id), 'not-found');
    await refused(openAs(parts, ada, id), 'not-found');
    expect(await listUnmaskings(parts, ada.account)).toEqual([]);
    const apart = {
      ...parts,
      policy: { ...parts.policy, isKeptOut: async ({ id: who }: Account) => who === second.account.id },
    };
    await refused(findUnmasking(apart, second.account, id), 'not-found');
    const outside = { ...parts, policy: { ...parts.policy, isOfCase: async () => false } };
    await refused(unmaskings.requestUnmasking(outside, requester, { case: CASE, alias, reason: REASON }), 'not-found');
    await refused(unmaskings.requestUnmasking(parts, requester, { case: 'CASE2', alias, reason: REASON }), 'not-found');
  });

  it('is refused when it expired before the second signature', async () => {
    const { id } = await request();
    await openAs(parts, first, id);
    later(72);
    await refused(openAs(parts, second, id), 'forbidden', 'expired');
  });

  it('is refused when what is sealed was changed or exchanged behind the program’s back', async () => {
    const rows = await data.casework.selectFrom('sealed_identities').selectAll().execute();
    const mark = (await data.casework.selectFrom('unmaskings').select('person_mark').executeTakeFirstOrThrow())
      .person_mark;
    const [own, other] = [rows.find((row) => row.person_mark === mark)!, rows.find((row) => row.person_mark !== mark)!];
    const put = async ({ outer_layer, inner_digest, identity_digest }: typeof own) => {
      const values = { outer_layer, inner_digest, identity_digest };
      await data.casework.updateTable('sealed_identities').set(values).where('person_mark', '=', mark).execute();
    };
    await put(other);
    const exchanged = await request();
    await openAs(parts, first, exchanged.id);
    await refused(openAs(parts, second, exchanged.id), 'sealed-changed', 'another person');
    const bytes = Buffer.from(own.outer_layer, 'base64');
    for (const at of [10, 300, bytes.length - 1]) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1;
      await put({ ...own, outer_layer: flipped.toString('base64') });
      await refused(openAs(parts, first, (await request()).id), 'not-trusted');
    }
    await put(own);
    const { id } = await request();
    await openAs(parts, first, id);
    await openAs(parts, second, id);
    const key = { signing_key: 'a'.repeat(64) };
    const mine = (await listKeys(parts)).find(({ account }) => account === second.account.id)!;
    await data.casework.updateTable('officer_keys').set(key).where('id', '=', mine.id).execute();
    await refused(unmaskings.seeIdentity(parts, requester, id), 'sealed-changed', 'officer');
    await refused(sealNames(parts, root), 'sealed-changed', 'officer');
    await data.casework
      .updateTable('officer_keys')
      .set({ signing_key: mine.signingKey })
      .where('id', '=', mine.id)
      .execute();
    expect(await unmaskings.seeIdentity(parts, requester, id)).toMatchObject({ user: 'ADA0001' });
  });
});

describe('the person concerned', () => {
  it('is told after the delay, or when a hold of two people has ended', async () => {
    const already = (await noticesFor(parts, 'ADA0001')).length;
    const { id } = await request();
    await openAs(parts, first, id);
    await openAs(parts, second, id);
    const openedOn = now.toISOString().slice(0, 10);
    const notice = async () => (await noticesFor(parts, 'ADA0001')).find((one) => one.id === id);
    later(24 * 30 - 1);
    expect(await notice()).toBeUndefined();
    const until = new Date(now.getTime() + 48 * 3_600_000).toISOString();
    await unmaskings.proposeHold(parts, first.account, id, { until, reason: REASON });
    await refused(unmaskings.confirmHold(parts, first.account, id), 'forbidden', 'two people');
    await unmaskings.confirmHold(parts, second.account, id);
    later(47);
    expect(await notice()).toBeUndefined();
    later(1);
    expect(await notice()).toEqual({ id, openedOn, toldOn: now.toISOString().slice(0, 10), wasHeld: true });
    expect((await noticesFor(parts, 'ADA0001')).length).toBeGreaterThan(already);
    expect(await noticesFor(parts, 'BOB0002')).toEqual([]);
  });
});

it('the ledger of all this verifies, and names what was changed behind the program’s back', async () => {
  const problems = async () => {
    const reconciliation = new Reconciliation([...accessTables, ...identityTables]);
    const report = await verifyLedger(join(data.dir, 'ledger'), data.dir, {
      ...{ policy: NO_POLICY, kept: [], isLive: true, onEntry: (at, entry) => reconciliation.take(at, entry) },
    });
    return [...report.problems, ...(await reconciliation.compare(data.casework))].map(({ place }) => place);
  };
  expect(await problems()).toEqual([]);
  const { id } = await data.casework
    .selectFrom('unmasking_steps')
    .select('id')
    .where('step', 'like', '%"notifyAfterDays":30%')
    .executeTakeFirstOrThrow();
  await sql`update unmasking_steps set step = replace(step, '"notifyAfterDays":30', '"notifyAfterDays":300') where id = ${id}`.execute(
    data.casework,
  );
  // One that somebody retired; others count as retired because their account lost the duty.
  const key = await data.casework
    .selectFrom('officer_keys')
    .select('id')
    .where('retired_by', 'is not', null)
    .executeTakeFirstOrThrow();
  await sql`update officer_keys set retired_by = null where id = ${key.id}`.execute(data.casework);
  await refused(listKeys(parts), 'sealed-changed', 'officer');
  expect((await problems()).sort()).toEqual([`officer_keys ${key.id}`, `unmasking_steps ${id}`]);
});
