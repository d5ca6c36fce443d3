/** /api/officers and /api/unmaskings: everything that leads from a pseudonym to a name, and nothing else does. */
import { z } from 'zod';
import { type Route, route } from '../http/route.ts';
import { findUnmasking, listUnmaskings, type Told, type Unmaskings } from './finding.ts';
import { classOf, confirmKey, listKeys, type OfficerKey, proposeKey, retireKey } from './officers.ts';
import { noticeDue, PHASES, phaseAt, statementOf } from './unmasking.ts';
import * as unmaskings from './unmaskings.ts';

const OFFICERS = ['case_officer', 'reviewer', 'approver'] as const;
const ID = z.object({ id: z.string().regex(/^[0-9A-Z]{20}$/) });
const WORD = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
const HEX = z.string().regex(/^[0-9a-f]+$/);
const REASON = z.string().trim().min(20).max(2000);
const BASE64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

const KEY = z.object({
  ...{ id: z.string(), account: z.string(), class: z.enum(['case', 'approval']) },
  ...{ recipient: z.string(), signing_key: z.string(), fingerprint: z.string() },
  state: z.enum(['proposed', 'confirmed', 'retired']),
  own: z.boolean(),
});

const STEP = z.object({ kind: z.string(), account: z.string(), at: z.string() });
const UNMASKING = z.object({
  ...{ id: z.string(), case: z.string(), alias: z.string(), reason: z.string(), phase: z.enum(PHASES) },
  requested_at: z.string(),
  own: z.boolean().describe('Whether you requested it'),
  expires: z.string(),
  notify_after_days: z.int(),
  notice_due: z.string().describe('From when on the person is told, or empty'),
  hold_proposed: z.object({ until: z.string(), reason: z.string(), account: z.string() }).nullable(),
  steps: z.array(STEP),
});

export function identityRoutes(parts: Unmaskings): Route[] {
  const shown = ({ unmasking, reason }: Told, accountId: string): z.input<typeof UNMASKING> => {
    const { id, request, openings, declined, ended, proposedHold } = unmasking;
    const done = [request, ...openings, ...(declined ? [declined] : []), ...(ended ? [ended] : [])];
    return {
      ...{ id, case: request.step.case, alias: request.step.alias, reason },
      phase: phaseAt(unmasking, parts.clock().toISOString()),
      requested_at: request.at,
      own: request.by.account === accountId,
      expires: request.step.expires,
      notify_after_days: request.step.notifyAfterDays,
      notice_due: noticeDue(unmasking) ?? '',
      hold_proposed: proposedHold
        ? { until: proposedHold.step.until, reason: proposedHold.step.reason, account: proposedHold.by.account }
        : null,
      steps: done.map(({ step, by, at }) => ({
        kind: step.kind === 'open' ? `open_${step.layer}` : step.kind,
        account: by.account,
        at,
      })),
    };
  };
  return [...officerRoutes(parts), ...openingRoutes(parts, shown), ...holdRoutes(parts, shown)];
}

const keyShown = (key: OfficerKey, accountId: string): z.input<typeof KEY> => {
  const { signingKey, ...rest } = key;
  return { ...rest, signing_key: signingKey, own: key.account === accountId };
};

function officerRoutes(parts: Unmaskings): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/officers',
      audience: OFFICERS,
      summary: 'Whose keys open identities, and what an own key is proposed with.',
      response: z.object({ account: z.string(), class: z.enum(['case', 'approval']), keys: z.array(KEY) }),
      async handler(_, { account }) {
        const keys = (await listKeys(parts)).map((key) => keyShown(key, account.id));
        return { account: account.id, class: classOf(account), keys };
      },
    }),
    route({
      method: 'POST',
      path: '/api/officers',
      audience: OFFICERS,
      summary: 'Propose an own key; somebody else has to confirm it.',
      body: z.object({ recipient: z.string().max(3000), signing_key: HEX.length(64), proof: HEX.length(128) }),
      response: KEY,
      async handler({ body: { recipient, signing_key: signingKey, proof } }, { account }) {
        return keyShown(await proposeKey(parts, account, { recipient, signingKey, proof }), account.id);
      },
    }),
    route({
      method: 'POST',
      path: '/api/officers/:id/confirmation',
      audience: OFFICERS,
      summary: "Confirm somebody else's key, whose fingerprint was compared with him.",
      params: ID,
      body: z.object({ fingerprint: z.string().min(64).max(100) }),
      response: KEY,
      async handler({ params, body }, { account }) {
        return keyShown(await confirmKey(parts, account, params.id, body.fingerprint), account.id);
      },
    }),
    route({
      method: 'POST',
      path: '/api/officers/:id/retirement',
      audience: OFFICERS,
      summary: 'Take a key out of use.',
      params: ID,
      response: KEY,
      handler: async ({ params }, { account }) => keyShown(await retireKey(parts, account, params.id), account.id),
    }),
  ];
}

type Shown = (told: Told, accountId: string) => z.input<typeof UNMASKING>;

function openingRoutes(parts: Unmaskings, shown: Shown): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/unmaskings',
      audience: OFFICERS,
      summary: 'Requests to open an identity, the latest first.',
      response: z.object({ unmaskings: z.array(UNMASKING) }),
      async handler(_, { account }) {
        const all = await listUnmaskings(parts, account);
        return { unmaskings: all.map((told) => shown(told, account.id)) };
      },
    }),
    route({
      method: 'POST',
      path: '/api/unmaskings',
      audience: ['case_officer'],
      summary: 'Ask for the identity behind a pseudonym of a case; two officers decide.',
      body: z.object({ case: WORD, alias: WORD, reason: REASON }),
      response: UNMASKING,
      handler: async ({ body }, { account }) =>
        shown(await unmaskings.requestUnmasking(parts, account, body), account.id),
    }),
    route({
      method: 'GET',
      path: '/api/unmaskings/:id',
      audience: OFFICERS,
      summary: 'One request.',
      params: ID,
      response: UNMASKING,
      handler: async ({ params }, { account }) => shown(await findUnmasking(parts, account, params.id), account.id),
    }),
    route({
      method: 'GET',
      path: '/api/unmaskings/:id/layer',
      audience: OFFICERS,
      summary: 'The layer that is yours to open, still sealed, and the fields of the statement to sign.',
      params: ID,
      response: z.object({ layer: z.enum(['outer', 'inner']), sealed: z.string(), statement: z.string() }),
      async handler({ params }, { account }) {
        const { unmasking } = await findUnmasking(parts, account, params.id);
        const { layer, sealed } = await unmaskings.layerToOpen(parts, account, params.id);
        return { layer, sealed, statement: statementOf(unmasking, layer, DIGEST) };
      },
    }),
    route({
      method: 'POST',
      path: '/api/unmaskings/:id/opening',
      audience: OFFICERS,
      summary: 'Hand over what lay under the layer, and your signature.',
      params: ID,
      body: z.object({ opened: BASE64.max(200_000), signature: HEX.length(128) }),
      response: UNMASKING,
      handler: async ({ params, body }, { account }) =>
        shown(await unmaskings.openUnmasking(parts, account, params.id, body), account.id),
    }),
    route({
      method: 'GET',
      path: '/api/unmaskings/:id/identity',
      audience: ['case_officer'],
      summary: 'The identity, for its requester, until it expires.',
      params: ID,
      response: z.object({ user: z.string(), name: z.string(), address: z.string() }),
      handler: ({ params }, { account }) => unmaskings.seeIdentity(parts, account, params.id),
    }),
    route({
      method: 'POST',
      path: '/api/unmaskings/:id/refusal',
      audience: OFFICERS,
      summary: 'Say no, with a reason.',
      params: ID,
      body: z.object({ reason: REASON }),
      response: UNMASKING,
      handler: async ({ params, body }, { account }) =>
        shown(await unmaskings.declineUnmasking(parts, account, params.id, body.reason), account.id),
    }),
    route({
      method: 'POST',
      path: '/api/unmaskings/:id/end',
      audience: ['case_officer'],
      summary: 'You need it no more: what was opened is gone at once.',
      params: ID,
      response: UNMASKING,
      handler: async ({ params }, { account }) =>
        shown(await unmaskings.endUnmasking(parts, account, params.id), account.id),
    }),
  ];
}

/** Where the digest of what was found stands in the statement. */
const DIGEST = '0'.repeat(64);

function holdRoutes(parts: Unmaskings, shown: Shown): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/unmaskings/:id/hold',
      audience: OFFICERS,
      summary: 'Propose that the person be told later, until a moment, for a reason.',
      params: ID,
      body: z.object({ until: z.iso.datetime({ precision: 3 }), reason: REASON }),
      response: UNMASKING,
      handler: async ({ params, body }, { account }) =>
        shown(await unmaskings.proposeHold(parts, account, params.id, body), account.id),
    }),
    route({
      method: 'POST',
      path: '/api/unmaskings/:id/hold/confirmation',
      audience: OFFICERS,
      summary: "Confirm somebody else's proposal to tell the person later.",
      params: ID,
      response: UNMASKING,
      handler: async ({ params }, { account }) =>
        shown(await unmaskings.confirmHold(parts, account, params.id), account.id),
    }),
  ];
}
