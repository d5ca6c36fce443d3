/** An authenticator for passkeys in software: makes and signs as WebAuthn Level 3 says, or wrongly where it is asked to. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Twist {
  /** What the browser says it is looking at; default: what the test calls its origin. */
  origin?: string;
  rpId?: string;
  challenge?: string;
  counter?: number;
  /** Whether it asked its owner for a finger or a number. */
  userVerified?: boolean;
  userHandle?: string;
}

interface Options {
  readonly challenge: string;
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED = 0x40;

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

export class Authenticator {
  readonly id: Buffer = randomBytes(32);
  readonly privateKey: KeyObject;
  readonly cose: Buffer;
  readonly origin: string;
  counter = 0;
  userHandle = '';

  constructor(origin: string) {
    this.origin = origin;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.privateKey = privateKey;
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const point = (text: string) => Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(text, 'base64url')]);
    // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
    this.cose = Buffer.concat([
      ...[Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]), Buffer.from([0x21]), point(x)],
      ...[Buffer.from([0x22]), point(y)],
    ]);
  }

  /** The same key in another device. */
  clone(): Authenticator {
    return Object.assign(Object.create(Authenticator.prototype) as Authenticator, this);
  }

  make(options: Options & { user: { id: string } }, twist: Twist = {}) {
    this.userHandle = options.user.id;
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, this.cose]);
    const data = Buffer.concat([this.head(twist, ATTESTED), credential]);
    const text = (value: string) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
    const attestationObject = Buffer.concat([
      ...[Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]), text('authData')],
      ...[Buffer.from([0x58, data.length]), data],
    ]);
    return this.answer({
      clientDataJSON: this.client('webauthn.create', options, twist),
      attestationObject: attestationObject.toString('base64url'),
    });
  }

  sign(options: Options, twist: Twist = {}) {
    if (twist.counter === undefined) this.counter += 1;
    const data = this.head(twist, 0);
    const client = this.client('webauthn.get', options, twist);
    const signature = sign('sha256', Buffer.concat([data, sha256(Buffer.from(client, 'base64url'))]), this.privateKey);
    return this.answer({
      clientDataJSON: client,
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: twist.userHandle ?? this.userHandle,
    });
  }

  private head({ rpId, counter = this.counter, userVerified = true }: Twist, flags: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const all = flags | USER_PRESENT | (userVerified ? USER_VERIFIED : 0);
    return Buffer.concat([sha256(rpId ?? new URL(this.origin).hostname), Buffer.from([all]), count]);
  }

  private client(type: string, { challenge }: Options, twist: Twist): string {
    const client = { type, challenge: twist.challenge ?? challenge, origin: twist.origin ?? this.origin };
    return Buffer.from(JSON.stringify({ ...client, crossOrigin: false })).toString('base64url');
  }

  private answer<Response>(response: Response) {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key' as const, response };
  }
}
