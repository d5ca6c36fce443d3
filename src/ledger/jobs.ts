/** Asking witnesses to cosign, in the background: acts do not wait for other machines. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../base/fault.ts';
import type { Ledger } from './acts.ts';
import { parseCheckpoint, parseSize } from './checkpoint.ts';
import { replaceFile } from './disk.ts';
import { consistencyProof } from './merkle.ts';
import { formatVerifierKey, NoteError, parseNote, parseSignatureLines, verifiedBy } from './note.ts';
import { NO_POLICY, type Policy, readPolicy, type Witness } from './policy.ts';
import { readIfThere, Tiles } from './tiles.ts';
import { formatRequest } from './witness.ts';

const EVERY_MS = 10_000;
const PATIENCE_MS = 10_000;

type Reachable = Witness & { url: string };

/** The data directory's policy, which says whom to ask and how many are enough. Throws `invalid-content`. */
export function ownPolicy({ places }: Ledger): Policy {
  return existsSync(places.policy) ? readPolicy(places.policy) : NO_POLICY;
}

/** Asks the witnesses again whenever the log has grown, until `signal` aborts. Never throws for what they answer. */
export async function keepWitnessed(ledger: Ledger, signal: AbortSignal, everyMs = EVERY_MS): Promise<void> {
  const policy = ownPolicy(ledger);
  let asked = '';
  while (policy.witnesses.length > 0 && !signal.aborted) {
    const { checkpoint } = ledger.log;
    // Whoever did not answer is asked again.
    if (checkpoint !== asked && (await askWitnesses(ledger, policy, signal)).length === 0) asked = checkpoint;
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

/**
 * Has the present checkpoint cosigned and keeps it with the cosignatures in `cosigned`. Gives the names of the
 * witnesses that did not; why stands in the program's log.
 */
export async function askWitnesses(
  ledger: Ledger,
  policy: Policy = ownPolicy(ledger),
  signal?: AbortSignal,
): Promise<string[]> {
  const { checkpoint } = ledger.log;
  const witnesses = policy.witnesses.filter((witness): witness is Reachable => witness.url !== undefined);
  const asked = await Promise.allSettled(witnesses.map((witness) => ask(ledger, witness, checkpoint, signal)));
  const lines: string[] = [];
  const missing: string[] = [];
  for (const [at, answer] of asked.entries()) {
    if (answer.status === 'fulfilled') {
      lines.push(answer.value);
      continue;
    }
    missing.push(witnesses[at]!.name);
    if (signal?.aborted) continue;
    ledger.programLog.error({ room: 'ledger', error: answer.reason }, 'a witness did not cosign');
  }
  const cosigned = new Set(witnesses.map(({ name }) => name).filter((name) => !missing.includes(name)));
  if (lines.length > 0) await keep(ledger, policy, checkpoint + lines.join(''), policy.quorum(cosigned));
  return missing;
}

/** A checkpoint that too few cosigned does not take the place of an older one that more did. */
async function keep({ places }: Ledger, policy: Policy, note: string, isEnough: boolean): Promise<void> {
  const path = join(places.folder, 'cosigned');
  const before = await readIfThere(path);
  const count = (bytes: Uint8Array) => parseNote(bytes).signatures.length;
  if (!isEnough && before !== undefined && count(before) > count(Buffer.from(note))) return;
  const keys = policy.witnesses.map(({ key }) => `${formatVerifierKey(key)}\n`).join('');
  await replaceFile(join(places.folder, 'witnesses'), Buffer.from(keys));
  await replaceFile(path, Buffer.from(note));
}

/** Gives the witness's signature line. */
async function ask(
  ledger: Ledger,
  { key, url, name }: Reachable,
  checkpoint: string,
  signal?: AbortSignal,
): Promise<string> {
  const { size, text } = read(checkpoint);
  const tiles = new Tiles(ledger.places.folder, size);
  let old = size;
  // The first time we do not know what the witness knows: it says so, and the second time it has what it needs.
  for (let tries = 0; tries < 3; tries++) {
    const body = formatRequest(old, await consistencyProof(old, size, tiles.hash), checkpoint);
    const answer = await fetch(`${url.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
      signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), ...(signal ? [signal] : [])]),
    });
    const said = await answer.text();
    if (answer.status === 200) {
      const signatures = parseSignatureLines(said);
      const [found] = verifiedBy({ text, signatures }, [key]);
      if (found === undefined) throw new NoteError('the answer is not signed by the witness');
      return found.line;
    }
    if (answer.status !== 409) {
      throw new Fault('ledger-refuted', `The witness ${name} refuses the checkpoint (${answer.status}).`, {
        place: name,
      });
    }
    old = parseSize(said.replace(/\n$/, ''));
    if (old > size) {
      const message = `The witness ${name} has seen ${old} entries, and the ledger has ${size}: it was rolled back.`;
      throw new Fault('ledger-refuted', message, { place: name });
    }
  }
  throw new Fault('ledger-unavailable', `The witness ${name} keeps changing its mind.`, { place: name });
}

function read(checkpoint: string): { size: number; text: string } {
  const { text } = parseNote(Buffer.from(checkpoint));
  return { size: parseCheckpoint(text).size, text };
}
