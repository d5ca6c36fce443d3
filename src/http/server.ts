import { Hono, type Context as HonoContext } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { asFault, Fault } from '../base/fault.ts';
import { randomId } from '../base/id.ts';
import type { Log } from '../base/log.ts';
import { admit, isUnsafe, ownOrigin, type Reach, refuseForeign, requireCsrfToken, requireFresh } from './guard.ts';
import { setSecurityHeaders } from './headers.ts';
import { openApi } from './openapi.ts';
import { InputFault, inputFault, problem } from './problem.ts';
import { FILE, type Identity, type Route, route, type Shipper } from './route.ts';
import { staticFiles } from './static.ts';

export interface AppOptions extends Reach {
  readonly routes: readonly Route[];
  /** Who sent a request; null for nobody. Asked for every route that is not public, before anything else. */
  readonly identify: (request: Request) => Promise<Identity | null>;
  /** Which shipper sent a request; null for none. Asked for routes for shippers alone. */
  readonly identifyShipper?: (request: Request) => Promise<Shipper | null>;
  /** Pages that the server itself renders, below a path such as /declarations. */
  readonly pages?: Readonly<Record<string, Hono>> | undefined;
  /** The folder with the built console; without it there is only the API. */
  readonly web?: string | undefined;
  readonly log: Log;
  /** The program's version, for the API description. */
  readonly version?: string;
  /** The largest body in bytes. */
  readonly bodyLimit?: number;
}

/** `quiet`: pages that ask for it are answered without a line in the log. */
type Variables = { Variables: { request: string; route: string; origin: string; quiet: boolean } };
type Call = HonoContext<Variables>;

/** The whole HTTP surface as one function from Request to Response (`app.fetch`). */
export function createApp(options: AppOptions): Hono<Variables> {
  const routes = [...options.routes, ...ownRoutes(options)];
  const app = new Hono<Variables>();
  app.use(bookkeeping(options));
  app.use(limitBodies(routes, options.bodyLimit ?? 1_000_000));
  for (const [path, group] of byPath(routes)) {
    for (const one of group) app.on(one.method, path, (call) => answer(one, call, options));
    app.all(path, (call) => refuseMethod(call, group));
  }
  for (const [path, pages] of Object.entries(options.pages ?? {})) app.route(path, pages);
  const files = options.web === undefined ? () => null : staticFiles(options.web);
  app.all('*', (call) => {
    const isApi = /^\/api(\/|$)/.test(new URL(call.req.url).pathname);
    const file = isApi || !['GET', 'HEAD'].includes(call.req.method) ? null : files(call.req.raw);
    if (file !== null) return file;
    throw new Fault('not-found', 'There is nothing at this address.');
  });
  app.onError((error, call) => {
    const fault = asFault(error);
    if (fault.status >= 500) {
      options.log.error({ request: call.get('request'), code: fault.code, error: fault }, 'a request failed');
    }
    return problem(fault, call.get('request'));
  });
  return app;
}

/** Around every request: an id, the host check, security headers and one line in the log. */
function bookkeeping(options: AppOptions) {
  const secure = options.publicOrigin?.startsWith('https:') ?? false;
  return async (call: Call, next: () => Promise<void>) => {
    const start = performance.now();
    const request = randomId(12);
    call.set('request', request);
    try {
      call.set('origin', ownOrigin(call.req.url, options));
      await next();
    } catch (error) {
      call.res = problem(error, request);
    }
    setSecurityHeaders(call.res.headers, secure);
    if (call.get('quiet') === true) return;
    const milliseconds = Math.round(performance.now() - start);
    const { method } = call.req;
    options.log.info(
      { request, method, route: call.get('route') ?? '-', status: call.res.status, milliseconds },
      'answered',
    );
  };
}

/** Bodies are small, but for routes that say how large theirs are. */
function limitBodies(routes: readonly Route[], usual: number) {
  const limit = (maxSize: number) => bodyLimit({ maxSize, onError: refuseTooLarge });
  const own = routes
    .filter((one) => one.bodyLimit !== undefined)
    .map((one) => ({ path: new RegExp(`^${one.path.replaceAll(/:\w+/g, '[^/]+')}$`), limit: limit(one.bodyLimit!) }));
  const others = limit(usual);
  return (call: Call, next: () => Promise<void>) =>
    (own.find(({ path }) => path.test(call.req.path))?.limit ?? others)(call, next);
}

function refuseTooLarge(): never {
  throw new Fault('too-large', 'The body is too large.');
}

function refuseMethod(call: Call, group: readonly Route[]): Response {
  const methods = group.map(({ method }) => method).join(', ');
  const response = problem(new Fault('wrong-method', `This address takes ${methods}.`), call.get('request'));
  response.headers.set('Allow', methods);
  return response;
}

/** The order matters: who asks, whether they may, whether they meant it, and only then what they said. */
async function answer(route: Route, call: Call, options: AppOptions): Promise<Response> {
  const request = call.req.raw;
  call.set('route', route.path);
  refuseForeign(request.headers, call.get('origin'), route.method);
  const headers = new Headers();
  if (route.audience === 'shipper') return await answerShipper(route, call, options);
  const identity = route.audience === 'public' ? null : admit(route.audience, await options.identify(request));
  if (identity !== null && isUnsafe(route.method)) requireCsrfToken(request.headers, identity);
  if (identity !== null && route.stepUp === true) requireFresh(identity);
  for (const cookie of identity?.cookies ?? []) headers.append('Set-Cookie', cookie);
  const input = await read(route, call);
  return reply(route, await route.handler(input, { request, headers, ...identity }), headers);
}

/** A program has no browser that others could use: its token comes in a header that no page of another site can set. */
async function answerShipper(route: Route, call: Call, options: AppOptions): Promise<Response> {
  const request = call.req.raw;
  const shipper = await options.identifyShipper?.(request);
  if (!shipper) throw new Fault('sign-in-required', 'This needs the token of a log shipper.');
  const headers = new Headers();
  return reply(route, await route.handler(await read(route, call), { request, headers, shipper }), headers);
}

async function read(route: Route, call: Call) {
  return {
    params: parse('path', route.params, call.req.param()),
    query: parse('query', route.query, readQuery(call.req.raw)),
    body: route.body === null ? undefined : parse('body', route.body, await readBody(call.req.raw)),
  };
}

function reply(route: Route, value: unknown, headers: Headers): Response {
  // A file for download: bytes have no fields that could be left out.
  if (route.response === FILE && value instanceof Response) return value;
  const result = route.response.safeParse(value);
  if (!result.success) {
    const at = result.error.issues[0]?.path.join('.');
    throw new Fault('defect', `The response of ${route.path} does not fit its description at "${at}".`);
  }
  if (result.data === undefined) return new Response(null, { status: 204, headers });
  headers.set('Content-Type', 'application/json');
  return new Response(JSON.stringify(result.data), { headers });
}

function parse(part: string, schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw inputFault(part, result.error);
}

/** A parameter given twice is refused: programs disagree on which one counts, and attacks live on that. */
function readQuery(request: Request): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of new URL(request.url).searchParams) {
    if (values.has(name))
      throw new InputFault([{ field: `query.${name}`.slice(0, 200), detail: 'Given more than once' }]);
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

async function readBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  // A form of a foreign page cannot send this type without asking first.
  if (type !== 'application/json') throw new Fault('wrong-type', 'The body must be application/json.');
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new InputFault([{ field: 'body', detail: 'Not JSON' }]);
  }
}

function byPath(routes: readonly Route[]): Map<string, Route[]> {
  const groups = new Map<string, Route[]>();
  for (const one of routes) {
    const group = groups.get(one.path) ?? [];
    if (group.some(({ method }) => method === one.method)) {
      throw new TypeError(`Two routes answer to ${one.method} ${one.path}.`);
    }
    groups.set(one.path, [...group, one]);
  }
  return groups;
}

function ownRoutes(options: AppOptions): Route[] {
  const health = route({
    method: 'GET',
    path: '/healthz',
    audience: 'public',
    summary: 'Whether the server answers.',
    response: z.object({ status: z.literal('ok') }),
    handler: () => ({ status: 'ok' as const }),
  });
  const description: Route = route({
    method: 'GET',
    path: '/api/openapi.json',
    audience: 'public',
    summary: 'This description.',
    response: z.record(z.string(), z.unknown()),
    handler: () => ({ ...openApi([...options.routes, health, description], options.version ?? '0.0.0') }),
  });
  return [health, description];
}
