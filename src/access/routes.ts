import { z } from 'zod';
import { type Account, type Route, route } from '../http/route.ts';
import { type Access, signIn, signOut } from './access.ts';
import { MOST_CHARACTERS } from './password.ts';
import { ROLES, type Role } from './roles.ts';

const SESSION = z.object({
  account: z.object({ name: z.string(), roles: z.array(z.enum(Object.keys(ROLES) as [Role, ...Role[]])) }),
  csrf_token: z.string(),
});

/** Signing in and out: /api/session. */
export function accessRoutes(access: Access): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/session',
      audience: 'public',
      summary: 'Sign in with a name and a password; sets the session cookie.',
      body: z.object({
        name: z.string().min(1).max(256),
        password: z
          .string()
          .min(1)
          .max(4 * MOST_CHARACTERS),
      }),
      response: SESSION,
      async handler({ body }, { request, headers }) {
        const { account, csrfToken, cookies } = await signIn(access, body, request);
        for (const cookie of cookies) headers.append('Set-Cookie', cookie);
        return { account: shown(account), csrf_token: csrfToken };
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
  ];
}

const shown = ({ name, roles }: Account) => ({ name, roles: [...roles] });
