/**
 * SCIM 2.0 (RFC 7643, RFC 7644) below /scim/v2, for an identity provider that keeps the directory. It has shapes and errors
 * of its own, which is why it stands beside the API; it is opened by a token for the directory and by nothing else.
 */
import { type Context, Hono } from 'hono';
import { randomId } from '../../base/id.ts';
import type { Log } from '../../base/log.ts';
import { ownOrigin, type Reach } from '../../http/guard.ts';
import type { Directory } from '../links/links.ts';
import { ERROR_SCHEMA, errorBody, ScimError } from './error.ts';
import type { Resource } from './patch.ts';
import { LIST, PROVIDER_CONFIG, resourceTypes, schemas } from './schemas.ts';
import * as verbs from './scim.ts';

export interface ScimParts extends Directory, Reach {
  /** Which token for the directory a request brings; null for none. */
  readonly identify: (request: Request) => Promise<{ tokenId: string } | null>;
  /** Called after a change: names to be sealed, and the copy that detections read. Its failures stop nothing. */
  readonly onChanged?: (named: verbs.Written['named']) => Promise<void>;
  readonly log: Log;
}

const MOST_BYTES = 900_000;
/** Requests a token may send at once, and per second after that. Entra sends some 25 a second. */
const BURST = 600;
const PER_SECOND = 60;

type Call = Context;
type Answer = { readonly status: 200 | 201 | 204; readonly body?: Resource };

/** The pages below /scim/v2. */
export function scimPages(parts: ScimParts): Hono {
  const app = new Hono();
  const throttle = new Throttle(parts.clock);
  const within =
    (work: (scim: verbs.Scim, call: Call) => Promise<Answer>) =>
    async (call: Call): Promise<Response> => {
      try {
        const token = await parts.identify(call.req.raw);
        if (token === null) throw new ScimError(401, 'This needs a token for the directory.');
        const wait = throttle.take(token.tokenId);
        if (wait > 0)
          return answer({ status: 429, wait }, new ScimError(429, 'Too many requests; wait and send it again.'));
        const base = `${ownOrigin(call.req.url, parts)}/scim/v2`;
        const { status, body } = await work({ ...parts, actor: `token:${token.tokenId}`, base }, call);
        if (body === undefined) return new Response(null, { status });
        const location = (body.meta as { location?: string } | undefined)?.location;
        return json(chosen(body, call), status, status === 201 && location ? { Location: location } : {});
      } catch (error) {
        const known = verbs.scimErrorOf(error);
        if (known !== undefined) return answer({ status: known.status }, known);
        const request = randomId(12);
        parts.log.error({ room: 'people', request, error }, 'a request for the directory failed');
        return answer({ status: 500 }, new ScimError(500, `Something went wrong on our side: ${request} in the log.`));
      }
    };
  const changed = async (written: verbs.Written): Promise<Resource> => {
    await tell(parts, written.named);
    return written.resource;
  };

  app.get(
    '/ServiceProviderConfig',
    within(async () => ({ status: 200, body: PROVIDER_CONFIG })),
  );
  for (const [path, all] of [
    ['/ResourceTypes', resourceTypes],
    ['/Schemas', schemas],
  ] as const) {
    app.get(
      path,
      within(async ({ base }) => ({ status: 200, body: listed(all(base)) })),
    );
    app.get(
      `${path}/:id`,
      within(async ({ base }, call) => {
        const found = all(base).find(({ id }) => id === call.req.param('id'));
        if (found === undefined) throw new ScimError(404, 'There is no such description.');
        return { status: 200, body: { ...found } };
      }),
    );
  }

  const kinds = [
    ['Users', 'User', verbs.getUser, verbs.createUser, verbs.replaceUser, verbs.patchUser, verbs.deleteUser],
    ['Groups', 'Group', verbs.getGroup, verbs.createGroup, verbs.replaceGroup, verbs.patchGroup, verbs.deleteGroup],
  ] as const;
  for (const [path, kind, get, create, replace, patch, remove] of kinds) {
    const id = (call: Call) => call.req.param('id') ?? '';
    app.get(
      `/${path}`,
      within(async (scim, call) => ({ status: 200, body: await verbs.list(scim, kind, queryOf(call)) })),
    );
    app.post(
      `/${path}`,
      within(async (scim, call) => ({ status: 201, body: await changed(await create(scim, await bodyOf(call))) })),
    );
    app.get(
      `/${path}/:id`,
      within(async (scim, call) => ({ status: 200, body: await get(scim, id(call), wantsMembers(call)) })),
    );
    for (const [method, work] of [
      ['PUT', replace],
      ['PATCH', patch],
    ] as const) {
      app.on(
        method,
        `/${path}/:id`,
        within(async (scim, call) => ({
          status: 200,
          body: await changed(await work(scim, id(call), await bodyOf(call))),
        })),
      );
    }
    app.delete(
      `/${path}/:id`,
      within(async (scim, call) => {
        await remove(scim, id(call));
        await tell(parts, undefined);
        return { status: 204 };
      }),
    );
  }
  app.all(
    '*',
    within(async (_, call) => {
      const path = call.req.path.replace(/^.*\/scim\/v2/, '');
      if (/^\/(Bulk|Me)\b|\.search$/.test(path)) throw new ScimError(501, 'Bulk, Me and .search are not supported.');
      if (/^\/(Users|Groups|Schemas|ResourceTypes|ServiceProviderConfig)\b/.test(path)) {
        throw new ScimError(405, `This address does not take ${call.req.method}.`);
      }
      throw new ScimError(404, 'There is nothing at this address.');
    }),
  );
  return app;
}

async function tell({ onChanged, log }: ScimParts, named: verbs.Written['named']): Promise<void> {
  try {
    await onChanged?.(named);
  } catch (error) {
    log.warn({ room: 'people', error }, 'a change of the directory is kept, and waits for what follows from it');
  }
}

async function bodyOf(call: Call): Promise<unknown> {
  const type = call.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/scim+json' && type !== 'application/json') {
    throw new ScimError(415, 'The body must be application/scim+json.');
  }
  const text = await call.req.text();
  if (text.length > MOST_BYTES) throw new ScimError(413, `The body is larger than ${MOST_BYTES} bytes.`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ScimError(400, 'The body is not JSON.', 'invalidSyntax');
  }
}

function queryOf(call: Call): verbs.ListQuery {
  const { filter, startIndex, count } = call.req.query();
  return { filter, startIndex, count, members: wantsMembers(call) };
}

const namesIn = (text: string | undefined): string[] | undefined =>
  text === undefined || text === '' ? undefined : text.split(',').map((name) => name.trim().toLowerCase());

function wantsMembers(call: Call): boolean {
  const { attributes, excludedAttributes } = call.req.query();
  if (namesIn(excludedAttributes)?.includes('members')) return false;
  return namesIn(attributes)?.some((name) => name.startsWith('members')) ?? true;
}

/** Only the attributes that were asked for (RFC 7644, section 3.9); id and schemas always. */
function chosen(body: Resource, call: Call): Resource {
  const wanted = namesIn(call.req.query('attributes'));
  const unwanted = namesIn(call.req.query('excludedAttributes')) ?? [];
  if (wanted === undefined && unwanted.length === 0) return body;
  const keep = (key: string): boolean => {
    const name = key.toLowerCase();
    if (['id', 'schemas'].includes(name)) return true;
    if (unwanted.includes(name)) return false;
    return wanted?.some((one) => one === name || one.startsWith(`${name}.`) || one.startsWith(`${name}:`)) ?? true;
  };
  const reduced = (one: Resource) => Object.fromEntries(Object.entries(one).filter(([key]) => keep(key)));
  if (!Array.isArray(body.Resources)) return reduced(body);
  return { ...body, Resources: body.Resources.map((one) => reduced(one as Resource)) };
}

const listed = (all: readonly object[]): Resource => ({
  ...{ schemas: [LIST], totalResults: all.length, startIndex: 1, itemsPerPage: all.length },
  Resources: all,
});

function json(body: object, status: number, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/scim+json', ...headers },
  });
}

function answer({ status, wait }: { status: number; wait?: number }, error: ScimError): Response {
  return json(errorBody(error), status, {
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
    ...(wait === undefined ? {} : { 'Retry-After': String(wait) }),
  });
}

export { ERROR_SCHEMA };

/** A bucket for each token. */
class Throttle {
  readonly #clock: () => Date;
  readonly #levels = new Map<string, { level: number; at: number }>();

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** Seconds to wait; 0 when the request may go on. */
  take(token: string): number {
    const now = this.#clock().getTime();
    const { level, at } = this.#levels.get(token) ?? { level: 0, at: now };
    const left = Math.max(0, level - ((now - at) / 1000) * PER_SECOND);
    if (left + 1 > BURST) return Math.ceil((left + 1 - BURST) / PER_SECOND);
    this.#levels.set(token, { level: left + 1, at: now });
    return 0;
  }
}
