/** A witness as a server: the two calls of C2SP tlog-witness. What it receives proves itself by signatures. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fault } from '../base/fault.ts';
import type { Log as ProgramLog } from '../base/log.ts';
import type { Answer, Witness } from './witness.ts';

/** Room for a checkpoint with many large signatures and the longest proof. */
const MOST_BYTES = 256 * 1024;

export interface Witnessing {
  readonly port: number;
  readonly closed: Promise<void>;
}

/** Serves the witness until `signal` aborts. Throws `port-in-use`, `usage`. */
export async function serveWitness(
  witness: Witness,
  options: { host: string; port: number; signal: AbortSignal; programLog: ProgramLog },
): Promise<Witnessing> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    respond(witness, request)
      .catch((error): Answer | { status: number; body: string; type: string } => {
        options.programLog.error({ room: 'ledger', error }, 'a checkpoint could not be judged');
        return { status: 500, body: 'The witness cannot do its work right now.\n', type: 'text/plain; charset=utf-8' };
      })
      .then((answer) => send(response, answer, options.programLog));
  });
  await listen(server, options);
  const closed = once(server, 'close').then(() => {});
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  if (options.signal.aborted) close();
  else options.signal.addEventListener('abort', close, { once: true });
  return { port: (server.address() as AddressInfo).port, closed };
}

async function respond(witness: Witness, request: IncomingMessage) {
  const type = 'text/plain; charset=utf-8';
  const path = new URL(request.url ?? '/', 'http://witness').pathname;
  const [, originHash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  if (request.method === 'GET' && originHash !== undefined) {
    const body = await witness.latest(originHash);
    return body === undefined
      ? { status: 404, body: 'No checkpoint of that log.\n', type }
      : { status: 200, body, type };
  }
  if (path !== '/add-checkpoint') return { status: 404, body: 'There is nothing at this address.\n', type };
  if (request.method !== 'POST') return { status: 405, body: 'This address takes POST.\n', type };
  const body = await readBody(request);
  return body === undefined ? { status: 413, body: 'Too large.\n', type } : await witness.addCheckpoint(body);
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MOST_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(
  response: ServerResponse,
  { status, body, type }: { status: number; body: string; type: string },
  log: ProgramLog,
) {
  log.info({ room: 'ledger', status }, 'answered');
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}

async function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'EADDRINUSE') throw new Fault('port-in-use', `Port ${port} on ${host} is in use.`, { cause });
    throw new Fault('usage', `The program cannot listen on ${host} port ${port} (${code}).`, {
      place: '--port',
      cause,
    });
  }
}
