/**
 * How sealed messages reach this page: by the console's own address, as ciphertext. What every recipient does alike goes
 * under the session's name; what would tell one report from another - an answer, a whole message fetched for its
 * attachments - goes without cookie and signature, under a pass that all recipients share.
 */
import { PortalClient, Refusal, ServerRefusal } from '../../../src/reports/protocol/protocol.ts';
import { csrfTokenOf, Problem } from '../api.ts';

const BASE = '/api/sealed';
const NAMED = ['/manifest', '/recipients/list', '/recipients/starts'];

/** In the memory of this page alone. */
let pass: string | undefined;

async function askPass(): Promise<string> {
  const response = await fetch(`${BASE}/pass`, { credentials: 'same-origin', cache: 'no-store' });
  return response.ok ? ((await response.json()) as { pass: string }).pass : '';
}

const deskFetch: typeof fetch = async (input, init = {}) => {
  const address = String(input);
  const headers = new Headers(init.headers);
  if (NAMED.some((path) => address.endsWith(BASE + path))) {
    headers.set('X-CSRF-Token', csrfTokenOf());
    return await fetch(input, { ...init, headers, credentials: 'same-origin' });
  }
  headers.delete('Authorization');
  for (let tries = 0; ; tries += 1) {
    pass ??= await askPass();
    headers.set('X-Reports-Pass', pass);
    const response = await fetch(input, { ...init, headers, credentials: 'omit' });
    if (response.status !== 403 || tries > 0) return response;
    // It was an hour old.
    pass = undefined;
  }
};

export const openDoor = (): PortalClient => new PortalClient(location.origin, deskFetch, BASE);

export function forgetPass(): void {
  pass = undefined;
}

/** What the protocol refused, as the console says such things. Nothing of a report is in it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ServerRefusal && error.status === 401) return new Problem(401, 'sign-in-required', '', '');
  if (error instanceof Refusal) return new Problem(0, `sealed-${error.code}`, error.message, '');
  return new Problem(0, 'sealed-server', 'The page met a defect of its own.', '');
}
