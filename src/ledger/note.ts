/**
 * Signed notes (C2SP signed-note) and cosignatures (C2SP tlog-cosignature), with Ed25519.
 * Keys are written as others write them: `name+hash+base64` to verify, `PRIVATE+KEY+name+hash+base64` to sign.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { sha256 } from './merkle.ts';

/** What a key signs: the note's text itself, or that a witness saw it at a time. */
export const KEY_TYPES = { note: 0x01, cosignature: 0x04 } as const;
export type KeyType = keyof typeof KEY_TYPES;

export interface VerifierKey {
  readonly name: string;
  /** Eight hexadecimal digits: what names the key beside its name in a signature line. */
  readonly id: string;
  readonly type: KeyType;
  /** 32 bytes. */
  readonly publicKey: Buffer;
}

export interface SignerKey extends VerifierKey {
  readonly privateKey: KeyObject;
}

export interface NoteSignature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Buffer;
  /** The whole line, with its end. */
  readonly line: string;
}

export interface Note {
  /** With the line end at its end. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Why a note or key is none; the message says what is wrong and repeats nothing of it. */
export class NoteError extends Error {}

const MOST_SIGNATURES = 64;
const DASH = '\u2014';
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what the format forbids
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** Standard base64 in its one form: padded, nothing else in it, no bits left over. Undefined for anything else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Reads a note. Throws NoteError. It says nothing about whose signatures they are: see `verifiedBy`. */
export function parseNote(bytes: Uint8Array): Note {
  const whole = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(whole, 'utf8').equals(bytes)) throw new NoteError('it is not UTF-8');
  if (CONTROL.test(whole)) throw new NoteError('it holds a control character');
  const end = whole.lastIndexOf('\n\n');
  if (end < 0 || !whole.endsWith('\n')) throw new NoteError('it has no signatures after an empty line');
  const lines = whole
    .slice(end + 2)
    .split('\n')
    .slice(0, -1);
  if (lines.length === 0 || lines.length > MOST_SIGNATURES) throw new NoteError('it has no, or too many, signatures');
  return { text: whole.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [dash, name = '', encoded = '', ...more] = line.split(' ');
  const bytes = decodeBase64(encoded);
  if (dash !== DASH || !isKeyName(name) || bytes === undefined || bytes.length < 5 || more.length > 0) {
    throw new NoteError('a signature line is malformed');
  }
  return { name, id: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4), line: `${line}\n` };
}

export function isKeyName(name: string): boolean {
  return name !== '' && !/[\p{White_Space}+]/u.test(name) && !CONTROL.test(name);
}

/** Reads the lines a witness answers with. Throws NoteError. */
export function parseSignatureLines(text: string): NoteSignature[] {
  return parseNote(Buffer.from(`x\n\n${text}`)).signatures.slice();
}

export interface Verified {
  readonly key: VerifierKey;
  readonly line: string;
  /** When a witness cosigned, in seconds since 1970; undefined for a plain signature. */
  readonly time: number | undefined;
}

/**
 * The signatures of the note by `keys`; those of unknown keys are left aside. Throws NoteError if one that claims to be
 * by a known key is not: such a note is malformed as a whole.
 */
export function verifiedBy(note: Note, keys: readonly VerifierKey[]): Verified[] {
  const found = new Map<VerifierKey, Verified>();
  for (const signature of note.signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id);
    if (key === undefined || found.has(key)) continue;
    const time = verifyOne(note.text, signature.bytes, key);
    if (time === false) throw new NoteError(`the signature by ${key.name} does not verify`);
    found.set(key, { key, line: signature.line, time: time === true ? undefined : time });
  }
  return [...found.values()];
}

/** Whether, and for a cosignature at which time. */
function verifyOne(text: string, signature: Buffer, key: VerifierKey): boolean | number {
  const publicKey = publicKeyObject(key.publicKey);
  if (key.type === 'note') return signature.length === 64 && verify(null, Buffer.from(text), publicKey, signature);
  if (signature.length !== 72) return false;
  const time = signature.readBigUInt64BE(0);
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return false;
  const isGood = verify(null, cosignedMessage(text, Number(time)), publicKey, signature.subarray(8));
  return isGood && Number(time);
}

function cosignedMessage(text: string, time: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
}

/** A note of this text with one signature. */
export function signNote(text: string, key: SignerKey): string {
  return `${text}\n${signatureLine(key, sign(null, Buffer.from(text), key.privateKey))}`;
}

/** The line with which a witness says that it saw this checkpoint at `time`, in seconds since 1970. */
export function cosign(text: string, key: SignerKey, time: number): string {
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  return signatureLine(key, Buffer.concat([stamp, sign(null, cosignedMessage(text, time), key.privateKey)]));
}

function signatureLine({ name, id }: SignerKey, signature: Buffer): string {
  return `${DASH} ${name} ${Buffer.concat([Buffer.from(id, 'hex'), signature]).toString('base64')}\n`;
}

export function generateKey(name: string, type: KeyType): SignerKey {
  if (!isKeyName(name)) throw new NoteError('a key name has no spaces and no plus sign');
  const seed = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }).d!;
  return keyFromSeed(name, type, Buffer.from(seed, 'base64url'));
}

function keyFromSeed(name: string, type: KeyType, seed: Buffer): SignerKey {
  const der = Buffer.concat([ED25519_PKCS8, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Buffer.from(x!, 'base64url');
  return { name, type, publicKey, id: keyId(name, type, publicKey), privateKey };
}

/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410 section 7). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function publicKeyObject(bytes: Buffer): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
}

function keyId(name: string, type: KeyType, publicKey: Buffer): string {
  const head = Buffer.from(`${name}\n`);
  return sha256(Buffer.concat([head, Buffer.of(KEY_TYPES[type]), publicKey])).toString('hex', 0, 4);
}

/** The key to verify with as one line without its end. */
export function formatVerifierKey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${id}+${Buffer.concat([Buffer.of(KEY_TYPES[type]), publicKey]).toString('base64')}`;
}

/** Throws NoteError for anything but a well-formed Ed25519 key whose id is its own. */
export function parseVerifierKey(text: string): VerifierKey {
  const [name = '', id = '', ...encoded] = text.split('+');
  const { type, bytes } = keyBytes(encoded.join('+'));
  if (!isKeyName(name) || keyId(name, type, bytes) !== id) throw new NoteError('the key id is not that of the key');
  return { name, id, type, publicKey: bytes };
}

/** The key to sign with as one line without its end. Keep it secret. */
export function formatSignerKey({ name, id, type, privateKey }: SignerKey): string {
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url');
  return `PRIVATE+KEY+${name}+${id}+${Buffer.concat([Buffer.of(KEY_TYPES[type]), seed]).toString('base64')}`;
}

export function parseSignerKey(text: string): SignerKey {
  const [first, second, name = '', id = '', ...encoded] = text.split('+');
  const { type, bytes } = keyBytes(encoded.join('+'));
  if (first !== 'PRIVATE' || second !== 'KEY' || !isKeyName(name)) throw new NoteError('it is not a signing key');
  const key = keyFromSeed(name, type, bytes);
  if (key.id !== id) throw new NoteError('the key id is not that of the key');
  return key;
}

function keyBytes(encoded: string): { type: KeyType; bytes: Buffer } {
  const bytes = decodeBase64(encoded);
  const type = (Object.keys(KEY_TYPES) as KeyType[]).find((name) => KEY_TYPES[name] === bytes?.[0]);
  if (bytes?.length !== 33 || type === undefined) throw new NoteError('it is not an Ed25519 key of a known kind');
  return { type, bytes: bytes.subarray(1) };
}
