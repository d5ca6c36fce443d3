import { createHash } from 'node:crypto';

/**
 * Tries to sign in fill a leaky bucket: `capacity` of them at once, then one every `seconds`. A refused try adds
 * nothing, so nobody is locked out longer than a moment after the guessing stops.
 */
export interface Bucket {
  readonly key: string;
  readonly capacity: number;
  readonly seconds: number;
}

/** All accounts together: slow guessing of one common password over many names. */
export const TOTAL: Bucket = { key: 'total', capacity: 60, seconds: 2 };

/**
 * One name, whether or not there is such an account. A browser that has signed in to the account before has a bucket
 * of its own (`browser` is the hash of its cookie): a stranger's guessing does not keep the owner out.
 */
export function bucketOf(nameKey: string, browser: string | null): Bucket {
  const key = createHash('sha256')
    .update(`${nameKey}\n${browser ?? ''}`)
    .digest('hex');
  return { key: `account ${key}`, capacity: 5, seconds: 60 };
}
