/** Sealing the names of a directory, and forgetting what has expired. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import type { Sealed } from './alias.ts';
import { readNames } from './directory.ts';
import { type Identity, sealIdentity } from './layers.ts';
import { recipientsNow } from './officers.ts';
import { deleteExpired, saveIdentities, selectContentMarks } from './store.ts';

const BATCH = 100;
const SWEEP_MS = 60_000;

/** The keyed hash under which everything about a person is found, whatever his pseudonym is called where. */
export const personMark = ({ sealing }: Pick<Sealed, 'sealing'>, userUid: string): string =>
  sealing.mark(userUid, 'person');

export interface SealedNames {
  /** People whose names the directory has. */
  readonly people: number;
  /** How many were sealed now; the others were sealed before, to the same keys. */
  readonly sealed: number;
  /** False while no officers of both classes are enrolled: then no name was kept in any form. */
  readonly hasOfficers: boolean;
}

export interface SealOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Seals names and addresses of an organisation folder's directory to the officers that are enrolled now. Done again after
 * an interruption, a new month or a new officer, it seals what differs. Errors: interrupted.
 */
export async function sealNames(sealed: Sealed, folder: string, options: SealOptions = {}): Promise<SealedNames> {
  return await sealIdentities(sealed, readNames(folder), options);
}

/** The same for people whose names came another way: by account, as a directory says them. */
export async function sealIdentities(
  sealed: Sealed,
  people: ReadonlyMap<string, Identity>,
  options: SealOptions = {},
): Promise<SealedNames> {
  const { casework, sealing } = sealed;
  const recipients = await recipientsNow(sealed);
  if (recipients === undefined) return { people: 0, sealed: 0, hasOfficers: false };
  const known = await selectContentMarks(casework);
  const stale = [...people.values()]
    .map((identity) => ({
      identity,
      person_mark: personMark(sealed, identity.user),
      content_mark: sealing.mark(JSON.stringify([identity, recipients]), 'identity'),
    }))
    .filter(({ person_mark, content_mark }) => known.get(person_mark) !== content_mark);
  for (let at = 0; at < stale.length; at += BATCH) {
    const rows = [];
    for (const { identity, ...marks } of stale.slice(at, at + BATCH)) {
      if (options.signal?.aborted) throw new Fault('interrupted', 'Sealing of names was stopped.');
      const { outer, innerDigest, identityDigest } = await sealIdentity(identity, recipients);
      rows.push({ ...marks, outer_layer: outer, inner_digest: innerDigest, identity_digest: identityDigest });
    }
    await saveIdentities(casework, rows);
    options.onProgress?.(at + rows.length, stale.length);
  }
  return { people: people.size, sealed: stale.length, hasOfficers: true };
}

/** Until `signal` aborts: what was opened is deleted within a minute of its expiry. */
export async function forgetExpired(
  { casework, clock, log }: Pick<Sealed, 'casework'> & { clock: () => Date; log: Log },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await deleteExpired(casework, clock());
    } catch (error) {
      log.warn({ room: 'identities', error }, 'what has expired could not be deleted, tried again later');
    }
    await sleep(SWEEP_MS, undefined, { signal }).catch(() => {});
  }
}
