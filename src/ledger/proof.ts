/** Checking a proof that was handed out (C2SP tlog-proof): it needs a policy and nothing else. */
import { type Checkpoint, parseCheckpoint, parseHash, parseSize } from './checkpoint.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import { decodeBase64, NoteError, parseNote, verifiedBy } from './note.ts';
import type { Policy } from './policy.ts';
import { PROOF_HEAD } from './reading.ts';

export interface ProvenEntry {
  readonly index: number;
  readonly entry: Buffer;
  readonly checkpoint: Checkpoint;
  /** The names the policy has for the witnesses that cosigned. */
  readonly witnesses: readonly string[];
}

/**
 * Verifies a proof that carries its entry as extra data. Throws NoteError, whose message says what does not hold:
 * the form, the log's signature, the policy's quorum, or the entry's place in the log.
 */
export function verifyProof(text: string, policy: Policy): ProvenEntry {
  const end = text.indexOf('\n\n');
  const [head, extra = '', place = '', ...hashes] = text.slice(0, end).split('\n');
  const entry = extra.startsWith('extra ') ? decodeBase64(extra.slice(6)) : undefined;
  if (end < 0 || head !== PROOF_HEAD || entry === undefined || !place.startsWith('index ')) {
    throw new NoteError('it is not a proof with its entry');
  }
  const index = parseSize(place.slice(6));
  const note = parseNote(Buffer.from(text.slice(end + 2)));
  const checkpoint = parseCheckpoint(note.text);
  const logs = policy.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin);
  const by = verifiedBy(note, [...logs, ...policy.witnesses.map(({ key }) => key)]);
  if (!by.some(({ key }) => key.type === 'note'))
    throw new NoteError('its checkpoint is not signed by a log of the policy');
  const witnesses = policy.witnesses.filter(({ key }) => by.some((one) => one.key === key)).map(({ name }) => name);
  if (!policy.quorum(new Set(witnesses)))
    throw new NoteError('its checkpoint lacks the cosignatures the policy asks for');
  const proof = hashes.map(parseHash);
  const { size, root } = checkpoint;
  if (!verifyInclusion(proof, { index, size, root, leaf: leafHash(entry) })) {
    throw new NoteError('the entry does not stand at that place in the log');
  }
  return { index, entry, checkpoint, witnesses };
}
