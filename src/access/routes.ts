import { z } from 'zod';
import { type Account, type Route, route } from '../http/route.ts';
import { type Access, type SignedIn, signIn, signOut } from './access.ts';
import { passkeyRoutes } from './passkeys/routes.ts';
import { requestRoutes } from './requests/routes.ts';
import { ROLES, type Role } from './roles.ts';
import { PASSWORD, sessionRoutes } from './sessions/routes.ts';

export const ROLE = z.enum(Object.keys(ROLES) as [Role, ...Role[]]);

export const SESSION = z.object({
  account: z.object({ name: z.string(), roles: z.array(ROLE) }),
  csrf_token: z.string(),
});

/** Signing in and out: /api/session; and what is one's own: /api/sessions, /api/passkeys. */
export function accessRoutes(access: Access): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/session',
      audience: 'public',
      summary: 'Sign in with a name and a password; sets the session cookie.',
      body: z.object({ name: z.string().min(1).max(256), password: PASSWORD }),
      response: SESSION,
      async handler({ body }, { request, headers }) {
        return sessionAnswer(await signIn(access, body, request), headers);
      },
    }),
    route({
      method: 'GET',
      path: '/api/session',
      audience: 'signed-in',
      summary: 'Who is signed in.',
      response: SESSION,
      handler: (_, { account, csrfToken }) => ({ account: shown(account), csrf_token: csrfToken }),
    }),
    route({
      method: 'DELETE',
      path: '/api/session',
      audience: 'signed-in',
      summary: 'Sign out.',
      response: z.void(),
      async handler(_, { request, headers }) {
        headers.append('Set-Cookie', await signOut(access, request));
      },
    }),
    route({
      method: 'GET',
      path: '/api/session/ways',
      audience: 'public',
      summary: 'Which ways there are to sign in, besides a password and a passkey.',
      response: z.object({ provider: z.boolean() }),
      handler: () => ({ provider: access.provider !== undefined }),
    }),
    ...sessionRoutes(access),
    ...passkeyRoutes(access),
    ...requestRoutes(access),
  ];
}

/** What a sign-in of any kind answers. */
export function sessionAnswer({ account, csrfToken, cookies }: SignedIn, headers: Headers): z.input<typeof SESSION> {
  for (const cookie of cookies) headers.append('Set-Cookie', cookie);
  return { account: shown(account), csrf_token: csrfToken };
}

const shown = ({ name, roles }: Account) => ({ name, roles: [...roles] });
