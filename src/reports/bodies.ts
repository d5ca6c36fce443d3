/** What requests to the portal may hold, and answers that are ciphertext: shared by the portal and the recipients' desk. */
import type { Context } from 'hono';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { inputFault } from '../http/problem.ts';
import type { Mailroom } from './mailroom.ts';
import { MOST_STARTS, requestKey } from './protocol/protocol.ts';

const TOLERANCE_SECONDS = 300;
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const span = { from: z.int().min(0).default(0), to: z.int().min(1).default(Number.MAX_SAFE_INTEGER) };
/** More than the start of any message: a list of starts is no way to fetch whole files by the dozen. */
const LONGEST_START = 200_000;

export const BODIES = {
  begin: z.strictObject({ challenge: hex, counter: z.int().min(0), size: z.int().min(1) }),
  finish: z.strictObject({ tag: hex, hash: hex }),
  conversation: z.strictObject({ tag: hex }),
  own: z.strictObject({ tag: hex, hash: hex, ...span }),
  delivered: z.strictObject({ hash: hex, ...span }),
  starts: z.strictObject({
    starts: z.array(z.strictObject({ hash: hex, to: z.int().min(1).max(LONGEST_START) })).max(MOST_STARTS),
  }),
};

export async function body<S extends z.ZodType>(call: Context, schema: S): Promise<z.output<S>> {
  if (call.req.header('content-type')?.split(';')[0]?.trim() !== 'application/json') {
    throw new Fault('wrong-type', 'The body must be application/json.');
  }
  return checked(schema, await call.req.text());
}

export function checked<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Fault('invalid-input', 'The body is not JSON.', { place: 'body' });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw inputFault('body', result.error);
}

/** The number of bytes in the address of a piece. */
export function placeOf(call: Context): number {
  const text = call.req.param('at') ?? '';
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new Fault('invalid-input', 'The place is a number of bytes.', { place: 'at' });
}

export function ciphertext(stream: ReadableStream<Uint8Array>): Response {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers: { 'Content-Type': 'application/octet-stream' },
  });
}

/** The starts of messages, each behind its length in four bytes; 0 for one that is not there. */
export function startsOf(mailroom: Mailroom, wanted: z.output<typeof BODIES.starts>['starts']): Response {
  async function* parts() {
    for (const { hash, to } of wanted) {
      const bytes = await mailroom.startOfDelivered(hash, to);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      yield length;
      yield bytes;
    }
  }
  return ciphertext(ReadableStream.from(parts()) as ReadableStream<Uint8Array>);
}

/** Lets in whoever signed the request with a key of the manifest; gives the body that was signed. Throws `not-trusted`. */
export async function signedBody(
  call: Context,
  { origin, now, keys }: { origin: string; now: Date; keys: readonly string[] },
): Promise<string> {
  const text = await call.req.text();
  const path = new URL(call.req.url).pathname;
  const request = { origin, path, body: text, time: Math.floor(now.getTime() / 1000) };
  const key = requestKey(call.req.header('authorization') ?? '', request, TOLERANCE_SECONDS);
  if (key !== undefined && keys.includes(key)) return text;
  throw new Fault(
    'not-trusted',
    'This is for recipients of the manifest, with a signed request and a clock that is right.',
  );
}
