import { z } from 'zod';

/**
 * The roles there are. The access room fills it in (`declare module`), so that a route naming a role that does not
 * exist does not compile, and this room need not know a later one.
 */
// biome-ignore lint/suspicious/noEmptyInterface: the access room fills it
export interface RoleNames {}
export type Role = keyof RoleNames & string;

/**
 * Who may call a route: everybody, whoever is signed in, whoever holds one of these roles, or a program that ships logs.
 * A shipper's token opens the routes for shippers and no other, and a session opens none of those.
 */
export type Audience = 'public' | 'signed-in' | 'shipper' | readonly [Role, ...Role[]];

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** Whose account it is: the account in the directory of whoever signs in with it; null while nobody said. */
  readonly person: string | null;
}

/** Who sent a request, and the token that proves that a page of ours sent it. */
export interface Identity {
  readonly account: Account;
  readonly csrfToken: string;
  /** The session's id. It opens nothing. */
  readonly session?: string;
  /** Whether this person proved within the last minutes, in this session, that it is he. */
  readonly isFresh?: boolean;
  /** Cookies that the answer has to carry, because the session's token has changed. */
  readonly cookies?: readonly string[];
}

/** A program that hands in the rows of one source, and does nothing else. */
export interface Shipper {
  readonly tokenId: string;
  readonly source: string;
}

export interface PublicContext {
  /** The request itself; its `signal` aborts when the caller hangs up. Its body is already read, unless the route has a limit of its own. */
  readonly request: Request;
  /** Headers to add to the response. */
  readonly headers: Headers;
}
export interface SignedInContext extends PublicContext, Identity {}
export interface ShipperContext extends PublicContext {
  readonly shipper: Shipper;
}
export type Context<A extends Audience> = A extends 'public'
  ? PublicContext
  : A extends 'shipper'
    ? ShipperContext
    : SignedInContext;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const NOTHING = z.strictObject({});
type Nothing = typeof NOTHING;

interface Definition<
  A extends Audience,
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  R extends z.ZodType,
> {
  readonly method: Method;
  /** Such as `/api/leads/:id`; every `:name` has a schema in `params`. */
  readonly path: string;
  readonly audience: A;
  /** One sentence for the API description. */
  readonly summary: string;
  /** A sensitive act: whoever calls it must have proved anew, minutes ago, who he is. A session alone is not enough. */
  readonly stepUp?: A extends 'public' | 'shipper' ? never : true;
  readonly params?: P;
  /** Values arrive as text: use z.coerce.number(), listOf(...). A parameter that is not named here is refused. */
  readonly query?: Q;
  /** JSON. A field that is not named here is refused. */
  readonly body?: B;
  /** A body of any type up to so many bytes, which the handler reads itself from the request. */
  readonly bodyLimit?: number;
  /** What goes out: a field that is not named here stays in. z.void() answers 204 without a body. */
  readonly response: R;
  handler(
    input: { params: z.output<P>; query: z.output<Q>; body: z.output<B> },
    context: Context<A>,
  ): Promise<z.input<R>> | z.input<R>;
}

/** A route whose types have been checked and set aside. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly audience: Audience;
  readonly summary: string;
  readonly stepUp?: boolean | undefined;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly bodyLimit?: number | undefined;
  readonly response: z.ZodType;
  handler(
    input: { params: unknown; query: unknown; body: unknown },
    context: PublicContext | SignedInContext | ShipperContext,
  ): unknown;
}

/** Makes a route: a value that says everything about an endpoint. Leaving out who may call it does not compile. */
export function route<
  const A extends Audience,
  R extends z.ZodType,
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  B extends z.ZodType = z.ZodUndefined,
>(definition: Definition<A, P, Q, B, R>): Route {
  const { params = NOTHING, query = NOTHING, body = null } = definition;
  const named = pathParameters(definition.path).sort().join();
  if (named !== Object.keys(params.shape).sort().join()) {
    throw new TypeError(`${definition.path}: the names in the path and in params differ.`);
  }
  return {
    ...definition,
    params,
    query: query.strict(),
    body: body instanceof z.ZodObject ? body.strict() : body,
    // The server calls it with what the same definition's schemas gave and the context of its audience.
    handler: definition.handler as Route['handler'],
  };
}

/** The names after colons in a path. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/:([a-z_]+)/g)].map((match) => match[1] ?? '');
}

/** The response of a route that gives a file to be saved: its handler gives what `download` makes. */
export const FILE = z.instanceof(Response);

/** A file for whoever asked for it. Nothing in it is shown or run as a page of ours, whatever it says it is. */
export function download(name: string, type: string, bytes: Uint8Array<ArrayBuffer> | string): Response {
  return new Response(bytes, {
    headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"` },
  });
}

/** A query value such as `high,critical`: a list of what `item` takes, each once. */
export function listOf<T extends z.ZodType<unknown, string>>(item: T) {
  return z
    .string()
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(item));
}

/** offset and limit of a list; at most `most` rows at once. */
export function page(most: number, usual = Math.min(100, most)) {
  return {
    offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
    limit: z.coerce.number().int().min(1).max(most).default(usual),
  };
}
