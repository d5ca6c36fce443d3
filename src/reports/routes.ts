/**
 * The portal's HTTP surface, on an origin of its own. No cookie, no session, no log of requests: what is not written
 * down cannot be asked for. Everything is answered `no-store`, so that a visit leaves nothing in the browser's cache.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Clock } from '../base/clock.ts';
import { asFault, Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Log } from '../base/log.ts';
import { ownOrigin, type Reach, refuseForeign } from '../http/guard.ts';
import { setSecurityHeaders } from '../http/headers.ts';
import { problem } from '../http/problem.ts';
import { BODIES, body, checked, ciphertext, placeOf, signedBody, startsOf } from './bodies.ts';
import type { Bundle } from './bundle.ts';
import { type Mailroom, PIECE } from './mailroom.ts';
import { PostageFault, type PostOffice } from './postage.ts';
import { manifestHash, verifyManifest } from './protocol/protocol.ts';
import { keysOfManifest, type Published } from './publication.ts';

export interface PortalParts extends Reach {
  readonly mailroom: Mailroom;
  readonly office: PostOffice;
  /** Read and checked anew for each who asks. */
  readonly published: () => Promise<Published>;
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

function published(app: Hono, { published: read, bundle, office }: PortalParts): void {
  app.get('/portal/.well-known', async (call) => {
    const { signed, root } = await read();
    const files = Object.fromEntries([...bundle.files].map(([name, { sha256 }]) => [name, sha256]));
    return call.json({ bundle: bundle.hash, files, root, manifest: manifestHash(signed) });
  });
  app.get('/portal/api/manifest', async (call) => call.json(await read()));
  app.get('/portal/recipients.txt', async () => {
    const { signed, root } = await read();
    const lines = verifyManifest(signed, root).recipients.flatMap(({ id, age }) => [`# ${id}`, age]);
    return new Response(`${lines.join('\n')}\n`, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
  });
  app.get('/portal/api/postage', (call) => call.json(office.challenge()));
}

function messages(app: Hono, { mailroom }: PortalParts): void {
  app.post('/portal/api/uploads', async (call) => call.json(await mailroom.begin(await body(call, BODIES.begin))));
  app.get('/portal/api/uploads/:id', (call) => call.json(mailroom.received(call.req.param('id'))));
  app.put('/portal/api/uploads/:id/:at', async (call) => {
    const bytes = new Uint8Array(await call.req.arrayBuffer());
    return call.json(await mailroom.append(call.req.param('id'), placeOf(call), bytes));
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

/** For whoever signs his requests with a key of the manifest. */
function recipients(app: Hono, { mailroom, published, clock }: PortalParts): void {
  const signed = async (call: Context): Promise<string> => {
    const keys = keysOfManifest(await published());
    return await signedBody(call, { origin: call.get('origin') as string, now: clock(), keys });
  };
  app.post('/portal/api/recipients/list', async (call) => {
    await signed(call);
    return call.json({ messages: mailroom.delivered() });
  });
  app.post('/portal/api/recipients/starts', async (call) => {
    return startsOf(mailroom, checked(BODIES.starts, await signed(call)).starts);
  });
  app.post('/portal/api/recipients/message', async (call) => {
    const { hash, from, to } = checked(BODIES.delivered, await signed(call));
    return ciphertext(mailroom.readDelivered(hash, from, to));
  });
}
