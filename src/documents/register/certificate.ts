/** The certificate of a destruction: what is handed out, and checking it with nothing but the file and a policy. */
import { createHash } from 'node:crypto';
import { Fault } from '../../base/fault.ts';
import {
  decodeEntry,
  type Ledger,
  listEntries,
  NoteError,
  type Policy,
  proveEntry,
  verifyProof,
} from '../../ledger/ledger.ts';
import type { Certificate } from '../custody.ts';
import { documentOf, type Register } from './work.ts';

export const FORMAT = 'countersign-destruction-1';

/** `proof`: that the digest stands in the ledger (C2SP tlog-proof); empty where there is no ledger. */
export interface HandedOut extends Certificate {
  readonly format: typeof FORMAT;
  readonly path: string;
  readonly proof: string;
}

/** The certificate of a copy that was destroyed. Throws `not-found`. */
export async function certificateOf(register: Register, id: string, copy: number): Promise<HandedOut> {
  const { record } = await documentOf(register, id);
  const certificate = record.copies.get(copy)?.certificate;
  if (certificate === undefined)
    throw new Fault('not-found', 'No such copy of this document was destroyed.', { place: `copy ${copy}` });
  const { ledger } = register;
  const proof = ledger === undefined ? '' : await proofOf(ledger, `copy:${id}/${copy}`, certificate.sha256);
  return { format: FORMAT, ...certificate, path: record.path, proof };
}

/** The proof of the entry that announced the destruction. */
async function proofOf(ledger: Ledger, on: string, digest: string): Promise<string> {
  let before: number | undefined;
  for (;;) {
    const filter = { on, kind: 'intent', act: 'documents.copy-destruction-confirmed' } as const;
    const { entries, next } = await listEntries(ledger, filter, { before, limit: 10 });
    const found = entries.find((entry) => entry.digest === digest);
    if (found !== undefined) return (await proveEntry(ledger, found.index)).proof;
    if (next === null) return '';
    before = next;
  }
}

const FIELDS = ['document', 'copy', 'how', 'proposedBy', 'confirmedBy', 'at'] as const;

export interface Checked {
  readonly certificate: HandedOut;
  /** The entry's number in the ledger; undefined when no policy was given to check it by. */
  readonly index: number | undefined;
}

/**
 * Checks a certificate that was handed out: that its digest is that of its fields, that two proposed and confirmed, and, by
 * the policy, that the ledger says so. Throws `invalid-input` for what is no certificate, `ledger-refuted` for a false one.
 */
export function checkCertificate(text: string, policy: Policy | undefined, place: string): Checked {
  const certificate = parse(text, place);
  const refuse = (why: string): never => {
    throw new Fault('ledger-refuted', `The certificate does not hold: ${why}.`, { place });
  };
  const fields = Object.fromEntries(FIELDS.map((field) => [field, certificate[field]]));
  const sha256 = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
  if (sha256 !== certificate.sha256) refuse('its digest is not that of what it says');
  if (certificate.proposedBy === certificate.confirmedBy) refuse('one and the same proposed and confirmed it');
  if (policy === undefined) return { certificate, index: undefined };
  try {
    const { index, entry } = verifyProof(certificate.proof, policy);
    const said = decodeEntry(entry);
    if (said?.digest !== sha256 || said.act !== 'documents.copy-destruction-confirmed')
      refuse('the ledger’s entry speaks of something else');
    return { certificate, index };
  } catch (error) {
    if (error instanceof NoteError) return refuse(error.message);
    throw error;
  }
}

function parse(text: string, place: string): HandedOut {
  try {
    const found = JSON.parse(text) as HandedOut;
    if (found.format === FORMAT && typeof found.proof === 'string') return found;
  } catch {
    // Said below.
  }
  throw new Fault('invalid-input', `this is no certificate of the form ${FORMAT}`, { place });
}
