import { randomBytes } from 'node:crypto';

/** Crockford's base32: no I, L, O or U, so that an id can be read out over a telephone. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A random id of `length` characters, 5 bits each, from the operating system's generator. 20 characters are 100 bits. */
export function randomId(length = 20): string {
  // 256 is a multiple of 32, so taking the low five bits of a byte favours no character.
  return Array.from(randomBytes(length), (byte) => CROCKFORD[byte & 31]).join('');
}

/** A random secret of `bytes` bytes in base64url. 32 bytes cannot be guessed. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}
