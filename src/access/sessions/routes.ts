import { z } from 'zod';
import { type Route, route } from '../../http/route.ts';
import type { Access } from '../access.ts';
import { MOST_CHARACTERS } from '../password.ts';
import { changeOwnPassword, provePassword } from '../proof.ts';
import { endOtherSessions, endSession, listSessions } from './sessions.ts';

export const PASSWORD = z
  .string()
  .min(1)
  .max(4 * MOST_CHARACTERS);

export const time = (date: Date | null) => date?.toISOString() ?? null;

/** One's own sessions and password, and the proof that it is still oneself. */
export function sessionRoutes(access: Access): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/sessions',
      audience: 'signed-in',
      summary: 'Your own sessions.',
      response: z.object({
        sessions: z.array(
          z.object({
            id: z.string(),
            created_at: z.string(),
            last_seen_at: z.string(),
            expires_at: z.string(),
            opened_with: z.enum(['password', 'passkey', 'provider']),
            current: z.boolean(),
          }),
        ),
      }),
      async handler(_, identity) {
        const sessions = await listSessions(access, identity);
        return {
          sessions: sessions.map(({ id, createdAt, lastSeenAt, expiresAt, openedWith, isCurrent }) => ({
            ...{ id, opened_with: openedWith, current: isCurrent },
            ...{ created_at: createdAt.toISOString(), last_seen_at: lastSeenAt.toISOString() },
            expires_at: expiresAt.toISOString(),
          })),
        };
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/sessions/:id',
      audience: 'signed-in',
      summary: 'End one of your own sessions.',
      params: z.object({ id: z.string().max(64) }),
      response: z.void(),
      handler: ({ params }, { account }) => endSession(access, account, params.id),
    }),
    route({
      method: 'DELETE',
      path: '/api/sessions',
      audience: 'signed-in',
      summary: 'End all your sessions but this one.',
      response: z.void(),
      handler: (_, identity) => endOtherSessions(access, identity),
    }),
    route({
      method: 'POST',
      path: '/api/session/proof',
      audience: 'signed-in',
      summary: 'Prove with your password that it is you; sensitive acts ask for it.',
      body: z.object({ password: PASSWORD }),
      response: z.void(),
      async handler({ body }, { request, headers, ...identity }) {
        headers.append('Set-Cookie', await provePassword(access, identity, body.password, request));
      },
    }),
    route({
      method: 'POST',
      path: '/api/session/password',
      audience: 'signed-in',
      stepUp: true,
      summary: 'Change your password; your other sessions end.',
      body: z.object({ password: PASSWORD }),
      response: z.void(),
      handler: ({ body }, identity) => changeOwnPassword(access, identity, body.password),
    }),
  ];
}
