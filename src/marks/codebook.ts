/** The codebook of an issue: what must stay secret until it is needed, and the commitment that fixes it before. */
import { createHash } from 'node:crypto';
import { canonical } from '../ledger/ledger.ts';
import type { Sealing } from '../stores/sealing.ts';
import { assign, type Carrier } from './carriers.ts';
import { type Code, type Demand, deriveCode } from './code.ts';
import type { Channel } from './text.ts';

/** What is sealed. Everything else follows from it. */
export interface Secrets {
  /** 32 bytes, hexadecimal. */
  readonly secret: string;
  readonly demand: Demand;
  readonly length: number;
  /** Channel, anchor, and what the original shows there. */
  readonly places: readonly (readonly [Channel, string, number])[];
}

export interface Codebook {
  readonly demand: Demand;
  readonly length: number;
  readonly secret: Buffer;
  readonly code: Code;
  readonly carriers: readonly Carrier[];
  /** SHA-256, hexadecimal. */
  readonly commitment: string;
}

/** The codebook that follows from the secrets; the same ones always give the same. */
export function codebookOf(issue: string, documentSha256: string, secrets: Secrets): Codebook {
  const { demand, length, places } = secrets;
  const secret = Buffer.from(secrets.secret, 'hex');
  const code = deriveCode(secret, demand, length);
  const carriers = assign(
    places.map(([channel, anchor, reference]) => ({ channel, anchor, reference })),
    length,
    secret,
  );
  // The code itself is committed to, beside what it was drawn from: whoever is shown it can check it without our program.
  const committed = {
    ...{ v: 1, issue, document: documentSha256, length, secret: secrets.secret },
    demand: Object.entries(demand).map(([name, value]) => [name, String(value)]),
    bias: code.bias.map(String),
    words: code.words.map((word) => word.join('')),
    places: carriers.map(({ channel, anchor, reference, position }) => [channel, anchor, String(reference), position]),
  };
  const commitment = createHash('sha256').update(canonical(committed)).digest('hex');
  return { demand, length, secret, code, carriers, commitment };
}

export const sealSecrets = (sealing: Sealing, issue: string, secrets: Secrets): string =>
  sealing.seal(JSON.stringify(secrets), 'mark', issue);

/** Throws `sealed-changed` for anything but what was sealed for this issue. */
export const openSecrets = (sealing: Sealing, issue: string, sealed: string): Secrets =>
  JSON.parse(sealing.open(sealed, 'mark', issue)) as Secrets;
