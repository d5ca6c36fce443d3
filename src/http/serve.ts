import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Fault } from '../base/fault.ts';
import { isLoopback, type Reach } from './guard.ts';
import { type AppOptions, createApp } from './server.ts';

export interface ListenOptions extends Reach {
  /** 0 takes a free port. */
  readonly port: number;
  /** Ends the server when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

export interface ServeOptions extends AppOptions, ListenOptions {}

export interface Serving {
  /** What to open in a browser. */
  readonly url: string;
  readonly port: number;
  /** Resolves when the server has ended, however it came about. */
  readonly closed: Promise<void>;
  /** Takes no new requests, lets those under way finish for a moment, and ends. */
  close(): Promise<void>;
}

const GRACE_MILLISECONDS = 5000;

/**
 * Serves the API and the console. Throws `port-in-use`, and `usage` for an address that cannot be listened on or that
 * would send passwords over the network in the clear.
 */
export function serve(options: ServeOptions): Promise<Serving> {
  return serveApp(createApp(options).fetch, options);
}

/** Serves any function from Request to Response. Faults as for `serve`. */
export async function serveApp(
  fetch: (request: Request) => Response | Promise<Response>,
  options: ListenOptions,
): Promise<Serving> {
  checkReach(options);
  const server = createAdaptorServer({ fetch, serverOptions: { requestTimeout: 30_000 } }) as Server;
  await listen(server, options.host, options.port);
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close').then(() => {});
  const close = async () => {
    server.close();
    // A browser keeps connections open in case it needs them again; they go as soon as they are idle.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const grace = setTimeout(() => server.closeAllConnections(), GRACE_MILLISECONDS);
    await closed;
    clearInterval(idle);
    clearTimeout(grace);
  };
  if (options.signal?.aborted) await close();
  options.signal?.addEventListener('abort', () => void close(), { once: true });
  return { url: options.publicOrigin ?? `http://${bracketed(options.host)}:${port}`, port, closed, close };
}

function checkReach({ host, publicOrigin }: Reach): void {
  if (publicOrigin === undefined) {
    if (isLoopback(host)) return;
    const message = `To listen on ${host}, say what people will type, such as --public-origin https://countersign.example.org.`;
    throw new Fault('usage', message, { place: '--public-origin' });
  }
  const origin = new URL(publicOrigin);
  if (origin.protocol === 'https:' || isLoopback(origin.hostname)) return;
  const message =
    'Passwords would cross the network in the clear. Put a proxy with TLS in front and name its https address.';
  throw new Fault('usage', message, { place: '--public-origin' });
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'EADDRINUSE') {
      throw new Fault('port-in-use', `Port ${port} on ${host} is in use.`, { place: `${host}:${port}`, cause });
    }
    throw new Fault('usage', `The program cannot listen on ${host} port ${port} (${code}).`, {
      place: '--port',
      cause,
    });
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
