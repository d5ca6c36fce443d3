import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Fault } from '../base/fault.ts';

/** scrypt's cost: memory is 128 * 2^logN * r bytes, work grows with p too. */
export interface PasswordCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MB and about 0.2 s: OWASP's advice in the form that lets several people sign in at once on a small machine. */
export const PASSWORD_COST: PasswordCost = { logN: 15, r: 8, p: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const ZERO_SALT = Buffer.alloc(SALT_BYTES);
const ZERO_HASH = Buffer.alloc(HASH_BYTES);
const FEWEST = 12;
export const MOST_CHARACTERS = 256;

/** Throws `invalid-input` for a password that is too easily guessed. Length counts; rules about signs do not help. */
export function checkPassword(password: string, name: string): void {
  const text = normalised(password);
  const length = [...text].length;
  const refuse = (message: string) => new Fault('invalid-input', message, { place: 'password' });
  if (length < FEWEST) throw refuse(`The password needs at least ${FEWEST} characters; several words are good.`);
  if (length > MOST_CHARACTERS) throw refuse(`The password may have at most ${MOST_CHARACTERS} characters.`);
  if (new Set(text).size < 5) throw refuse('The password repeats too few characters.');
  if (text.toLowerCase().includes(name.toLowerCase())) throw refuse('The password contains the account name.');
}

/** `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`: the cost is stored, so it can be raised later. */
export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, cost);
  return ['', 'scrypt', `ln=${cost.logN},r=${cost.r},p=${cost.p}`, encode(salt), encode(hash)].join('$');
}

/** A hash in the same form that no password matches: checking it takes the same work. */
export function unmatchableHash(cost: PasswordCost): string {
  return ['', 'scrypt', `ln=${cost.logN},r=${cost.r},p=${cost.p}`, encode(ZERO_SALT), encode(ZERO_HASH)].join('$');
}

/** Whether `password` is the one `stored` was made from. Takes as long for a wrong one as for the right one. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const { cost, salt, hash } = read(stored);
  return timingSafeEqual(await derive(password, salt, cost), hash);
}

/** Whether the stored hash was made with another cost than `cost`, so that it should be made anew at a sign-in. */
export function isOutdated(stored: string, cost: PasswordCost): boolean {
  const { logN, r, p } = read(stored).cost;
  return logN !== cost.logN || r !== cost.r || p !== cost.p;
}

function read(stored: string): { cost: PasswordCost; salt: Buffer; hash: Buffer } {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(stored);
  if (match === null) throw new Fault('defect', 'A stored password hash is not readable.');
  const [, logN, r, p, salt = '', hash = ''] = match;
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

function derive(password: string, salt: Buffer, { logN, r, p }: PasswordCost): Promise<Buffer> {
  const N = 2 ** logN;
  const maxmem = 256 * N * r;
  return new Promise((resolve, reject) => {
    scrypt(normalised(password), salt, HASH_BYTES, { N, r, p, maxmem }, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}

/** The same letters typed on another keyboard are the same password. */
function normalised(password: string): string {
  return password.normalize('NFKC');
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64url');
}
