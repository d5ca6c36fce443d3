/** The two addresses of the organisation's sign-in: from where a browser is sent there, and where it comes back to. */
import { type Context, Hono } from 'hono';
import { asFault, Fault } from '../../base/fault.ts';
import { randomToken } from '../../base/id.ts';
import type { Log } from '../../base/log.ts';
import { ownOrigin, type Reach, refuseForeign } from '../../http/guard.ts';
import type { Access } from '../access.ts';
import { cookieToken } from '../session.ts';
import { beginCeremony, CEREMONY_SECONDS, takeCeremony } from '../sessions/ceremony.ts';
import { providerSignIn } from './oidc.ts';
import type { Provider } from './provider.ts';

const COOKIE = 'countersign_provider';
const PURPOSE = 'provider';
const CALLBACK = '/callback';

export interface ProviderParts {
  readonly access: Access;
  readonly provider: Provider;
  readonly reach: Reach;
  readonly log: Log;
}

/** The pages below /oidc. */
export function providerPages({ access, provider, reach, log }: ProviderParts): Hono {
  const app = new Hono();
  const redirectUri = (call: Context) => `${ownOrigin(call.req.url, reach)}/oidc${CALLBACK}`;
  /** Lax: the browser comes back from another site, and has to bring it along. It opens nothing by itself. */
  const cookie = (token: string, seconds: number) => {
    const secure = access.secure === true ? '; Secure' : '';
    return `${COOKIE}=${token}; Path=/oidc; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
  };

  app.get('/start', async (call) => {
    // Only our own page may begin: otherwise another site could sign somebody in behind his back.
    refuseForeign(call.req.raw.headers, ownOrigin(call.req.url, reach), 'GET');
    const { url, asked } = await provider.ask(redirectUri(call));
    const browser = randomToken();
    await beginCeremony(access, { browser }, PURPOSE, { ...asked, next: safeNext(call.req.query('next')) });
    call.header('Set-Cookie', cookie(browser, CEREMONY_SECONDS));
    return call.redirect(url, 303);
  });

  app.get(CALLBACK, async (call) => {
    call.header('Set-Cookie', cookie('', 0), { append: true });
    try {
      const browser = cookieToken(COOKIE, call.req.header('cookie') ?? null);
      const asked = browser === null ? undefined : await takeCeremony(access, { browser }, PURPOSE);
      if (asked === undefined) throw new Fault('sign-in-failed', 'This browser did not begin to sign in.');
      const { state = '', nonce = '', verifier = '', next } = asked;
      const callback = new URL(redirectUri(call));
      callback.search = new URL(call.req.url).search;
      const vouched = await provider.answer(callback, { state, nonce, verifier });
      for (const line of (await providerSignIn(access, vouched, call.req.raw)).cookies) {
        call.header('Set-Cookie', line, { append: true });
      }
      return call.redirect(safeNext(next), 303);
    } catch (error) {
      const fault = asFault(error);
      if (fault.status >= 500) log.error({ room: 'access', code: fault.code, error: fault }, 'a sign-in failed');
      // What the provider or an attacker put into the address is not shown again.
      return call.redirect('/sign-in?refused=1', 303);
    }
  });
  return app;
}

/** A page of ours: a path. The attack is a link that leads, after an honest sign-in, to a page that looks like ours. */
export function safeNext(next: string | undefined): string {
  const isPath = next !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\');
  return isPath ? next : '/';
}
