/** Unmasking: what each of those who take part may do, and what he gets to see. */
import { Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Account } from '../http/route.ts';
import { change, type Touch } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import { personOf } from './alias.ts';
import { findUnmasking, isKeptOut, readRow, type Told, type Unmaskings } from './finding.ts';
import { personMark } from './jobs.ts';
import { type Identity, readIdentity } from './layers.ts';
import { classOf, type Identities, listKeys, recipientsNow } from './officers.ts';
import { isSignedBy, type Layer, sha256Hex } from './statement.ts';
import * as store from './store.ts';
import { type Actor, type Done, phaseAt, type Step, statementOf, take, type Unmasking } from './unmasking.ts';

/**
 * Asks for the identity behind an alias of a case. Throws `not-found` for the alias, `no-officers` while nobody's name can
 * be opened, `forbidden`.
 */
export async function requestUnmasking(
  parts: Unmaskings,
  as: Account,
  input: { case: string; alias: string; reason: string },
): Promise<Told> {
  const { casework, policy, clock } = parts;
  const { case: caseId, alias, reason } = input;
  const user = await personOf(parts, caseId, alias);
  const nobody = new Fault('not-found', 'There is nobody under this pseudonym in this case.', { place: alias });
  if (user === undefined || (await isKeptOut(parts, as, { case: caseId, user }))) throw nobody;
  if (policy.isOfCase && !(await policy.isOfCase(as, caseId))) throw nobody;
  if (reason.trim().length < 20)
    throw new Fault('invalid-input', 'Say in a sentence why the name is needed.', { place: 'reason' });
  if ((await recipientsNow(parts)) === undefined) throw noOfficers('No officers of both classes are enrolled');
  const subject = personMark(parts, user);
  const sealed = await store.sealedIdentityOf(casework, subject);
  if (sealed === undefined) throw noOfficers('No name of this person was sealed when the directory was loaded');
  const id = randomId();
  const now = clock();
  const expires = new Date(now.getTime() + policy.hours * 3_600_000);
  const step: Step = {
    ...{ kind: 'request', case: caseId, alias, subject, reason: sha256Hex(reason) },
    ...{ expires: expires.toISOString(), notifyAfterDays: policy.notifyAfterDays },
  };
  const done: Done = { step, by: actorOf(parts, as), at: now.toISOString() };
  const unmasking = take(id, undefined, done);
  const { outer_layer, inner_digest, identity_digest } = sealed;
  await change(parts.ledger, casework, actOf(as, 'unmasking.request', unmasking), async (tx, touch) => {
    await store.insertUnmasking(
      tx,
      { id, case_id: caseId, alias, person_mark: subject, reason, requested_at: now },
      {
        unmasking_id: id,
        outer_layer,
        inner_digest,
        identity_digest,
        inner_layer: null,
        identity: null,
        expires_at: expires,
      },
    );
    touch('unmaskings', id);
    await addStep(tx, touch, { id, number: 1, done });
  });
  return { unmasking, reason };
}

/** What lies under the next layer's seal, for an officer of its class: base64 of an age file. */
export async function layerToOpen(
  parts: Unmaskings,
  as: Account,
  id: string,
): Promise<{ layer: Layer; sealed: string }> {
  const { unmasking } = await findUnmasking(parts, as, id);
  const phase = phaseAt(unmasking, parts.clock().toISOString());
  const layers = await store.layersOf(parts.casework, id);
  const own = classOf(as);
  if (layers && phase === 'waits_for_case' && own === 'case') return { layer: 'outer', sealed: layers.outer_layer };
  if (layers?.inner_layer && phase === 'waits_for_approval' && own === 'approval')
    return { layer: 'inner', sealed: layers.inner_layer };
  throw new Fault('forbidden', `There is nothing for you to open: it is ${phase}.`, { place: id });
}

/**
 * Takes what an officer found under a layer, with his signature over `statementOf`. Both are checked: what he hands over is
 * what was sealed, and the key is his, confirmed and of the layer's class. Throws `not-trusted`, `forbidden`.
 */
export async function openUnmasking(
  parts: Unmaskings,
  as: Account,
  id: string,
  given: { opened: string; signature: string },
): Promise<Told> {
  const told = await findUnmasking(parts, as, id);
  const layer = classOf(as) === 'case' ? 'outer' : 'inner';
  const bytes = Buffer.from(given.opened, 'base64');
  const digest = sha256Hex(bytes);
  const statement = statementOf(told.unmasking, layer, digest);
  const key = (await listKeys(parts)).find(
    (one) =>
      one.account === as.id && one.state === 'confirmed' && isSignedBy(statement, given.signature, one.signingKey),
  );
  if (key === undefined)
    throw new Fault('not-trusted', 'No confirmed key of yours made this signature over this request.', {
      place: 'signature',
    });
  const { signature } = given;
  const step: Step = { kind: 'open', layer, key: key.id, class: key.class, digest, signature };
  const on = [`key:${key.id}`, `signature:${Buffer.from(signature, 'hex').toString('base64url')}`];
  const proof = { on, digest: sha256Hex(statement) };
  return await stepped(parts, as, id, step, `unmasking.open-${layer}`, proof, async (tx) => {
    const layers = await store.layersOf(tx, id);
    if (layers === undefined) throw new Fault('forbidden', 'What was to be opened has expired.', { place: id });
    if (digest !== (layer === 'outer' ? layers.inner_digest : layers.identity_digest))
      throw new Fault('not-trusted', 'This is not what lies under the layer.', { place: 'opened' });
    if (layer === 'outer') await store.updateLayers(tx, id, { inner_layer: given.opened });
    else {
      await requireRight({ ...parts, casework: tx }, told.unmasking, readIdentity(bytes));
      const identity = parts.sealing.seal(bytes.toString('utf8'), 'unmasked', id);
      await store.updateLayers(tx, id, { identity, inner_layer: null });
    }
  });
}

/** Sealed names could have been exchanged between two rows: the account inside must be the one behind the alias. */
async function requireRight(parts: Identities, { request }: Unmasking, identity: Identity): Promise<void> {
  const user = await personOf(parts, request.step.case, request.step.alias);
  if (user === identity.user) return;
  throw new Fault('sealed-changed', 'The sealed name is another person’s.', { place: 'sealed_identities' });
}

/** The identity, for its requester alone, from the second signature to the expiry. Signatures are checked once more. */
export async function seeIdentity(parts: Unmaskings, as: Account, id: string): Promise<Identity> {
  const { unmasking } = await findUnmasking(parts, as, id);
  const { request, openings } = unmasking;
  const phase = phaseAt(unmasking, parts.clock().toISOString());
  if (phase !== 'open') {
    if (!['waits_for_case', 'waits_for_approval'].includes(phase)) await store.deleteLayers(parts.casework, id);
    throw new Fault('forbidden', `There is no identity to see: it is ${phase}.`, { place: id });
  }
  if (request.by.account !== as.id)
    throw new Fault('forbidden', 'Only whoever requested it sees the identity.', { place: id });
  const keys = new Map((await listKeys(parts)).map((key) => [key.id, key.signingKey]));
  const isTrue = openings.every(({ step: { layer, digest, signature, key } }) =>
    isSignedBy(statementOf(unmasking, layer, digest), signature, keys.get(key) ?? ''),
  );
  const layers = await store.layersOf(parts.casework, id);
  const plain = layers?.identity ? Buffer.from(parts.sealing.open(layers.identity, 'unmasked', id)) : undefined;
  if (!isTrue || plain === undefined || sha256Hex(plain) !== openings[1]!.step.digest)
    throw new Fault('sealed-changed', 'The signatures do not stand for what is open.', { place: `unmaskings ${id}` });
  return readIdentity(plain);
}

/** An officer says no, with his reason. */
export async function declineUnmasking(parts: Unmaskings, as: Account, id: string, reason: string): Promise<Told> {
  return await stepped(parts, as, id, { kind: 'decline', reason }, 'unmasking.decline', {}, (tx) =>
    store.deleteLayers(tx, id),
  );
}

/** The requester needs it no more. */
export async function endUnmasking(parts: Unmaskings, as: Account, id: string): Promise<Told> {
  return await stepped(parts, as, id, { kind: 'end' }, 'unmasking.end', {}, (tx) => store.deleteLayers(tx, id));
}

/** Asks that the person be told later than policy says. `until`: a moment in ISO 8601. */
export async function proposeHold(
  parts: Unmaskings,
  as: Account,
  id: string,
  { until, reason }: { until: string; reason: string },
): Promise<Told> {
  const step: Step = { kind: 'propose_hold', until, reason };
  return await stepped(parts, as, id, step, 'unmasking.propose-hold', {}, async () => {});
}

export async function confirmHold(parts: Unmaskings, as: Account, id: string): Promise<Told> {
  return await stepped(parts, as, id, { kind: 'confirm_hold' }, 'unmasking.confirm-hold', {}, async () => {});
}

function actorOf(parts: Identities, { id, person }: Account): Actor {
  return { account: id, person: person === null ? null : personMark(parts, person) };
}

function actOf(as: Account, act: string, { id, request }: Unmasking, on: readonly string[] = []) {
  return { actor: `account:${as.id}`, act, on: [`unmasking:${id}`, `case:${request.step.case}`, ...on] };
}

/** Takes one more step, with what it changes, in one transaction. */
async function stepped(
  parts: Unmaskings,
  as: Account,
  id: string,
  step: Step,
  verb: string,
  proof: { on?: readonly string[]; digest?: string },
  work: (tx: CaseworkDb) => Promise<void>,
): Promise<Told> {
  const { unmasking: before } = await findUnmasking(parts, as, id);
  const act = { ...actOf(as, verb, before, proof.on), digest: proof.digest };
  return await change(parts.ledger, parts.casework, act, async (tx, touch) => {
    const { row, steps } = (await store.unmaskingById(tx, id, true))!;
    const { unmasking, reason } = readRow(row, steps);
    const done: Done = { step, by: actorOf(parts, as), at: parts.clock().toISOString() };
    const next = take(id, unmasking, done);
    await work(tx);
    await addStep(tx, touch, { id, number: steps.length + 1, done });
    return { unmasking: next, reason };
  });
}

async function addStep(
  tx: CaseworkDb,
  touch: Touch,
  { id, number, done }: { id: string; number: number; done: Done },
): Promise<void> {
  const { step, by, at } = done;
  const key = `${id}.${number}`;
  await store.insertStep(tx, {
    ...{ id: key, unmasking_id: id, number, account_id: by.account, person_mark: by.person, at },
    step: JSON.stringify(step),
  });
  touch('unmasking_steps', key);
}

function noOfficers(message: string): Fault {
  return new Fault('no-officers', `${message}: the identity cannot be opened.`);
}
