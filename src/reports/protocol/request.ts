/**
 * Signed requests: how a recipient proves to the portal that he holds a key of the manifest. There is no account and
 * no password; what is signed names the server, the address and the body, so that it is worth nothing anywhere else.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Signer } from './keys.ts';

export interface RequestParts {
  /** Such as https://report.example.org */
  readonly origin: string;
  readonly path: string;
  readonly body: string;
  /** Seconds since 1970. */
  readonly time: number;
}

/** The header Authorization of a signed request. */
export function signRequest(request: RequestParts, signer: Signer): string {
  const signature = bytesToHex(ed25519.sign(signed(request), signer.secret));
  return `Countersign key=${signer.key},time=${request.time},signature=${signature}`;
}

/** The key that signed the request within `seconds` of its time; undefined for anything else. */
export function requestKey(header: string, request: RequestParts, seconds: number): string | undefined {
  const match = /^Countersign key=([0-9a-f]{64}),time=(\d{1,12}),signature=([0-9a-f]{128})$/.exec(header);
  const [, key = '', time = '', signature = ''] = match ?? [];
  if (match === null || Math.abs(Number(time) - request.time) > seconds) return undefined;
  const message = signed({ ...request, time: Number(time) });
  try {
    return ed25519.verify(hexToBytes(signature), message, hexToBytes(key), { zip215: false }) ? key : undefined;
  } catch {
    return undefined;
  }
}

function signed({ origin, path, body, time }: RequestParts): Uint8Array {
  return utf8ToBytes(`countersign request v1\n${origin}\n${path}\n${time}\n${bytesToHex(sha256(utf8ToBytes(body)))}`);
}
