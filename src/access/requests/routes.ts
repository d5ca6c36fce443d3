import { z } from 'zod';
import { type Route, route } from '../../http/route.ts';
import type { Access } from '../access.ts';
import { endSessionsOf, listAccounts } from '../accounts.ts';
import { ROLES, type Role } from '../roles.ts';
import { time } from '../sessions/routes.ts';
import { KINDS } from './request.ts';
import * as requests from './requests.ts';

const ROLE = z.enum(Object.keys(ROLES) as [Role, ...Role[]]);
const ID = z.string().min(1).max(64);
const PERSON = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\s]+$/u);
const REASON = z.string().trim().min(1).max(500);

const WISH = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('account'), name: z.string().max(64), role: ROLE, person: PERSON, reason: REASON }),
  z.strictObject({ kind: z.literal('grant'), account: ID, role: ROLE, reason: REASON }),
  z.strictObject({ kind: z.literal('revoke'), account: ID, role: ROLE, reason: REASON }),
  z.strictObject({ kind: z.literal('link'), account: ID, person: PERSON, reason: REASON }),
  z.strictObject({ kind: z.literal('disable'), account: ID, reason: REASON }),
]);

const REQUEST = z.object({
  id: z.string(),
  kind: z.enum(KINDS),
  about: z.string(),
  role: ROLE.nullable(),
  person: z.string().nullable(),
  passkey: z.string().nullable(),
  reason: z.string(),
  asker: z.string(),
  requested_at: z.string(),
  expires_at: z.string(),
  state: z.enum(['open', 'expired', 'approved', 'refused', 'withdrawn']),
  decider: z.string().nullable(),
  decided_at: z.string().nullable(),
  for_you: z.boolean(),
  yours: z.boolean(),
});

/** Who may do what, and changing it by two people. */
export function requestRoutes(access: Access): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/accounts',
      audience: ['engineer', 'approver'],
      summary: 'Accounts, whose they are and what they may do.',
      response: z.object({
        accounts: z.array(
          z.object({
            ...{ id: z.string(), name: z.string(), roles: z.array(ROLE), person: z.string().nullable() },
            ...{ created_at: z.string(), disabled_at: z.string().nullable() },
          }),
        ),
      }),
      handler: async () => ({
        accounts: (await listAccounts(access)).map(({ id, name, roles, person, createdAt, disabledAt }) => ({
          ...{ id, name, roles: [...roles], person },
          ...{ created_at: createdAt.toISOString(), disabled_at: time(disabledAt) },
        })),
      }),
    }),
    route({
      method: 'DELETE',
      path: '/api/accounts/:id/sessions',
      audience: ['engineer', 'approver'],
      stepUp: true,
      summary: 'End all sessions of another’s account.',
      params: z.object({ id: ID }),
      response: z.void(),
      handler: ({ params }, { account }) => endSessionsOf(access, account, params.id),
    }),
    route({
      method: 'POST',
      path: '/api/requests',
      audience: ['engineer', 'approver'],
      stepUp: true,
      summary: 'Ask for an account, a grant, a revocation, a link to a person or an end; somebody else decides.',
      body: WISH,
      response: z.object({ id: z.string() }),
      async handler({ body: { reason, ...wish } }, { account }) {
        return { id: await requests.askFor(access, account, wish, reason) };
      },
    }),
    ...decisionRoutes(access),
  ];
}

function decisionRoutes(access: Access): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/requests',
      audience: ['engineer', 'approver', 'case_officer'],
      summary: 'What was asked for, what is open first. A case officer sees passkeys that wait, and nothing else.',
      response: z.object({ requests: z.array(REQUEST) }),
      async handler(_, { account }) {
        const isOffice = account.roles.some((role) => role === 'engineer' || role === 'approver');
        const all = await requests.listRequests(access, account);
        return {
          requests: all.filter(({ kind }) => isOffice || kind === 'passkey').map((one) => shown(one, account.id)),
        };
      },
    }),
    route({
      method: 'POST',
      path: '/api/requests/:id/approve',
      audience: ['approver', 'case_officer'],
      stepUp: true,
      summary: 'Do what somebody else asked for. A new account’s password is in the answer, this once.',
      params: z.object({ id: ID }),
      response: z.object({ password: z.string().nullable() }),
      handler: ({ params }, { account }) => requests.approve(access, account, params.id),
    }),
    route({
      method: 'POST',
      path: '/api/requests/:id/refuse',
      audience: ['engineer', 'approver', 'case_officer'],
      stepUp: true,
      summary: 'Refuse what somebody else asked for, or take back what you did.',
      params: z.object({ id: ID }),
      response: z.void(),
      handler: ({ params }, { account }) => requests.refuse(access, account, params.id),
    }),
  ];
}

function shown(one: requests.RequestEntry, reader: string): z.input<typeof REQUEST> {
  const { id, kind, about, role, person, label, reason, asker, state, decider } = one;
  return {
    ...{ id, kind, about, role, person, passkey: label, reason, asker, state, decider, for_you: one.isForReader },
    ...{ requested_at: one.requested_at.toISOString(), expires_at: one.expires_at.toISOString() },
    ...{ decided_at: time(one.decided_at), yours: one.requested_by === reader },
  };
}
