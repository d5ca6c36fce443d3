/** What an officer signs, as lines that he can read before he does; and whether a signature is his. */
import { createHash } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { Fault } from '../base/fault.ts';

/** The outer layer of an identity is for officers of cases, the inner one for approvers. */
export const LAYERS = ['outer', 'inner'] as const;
export type Layer = (typeof LAYERS)[number];
/** The classes of officers, each with the layer that its keys open. */
export const CLASSES = { case: 'outer', approval: 'inner' } as const satisfies Record<string, Layer>;
export type OfficerClass = keyof typeof CLASSES;

export interface Opening {
  readonly request: string;
  readonly case: string;
  readonly alias: string;
  /** SHA-256 of the reason, hexadecimal. */
  readonly reason: string;
  /** ISO 8601 in UTC: until then officers may sign and the requester may look. */
  readonly expires: string;
  /** Days after which the person is told. */
  readonly notifyAfterDays: number;
  readonly layer: Layer;
  /** SHA-256 of what was found under the layer, hexadecimal. */
  readonly digest: string;
}

/** The statement of who opens a layer. One field has one line and no field has a line end, so a text has one meaning. */
export function openingStatement(opening: Opening): string {
  const { request, case: caseId, alias, reason, expires, notifyAfterDays, layer, digest } = opening;
  return lines('countersign unmasking v1', {
    ...{ request, case: caseId, alias, reason, expires, 'notify-after-days': String(notifyAfterDays) },
    ...{ opens: layer, digest },
  });
}

export interface Enrolment {
  readonly account: string;
  readonly class: OfficerClass;
  /** age1... or age1pq1... */
  readonly recipient: string;
  /** Ed25519, 64 hexadecimal digits. */
  readonly signingKey: string;
}

/** What an officer signs to show that the key is his own, and that it is for this account and class. */
export function enrolmentStatement({ account, class: officerClass, recipient, signingKey }: Enrolment): string {
  return lines('countersign officer key v1', { account, class: officerClass, recipient, 'signing-key': signingKey });
}

/** What two people compare, by telephone or on paper: 16 groups of four hexadecimal digits. */
export function keyFingerprint(enrolment: Pick<Enrolment, 'recipient' | 'signingKey'>): string {
  return sha256Hex(`${enrolment.recipient}\n${enrolment.signingKey}\n`).match(/.{4}/g)!.join(' ');
}

function lines(head: string, fields: Readonly<Record<string, string>>): string {
  for (const [name, value] of Object.entries(fields)) {
    if (!/^[\x21-\x7e]{1,4000}$/.test(value))
      throw new Fault('invalid-input', 'A statement has words without spaces.', { place: name });
  }
  return [head, ...Object.entries(fields).map(([name, value]) => `${name} ${value}`), ''].join('\n');
}

/** Signs a statement with the 32 bytes of an Ed25519 key (RFC 8032): 128 hexadecimal digits. */
export function signStatement(statement: string, secret: Uint8Array): string {
  return Buffer.from(ed25519.sign(Buffer.from(statement), secret)).toString('hex');
}

/** Whether `signature` is one of this key over this statement; false also for what is no signature or key. */
export function isSignedBy(statement: string, signature: string, key: string): boolean {
  if (!/^[0-9a-f]{128}$/.test(signature) || !/^[0-9a-f]{64}$/.test(key)) return false;
  try {
    const bytes = [signature, key].map((hex) => Buffer.from(hex, 'hex'));
    // RFC 8032 to the letter: a signature that a second program would refuse is none.
    return ed25519.verify(bytes[0]!, Buffer.from(statement), bytes[1]!, { zip215: false });
  } catch {
    return false;
  }
}

export function sha256Hex(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
