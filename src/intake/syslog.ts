/**
 * Syslog as it arrives: RFC 5426 (UDP, a datagram is a message), RFC 6587 (TCP, octet counting or a line end after each
 * message) and RFC 5425 (TLS, octet counting). What a message says, RFC 5424 or 3164, is a reader's business.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Fault } from '../base/fault.ts';
import type { Collector } from './collector.ts';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** PEM files; with `ca` only senders whose certificate it signed are heard. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string | undefined;
}

const MOST_MESSAGE_BYTES = 1 * 2 ** 20;
const UDP_BUFFER_BYTES = 8 * 2 ** 20;
const IDLE_MS = 15 * 60_000;
const [NEWLINE, RETURN, NUL, SPACE] = [0x0a, 0x0d, 0x00, 0x20];

/** Cuts a stream of bytes into messages. A sender may use both framings, one message this way, the next that way. */
export class SyslogFramer {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that are whole now. Errors: too-large, invalid-input; then nothing that follows can be understood. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    let at = 0;
    for (;;) {
      const next = isDigit(bytes[at]) ? counted(bytes, at) : ended(bytes, at);
      if (next === undefined) break;
      const line = oneLine(bytes.subarray(next.from, next.to));
      if (line.length > 0) messages.push(line);
      at = next.after;
    }
    this.#rest = bytes.subarray(at);
    if (this.#rest.length > MOST_MESSAGE_BYTES + 16) throw new Fault('too-large', 'A message is too long to be one.');
    return messages;
  }

  /** What was sent of a message whose end did not come. */
  end(): Buffer[] {
    const line = oneLine(this.#rest);
    this.#rest = Buffer.alloc(0);
    return line.length > 0 ? [line] : [];
  }
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x31 && byte <= 0x39;

interface Framed {
  from: number;
  to: number;
  after: number;
}

/** MSG-LEN SP MSG. Digits that are followed by no space begin a message of the other kind. */
function counted(bytes: Buffer, at: number): Framed | undefined {
  let end = at;
  while (end < bytes.length && end - at < 8 && bytes[end]! >= 0x30 && bytes[end]! <= 0x39) end += 1;
  if (end === bytes.length) return undefined;
  if (bytes[end] !== SPACE) return ended(bytes, at);
  const from = end + 1;
  const to = from + Number(bytes.toString('latin1', at, end));
  if (to - from > MOST_MESSAGE_BYTES) throw new Fault('too-large', 'A message is too long to be one.');
  return to <= bytes.length ? { from, to, after: to } : undefined;
}

function ended(bytes: Buffer, at: number): Framed | undefined {
  const end = bytes.indexOf(NEWLINE, at);
  return end < 0 ? undefined : { from: at, to: end, after: end + 1 };
}

/** A line end inside a message is written #012, as rsyslog does; those at its end, and NUL, are framing. */
export function oneLine(message: Buffer): Buffer {
  let end = message.length;
  while (end > 0 && (message[end - 1] === NEWLINE || message[end - 1] === RETURN || message[end - 1] === NUL)) end -= 1;
  const trimmed = message.subarray(0, end);
  if (!trimmed.includes(NEWLINE)) return trimmed;
  return Buffer.from(trimmed.toString('latin1').replaceAll('\n', '#012'), 'latin1');
}

/** UDP has no way to hold a sender back: what finds no room is counted, see Collector. */
export async function listenUdp({ host, port }: Listen, collector: Collector): Promise<Listening> {
  const type = host.includes(':') ? 'udp6' : 'udp4';
  const socket = createSocket({ type, recvBufferSize: UDP_BUFFER_BYTES });
  socket.on('message', (message) => {
    const line = oneLine(message);
    if (line.length > 0) collector.offer(Buffer.from(line));
  });
  const bound = once(socket, 'listening');
  socket.bind(port, host);
  await bound.catch((error) => {
    throw cannotListen(error, host, port);
  });
  return {
    port: socket.address().port,
    async close() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
      await collector.close();
    },
  };
}

/** A connection is read on when what it sent is durable: a sender who is faster than the disk has to wait. */
export async function listenTcp({ host, port }: Listen, collector: Collector, tls?: TlsFiles): Promise<Listening> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    void receive(socket, collector);
  };
  const server: Server = tls ? createTlsServer(tlsOptions(tls), accept) : createServer(accept);
  server.on('tlsClientError', () => {}); // a scanner, or a sender without the right certificate
  const bound = once(server, 'listening');
  server.listen(port, host);
  await bound.catch((error) => {
    throw cannotListen(error, host, port);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await collector.close();
    },
  };
}

async function receive(socket: Socket, collector: Collector): Promise<void> {
  const framer = new SyslogFramer();
  try {
    for await (const chunk of socket) {
      const lines = framer.push(chunk as Buffer);
      if (lines.length > 0) await collector.add(lines);
    }
    const rest = framer.end();
    if (rest.length > 0) await collector.add(rest);
  } catch {
    socket.destroy(); // it broke off, or sends what is no syslog
  }
}

function tlsOptions({ cert, key, ca }: TlsFiles) {
  const authority = ca === undefined ? {} : { ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true };
  return { cert: readFileSync(cert), key: readFileSync(key), minVersion: 'TLSv1.2' as const, ...authority };
}

function cannotListen(error: unknown, host: string, port: number): Fault {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const message = `A source cannot listen on ${host} port ${port} (${code}).`;
  return new Fault(code === 'EADDRINUSE' ? 'port-in-use' : 'usage', message, {
    place: `${host}:${port}`,
    cause: error,
  });
}
