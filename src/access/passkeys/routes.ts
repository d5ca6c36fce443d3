import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { type Route, route } from '../../http/route.ts';
import type { Access } from '../access.ts';
import { SESSION, sessionAnswer } from '../routes.ts';
import { time } from '../sessions/routes.ts';
import * as passkeys from './passkeys.ts';

const BYTES = z
  .string()
  .max(20_000)
  .regex(/^[A-Za-z0-9_-]+$/);
const STATE = z.enum(['usable', 'waiting', 'suspended']);
/** What a browser is to be asked, as WebAuthn has it. */
const OPTIONS = z.object({ options: z.looseObject({ challenge: z.string() }) });

/** RegistrationResponseJSON of WebAuthn Level 3, as far as it is looked at. */
const MADE = z.object({
  id: BYTES,
  rawId: BYTES,
  type: z.literal('public-key'),
  response: z.object({ clientDataJSON: BYTES, attestationObject: BYTES }),
});
/** AuthenticationResponseJSON of WebAuthn Level 3, as far as it is looked at. */
const SIGNED = z.object({
  id: BYTES,
  rawId: BYTES,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: BYTES,
    authenticatorData: BYTES,
    signature: BYTES,
    userHandle: BYTES.nullish().transform((handle) => handle ?? undefined),
  }),
});

const asMade = (made: z.output<typeof MADE>): RegistrationResponseJSON => ({ ...made, clientExtensionResults: {} });
const asSigned = ({ response, ...rest }: z.output<typeof SIGNED>): AuthenticationResponseJSON => {
  const { userHandle, ...signed } = response;
  return {
    ...rest,
    response: userHandle === undefined ? signed : { ...signed, userHandle },
    clientExtensionResults: {},
  };
};

/** Passkeys: signing in, proving, and one's own. */
export function passkeyRoutes(access: Access): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/session/passkey/options',
      audience: 'public',
      summary: 'Begin to sign in with a passkey.',
      response: OPTIONS,
      async handler(_, { request, headers }) {
        const { options, cookie } = await passkeys.beginPasskeySignIn(access, request);
        headers.append('Set-Cookie', cookie);
        return { options: { ...options } };
      },
    }),
    route({
      method: 'POST',
      path: '/api/session/passkey',
      audience: 'public',
      summary: 'Sign in with a passkey; sets the session cookie.',
      body: z.object({ credential: SIGNED }),
      response: SESSION,
      async handler({ body }, { request, headers }) {
        return sessionAnswer(await passkeys.passkeySignIn(access, asSigned(body.credential), request), headers);
      },
    }),
    route({
      method: 'POST',
      path: '/api/session/proof/passkey/options',
      audience: 'signed-in',
      summary: 'Begin to prove with a passkey that it is you.',
      response: OPTIONS,
      handler: async (_, { request, ...identity }) => ({
        options: { ...(await passkeys.beginPasskeyProof(access, identity, request)) },
      }),
    }),
    route({
      method: 'POST',
      path: '/api/session/proof/passkey',
      audience: 'signed-in',
      summary: 'Prove with a passkey that it is you.',
      body: z.object({ credential: SIGNED }),
      response: z.void(),
      async handler({ body }, { request, headers, ...identity }) {
        const signed = asSigned(body.credential);
        headers.append('Set-Cookie', await passkeys.provePasskey(access, identity, signed, request));
      },
    }),
    ...ownRoutes(access),
  ];
}

function ownRoutes(access: Access): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/passkeys',
      audience: 'signed-in',
      summary: 'Your own passkeys.',
      response: z.object({
        passkeys: z.array(
          z.object({
            ...{ id: z.string(), label: z.string(), host: z.string(), synced: z.boolean() },
            ...{ created_at: z.string(), last_used_at: z.string().nullable(), state: STATE },
          }),
        ),
      }),
      async handler(_, { account }) {
        const own = await passkeys.listPasskeys(access, account.id);
        return {
          passkeys: own.map(({ id, label, host, isSynced, createdAt, lastUsedAt, state }) => ({
            ...{ id, label, host, synced: isSynced, state },
            ...{ created_at: createdAt.toISOString(), last_used_at: time(lastUsedAt) },
          })),
        };
      },
    }),
    route({
      method: 'POST',
      path: '/api/passkeys/options',
      audience: 'signed-in',
      stepUp: true,
      summary: 'Begin to enrol a passkey.',
      response: OPTIONS,
      handler: async (_, { request, ...identity }) => ({
        options: { ...(await passkeys.beginEnrolment(access, identity, request)) },
      }),
    }),
    route({
      method: 'POST',
      path: '/api/passkeys',
      audience: 'signed-in',
      stepUp: true,
      summary: 'Enrol a passkey; that of an approver waits for a second person.',
      body: z.object({ label: z.string().trim().min(1).max(64), credential: MADE }),
      response: z.object({ state: STATE }),
      async handler({ body: { label, credential } }, { request, ...identity }) {
        const response = asMade(credential);
        return { state: await passkeys.finishEnrolment(access, identity, request, { response, label }) };
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/passkeys/:id',
      audience: 'signed-in',
      stepUp: true,
      summary: 'Remove one of your passkeys.',
      params: z.object({ id: z.string().max(64) }),
      response: z.void(),
      handler: ({ params }, { account }) => passkeys.removePasskey(access, account, params.id),
    }),
  ];
}
