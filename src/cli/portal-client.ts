/** The portal as the command line reaches it, with the protocol's refusals told as faults. */
import { Fault, type FaultCode } from '../base/fault.ts';
import { PortalClient, Refusal, type RefusalCode } from '../reports/reports.ts';

/** Said where no root key was given: whoever runs the server could then name his own. */
export const UNTRUSTED = 'No root key was given with --trust: the one that the portal itself names is believed.';

const CODES: Readonly<Record<RefusalCode, FaultCode>> = {
  words: 'invalid-input',
  passphrase: 'not-trusted',
  manifest: 'not-trusted',
  'not-for-us': 'not-trusted',
  damaged: 'invalid-content',
  signature: 'not-trusted',
  'too-large': 'too-large',
  proof: 'not-trusted',
  connection: 'not-reachable',
  lost: 'not-found',
  busy: 'too-many-tries',
  full: 'disk-full',
  server: 'not-trusted',
};

export function client(origin: string): PortalClient {
  if (!/^https?:\/\/[^/]+/.test(origin) || !URL.canParse(origin)) {
    throw new Fault('usage', 'the portal is an address such as https://report.example.org', { place: '--portal' });
  }
  return new PortalClient(origin);
}

/** Runs the protocol; what it refuses becomes a fault of the same words. */
export function asFaultOf<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw faultOf(error);
  }
}

export function faultOf(error: unknown): unknown {
  return error instanceof Refusal ? new Fault(CODES[error.code], error.message, { cause: error }) : error;
}
