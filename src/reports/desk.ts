/**
 * The recipients' desk: what the console fetches and sends for a recipient who reads there. The server hands out and
 * takes in ciphertext, as the portal does; keys and texts stay in the browser.
 *
 * Reading needs three things: a session of the role, the session's token, and a request signed with a key of the
 * manifest, so that neither a stolen session nor a granted role alone gets a single message. That somebody read the
 * queue is recorded with his account. What would tell one report from another - an answer sent under a tag, a whole
 * message fetched for its attachments - comes without cookie and signature, under a pass that all recipients share, so
 * that this program is not told whose it is; and no request here is logged.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { Clock } from '../base/clock.ts';
import { Fault } from '../base/fault.ts';
import { admit, isUnsafe, ownOrigin, type Reach, refuseForeign, requireCsrfToken } from '../http/guard.ts';
import type { Identity, Method } from '../http/route.ts';
import { BODIES, body, checked, ciphertext, placeOf, signedBody, startsOf } from './bodies.ts';
import type { Mailroom } from './mailroom.ts';
import { keysOfManifest, type Published } from './publication.ts';

/** What the console brings. */
export interface DeskDoor extends Reach {
  readonly identify: (request: Request) => Promise<Identity | null>;
  /** Writes down that this account reads the queue. Nothing is read where that fails. */
  readonly record: (account: string) => Promise<void>;
}

export interface DeskParts {
  readonly mailroom: Mailroom;
  readonly published: () => Promise<Published>;
  readonly clock: Clock;
}

const PASS = 'x-reports-pass';
const PASS_SECONDS = 3600;

/** The pages below /api/sealed. `parts` is undefined where no portal is set up or another program serves it. */
export function createDesk(parts: DeskParts | undefined, door: DeskDoor): Hono {
  const app = new Hono();
  app.use(async (call, next) => {
    // A line in the log with the second at which an answer was sent is one too many.
    call.set('quiet' as never, true as never);
    refuseForeign(call.req.raw.headers, ownOrigin(call.req.url, door), methodOf(call));
    await next();
  });
  if (parts === undefined) {
    app.all('*', async (call) => {
      await recipientOf(call, door);
      throw new Fault('not-found', 'No portal for reports is open here.');
    });
    return app;
  }
  const passes = new Passes(parts.clock);
  reading(app, parts, door, passes);
  unnamed(app, parts, passes);
  return app;
}

/** By name: what every recipient does alike, whatever he can open. */
function reading(app: Hono, { mailroom, published, clock }: DeskParts, door: DeskDoor, passes: Passes): void {
  const signed = async (call: Context): Promise<{ account: string; text: string }> => {
    const { account } = await recipientOf(call, door);
    const origin = ownOrigin(call.req.url, door);
    const keys = keysOfManifest(await published());
    return { account: account.id, text: await signedBody(call, { origin, now: clock(), keys }) };
  };
  app.get('/manifest', async (call) => {
    await recipientOf(call, door);
    return call.json(await published());
  });
  app.get('/pass', async (call) => {
    await recipientOf(call, door);
    return call.json({ pass: passes.now() });
  });
  app.post('/recipients/list', async (call) => {
    const { account } = await signed(call);
    await door.record(account);
    return call.json({ messages: mailroom.delivered() });
  });
  app.post('/recipients/starts', async (call) => {
    const { text } = await signed(call);
    return startsOf(mailroom, checked(BODIES.starts, text).starts);
  });
}

/** Without a name: what only some recipients could do. */
function unnamed(app: Hono, { mailroom }: DeskParts, passes: Passes): void {
  const withPass = <T>(work: (call: Context) => Promise<T>) => {
    return async (call: Context): Promise<T> => {
      // A browser that sends its cookie along tells us what we do not want to know; ours does not.
      if (/\bcountersign_\w+=/.test(call.req.header('cookie') ?? ''))
        throw new Fault('forged-request', 'This takes no cookie.');
      passes.check(call.req.header(PASS) ?? '');
      return await work(call);
    };
  };
  app.post(
    '/recipients/message',
    withPass(async (call) => {
      const { hash, from, to } = await body(call, BODIES.delivered);
      return ciphertext(mailroom.readDelivered(hash, from, to));
    }),
  );
  // The pass is postage enough: in a flood recipients can still answer.
  app.get(
    '/postage',
    withPass(async (call) => call.json({ challenge: randomBytes(32).toString('hex'), bits: 0 })),
  );
  app.post(
    '/uploads',
    withPass(async (call) => call.json(await mailroom.beginPaid(await body(call, BODIES.begin)))),
  );
  app.put(
    '/uploads/:id/:at',
    withPass(async (call) => {
      const bytes = new Uint8Array(await call.req.arrayBuffer());
      return call.json(await mailroom.append(call.req.param('id') ?? '', placeOf(call), bytes));
    }),
  );
  app.post(
    '/uploads/:id/finish',
    withPass(async (call) => {
      const { tag, hash } = await body(call, BODIES.finish);
      return call.json(await mailroom.finish(call.req.param('id') ?? '', tag, hash));
    }),
  );
}

/** Who asks, if he is a recipient and a page of ours asks for him. Throws as routes do. */
async function recipientOf(call: Context, door: DeskDoor): Promise<Identity> {
  const identity = admit(['recipient'], await door.identify(call.req.raw));
  if (isUnsafe(methodOf(call))) requireCsrfToken(call.req.raw.headers, identity);
  for (const cookie of identity.cookies ?? []) call.header('Set-Cookie', cookie, { append: true });
  return identity;
}

function methodOf(call: Context): Method {
  return call.req.method === 'HEAD' ? 'GET' : (call.req.method as Method);
}

/** A pass says that its holder is a recipient, and not which. It changes every hour; the last one still counts. */
class Passes {
  readonly #clock: Clock;
  readonly #secret = randomBytes(32);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(ago = 0): string {
    const hour = Math.floor(this.#clock().getTime() / 1000 / PASS_SECONDS) - ago;
    return createHmac('sha256', this.#secret).update(`recipients' pass ${hour}`).digest('hex');
  }

  check(given: string): void {
    const isOne = (pass: string): boolean =>
      given.length === pass.length && timingSafeEqual(Buffer.from(given), Buffer.from(pass));
    if (/^[0-9a-f]{64}$/.test(given) && (isOne(this.now()) || isOne(this.now(1)))) return;
    throw new Fault('not-trusted', 'This needs a pass that is not older than an hour.');
  }
}
