/**
 * The portal's HTTP surface, on an origin of its own. No cookie, no session, no log of requests: what is not written
 * down cannot be asked for. Everything is answered `no-store`, so that a visit leaves nothing in the browser's cache.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Log } from '../base/log.ts';
import { ownOrigin, type Reach, refuseForeign } from '../http/guard.ts';
import { setSecurityHeaders } from '../http/headers.ts';
import { inputFault, problem } from '../http/problem.ts';
import type { Bundle } from './bundle.ts';
import type { ReportLedger } from './leaves.ts';
import { type Mailroom, PIECE } from './mailroom.ts';
import { PostageFault, type PostOffice } from './postage.ts';
import { requestKey } from './protocol/protocol.ts';
import type { Publication } from './publication.ts';

export interface PortalParts extends Reach {
  readonly mailroom: Mailroom;
  readonly office: PostOffice;
  readonly ledger: ReportLedger;
  /** Read and checked anew for each who asks. */
  readonly publication: () => Promise<Publication>;
  readonly bundle: Bundle;
  readonly clock: Clock;
  readonly log: Log;
}

/** Nothing but our own script and style, whose hashes stand in the page; no form can be sent anywhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const TOLERANCE_SECONDS = 300;

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const span = { from: z.int().min(0).default(0), to: z.int().min(1).default(Number.MAX_SAFE_INTEGER) };
const BODIES = {
  begin: z.strictObject({
    challenge: z.string().regex(/^[0-9a-f]{64}$/),
    counter: z.int().min(0),
    size: z.int().min(1),
  }),
  finish: z.strictObject({ tag: hex, hash: hex }),
  conversation: z.strictObject({ tag: hex }),
  own: z.strictObject({ tag: hex, hash: hex, ...span }),
  delivered: z.strictObject({ hash: hex, ...span }),
};

/** The portal as one function from Request to Response (`app.fetch`). */
export function createPortal(parts: PortalParts): Hono {
  const app = new Hono();
  app.use(around(parts));
  app.use(bodyLimit({ maxSize: PIECE + 1024, onError: tooLarge }));
  pages(app, parts);
  published(app, parts);
  messages(app, parts);
  recipients(app, parts);
  app.all('*', () => {
    throw new Fault('not-found', 'There is nothing at this address.');
  });
  app.onError((error) => {
    const fault = asFault(error);
    // Our own defects are logged as such, with nothing of the request.
    if (fault.status >= 500) parts.log.error({ room: 'reports', code: fault.code, error: fault }, 'a request failed');
    const response = problem(fault, randomId(12));
    if (fault instanceof PostageFault) response.headers.set('X-Postage-Bits', String(fault.bits));
    return response;
  });
  return app;
}

function around(parts: PortalParts) {
  const secure = parts.publicOrigin?.startsWith('https:') ?? false;
  return async (call: Context, next: () => Promise<void>) => {
    try {
      const own = ownOrigin(call.req.url, parts);
      const method = call.req.method === 'HEAD' ? 'GET' : (call.req.method as 'GET' | 'POST' | 'PUT');
      if (method !== 'GET') refuseForeign(call.req.raw.headers, own, method);
      call.set('origin', own);
      await next();
    } catch (error) {
      call.res = problem(error, randomId(12));
    }
    setSecurityHeaders(call.res.headers, secure);
    call.res.headers.set('Content-Security-Policy', POLICY);
    call.res.headers.set('Integrity-Policy', 'blocked-destinations=(script)');
    call.res.headers.set('Cache-Control', 'no-store');
  };
}

function tooLarge(): never {
  throw new Fault('too-large', 'A piece of an upload is at most 1 MiB.');
}

function pages(app: Hono, { bundle }: PortalParts): void {
  app.get('/', (call) => call.redirect('/portal/'));
  app.get('/portal', (call) => call.redirect('/portal/'));
  for (const [name, { type, content }] of bundle.files) {
    const path = `/portal/${name === 'index.html' ? '' : name}`;
    app.get(path, () => new Response(content, { headers: { 'Content-Type': type } }));
  }
}

function published(app: Hono, { publication, bundle, ledger, office }: PortalParts): void {
  app.get('/portal/.well-known', async (call) => {
    const { root, hash } = await publication();
    const files = Object.fromEntries([...bundle.files].map(([name, { sha256 }]) => [name, sha256]));
    return call.json({ bundle: bundle.hash, files, root, manifest: hash });
  });
  app.get('/portal/api/manifest', async (call) => {
    const { signed, root, promise, leaf, earlier } = await publication();
    return call.json({ signed, root, promise, earlier, proof: await ledger.proof(leaf) });
  });
  app.get('/portal/recipients.txt', async () => {
    const { manifest } = await publication();
    const lines = manifest.recipients.flatMap(({ id, age }) => [`# ${id}`, age]);
    return new Response(`${lines.join('\n')}\n`, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
  });
  app.get('/portal/api/postage', (call) => call.json(office.challenge()));
}

function messages(app: Hono, { mailroom }: PortalParts): void {
  app.post('/portal/api/uploads', async (call) => call.json(await mailroom.begin(await body(call, BODIES.begin))));
  app.get('/portal/api/uploads/:id', (call) => call.json(mailroom.received(call.req.param('id'))));
  app.put('/portal/api/uploads/:id/:at', async (call) => {
    const at = /^\d{1,12}$/.test(call.req.param('at')) ? Number(call.req.param('at')) : Number.NaN;
    if (Number.isNaN(at)) throw new Fault('invalid-input', 'The place is a number of bytes.', { place: 'at' });
    return call.json(await mailroom.append(call.req.param('id'), at, new Uint8Array(await call.req.arrayBuffer())));
  });
  app.post('/portal/api/uploads/:id/finish', async (call) => {
    const { tag, hash } = await body(call, BODIES.finish);
    return call.json(await mailroom.finish(call.req.param('id'), tag, hash));
  });
  app.post('/portal/api/conversation', async (call) => {
    const { tag } = await body(call, BODIES.conversation);
    return call.json({ messages: await mailroom.conversation(tag) });
  });
  app.post('/portal/api/message', async (call) => {
    const { tag, hash, from, to } = await body(call, BODIES.own);
    return ciphertext(mailroom.readOwn(tag, hash, from, to));
  });
}

function recipients(app: Hono, parts: PortalParts): void {
  const { mailroom } = parts;
  app.post('/portal/api/recipients/list', async (call) => {
    await admitRecipient(call, parts);
    return call.json({ messages: mailroom.delivered() });
  });
  app.post('/portal/api/recipients/message', async (call) => {
    const text = await admitRecipient(call, parts);
    const { hash, from, to } = checked(BODIES.delivered, text);
    return ciphertext(mailroom.readDelivered(hash, from, to));
  });
}

/** Lets in whoever signed the request with a key of the manifest; gives the body that was signed. */
async function admitRecipient(call: Context, { publication, clock }: PortalParts): Promise<string> {
  const text = await call.req.text();
  const request = {
    origin: call.get('origin') as string,
    path: new URL(call.req.url).pathname,
    body: text,
    time: Math.floor(clock().getTime() / 1000),
  };
  const key = requestKey(call.req.header('authorization') ?? '', request, TOLERANCE_SECONDS);
  const { manifest } = await publication();
  if (key !== undefined && manifest.recipients.some((one) => one.key === key)) return text;
  throw new Fault(
    'not-trusted',
    'This is for recipients of the manifest, with a signed request and a clock that is right.',
  );
}

function ciphertext(stream: ReadableStream<Uint8Array>): Response {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>, {
    headers: { 'Content-Type': 'application/octet-stream' },
  });
}

async function body<S extends z.ZodType>(call: Context, schema: S): Promise<z.output<S>> {
  if (call.req.header('content-type')?.split(';')[0]?.trim() !== 'application/json') {
    throw new Fault('wrong-type', 'The body must be application/json.');
  }
  return checked(schema, await call.req.text());
}

function checked<S extends z.ZodType>(schema: S, text: string): z.output<S> {
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
