/** The console's API as a command line on another machine calls it: signed in as somebody, over HTTPS or on this machine. */
import { FAULTS, Fault, type FaultCode } from '../base/fault.ts';
import { isLoopback } from '../http/guard.ts';

export interface Session {
  get(path: string): Promise<unknown>;
  post(path: string, body?: object): Promise<unknown>;
  /** Signs out; never throws. */
  end(): Promise<void>;
}

/** Signs in. Faults: usage for an address that would show the password, not-reachable, and those of the server. */
export async function signInTo(server: string, name: string, password: string): Promise<Session> {
  const origin = originOf(server);
  const first = await call(origin, 'POST', '/api/session', { 'content-type': 'application/json' }, { name, password });
  const cookie = first.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const { csrf_token: token } = (await answerOf(first)) as { csrf_token: string };
  const headers = { cookie, 'x-csrf-token': token };
  const typed = { ...headers, 'content-type': 'application/json' };
  return {
    get: async (path) => await answerOf(await call(origin, 'GET', path, headers)),
    post: async (path, body) => await answerOf(await call(origin, 'POST', path, body ? typed : headers, body)),
    async end() {
      await call(origin, 'DELETE', '/api/session', headers).catch(() => {});
    },
  };
}

function originOf(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)))) return url.origin;
  throw new Fault('usage', 'the server is an address such as https://countersign.example.org', { place: '--server' });
}

async function call(origin: string, method: string, path: string, headers: Record<string, string>, body?: object) {
  try {
    return await fetch(origin + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  } catch (cause) {
    throw new Fault('not-reachable', 'The server does not answer.', { place: origin, cause });
  }
}

/** The JSON of an answer; what the server refuses becomes the fault that it is there. */
async function answerOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const answer = (await response.json().catch(() => undefined)) as { code?: string; detail?: string } | undefined;
  if (response.ok && answer !== undefined) return answer;
  const code = answer?.code ?? '';
  const known = Object.hasOwn(FAULTS, code) ? (code as FaultCode) : 'not-reachable';
  throw new Fault(known, answer?.detail ?? `The server answered ${response.status}.`, {
    place: new URL(response.url).pathname,
  });
}
