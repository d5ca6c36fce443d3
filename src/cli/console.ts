/** Serving the console over an open data directory: what `serve` and `demo` share. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type Access,
  accessRoutes,
  authenticate,
  authenticateDirectory,
  authenticateShipper,
  nameRoutes,
  openProvider,
  providerPages,
} from '../access/access.ts';
import { systemClock } from '../base/clock.ts';
import { type Config, readConfig } from '../base/config.ts';
import { DEFAULT_SCHEME } from '../base/level.ts';
import { type Log, openLog } from '../base/log.ts';
import {
  answerInvitation,
  type Cases,
  caseFacts,
  caseRoutes,
  invitationsOf,
  isHeldByCase,
  isKeptOut,
  isMember,
  leadsInCases,
  subjectRoutes,
} from '../cases/cases.ts';
import { type Register, registerRoutes } from '../documents/documents.ts';
import { eventRoutes } from '../events/events.ts';
import { type Serving, serve } from '../http/serve.ts';
import {
  forgetExpired,
  identityRoutes,
  noticesFor,
  sealIdentities,
  type UnmaskingPolicy,
  type Unmaskings,
} from '../identities/identities.ts';
import { type Intake, intakeRoutes } from '../intake/intake.ts';
import { figureRoutes, type Gate, leadRoutes } from '../leads/leads.ts';
import { type Ledger, ledgerRoutes, record, recorded } from '../ledger/ledger.ts';
import { declarationPages, personNow, scimPages, syncDirectory } from '../people/people.ts';
import { deskPages, type Portal } from '../reports/reports.ts';
import { ruleRoutes } from '../sigma/sigma.ts';
import type { Data } from '../stores/data.ts';

const WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));
const PACKAGE = new URL('../../package.json', import.meta.url);

export const consoleConfig = (dir: string, port: number | undefined): Config =>
  readConfig({ data: dir, environment: process.env, options: { port } });

export function consoleAccess(data: Data, config: Config, ledger: Ledger): Access {
  return {
    ledger,
    db: data.casework,
    clock: systemClock,
    secure: config.public_origin?.startsWith('https:') ?? false,
    reach: { host: config.host, publicOrigin: config.public_origin },
    provider: providerOf(config),
    limits: { idle: config.session_idle_minutes * 60, absolute: config.session_hours * 3600 },
  };
}

/** Opening of identities as the settings say. */
export function consoleUnmaskings(data: Data, config: Config, ledger: Ledger): Unmaskings {
  const cases = consoleCases(data, config, ledger);
  const policy: UnmaskingPolicy = {
    hours: config.unmask_hours,
    notifyAfterDays: config.notify_after_days,
    isOfCase: (account, id) => isMember(cases, account, id),
    isKeptOut: (account, about) => isKeptOut(cases, account, about.case),
  };
  return { casework: data.casework, sealing: data.sealing, clock: systemClock, ledger, policy };
}

/** Who signed in, as the person behind the account that he is said to be: what is kept from him is kept from all of him. */
async function identified(data: Data, access: Access, request: Request) {
  const identity = await authenticate(access, request);
  if (identity === null || identity.account.person === null) return identity;
  const person = await personNow({ casework: data.casework, clock: access.clock }, identity.account.person);
  return { ...identity, account: { ...identity.account, person } };
}

function providerOf(config: Config): Access['provider'] {
  const { oidc_issuer: issuer, oidc_client_id: clientId, oidc_client_secret_file: file } = config;
  if (issuer === undefined) return undefined;
  const secretFile = file === undefined ? undefined : resolve(config.data, file);
  return openProvider({ issuer, clientId, secretFile, personClaim: config.oidc_person_claim });
}

export function consoleCases(data: Data, config: Config, ledger: Ledger): Cases {
  const keep = {
    triage: config.retention_triage_days,
    without_burden: config.retention_unfounded_days,
    others: config.retention_case_days,
  };
  return { ...data, ledger, clock: systemClock, keep };
}

/** The register of documents. What a case holds stays: the register is told yes or no, and never by which. */
export function consoleRegister(data: Data, ledger: Ledger, log?: Log): Register {
  return {
    ...{ casework: data.casework, events: data.events, sealing: data.sealing, ledger, clock: systemClock, log },
    isHeld: (casework, copy) => isHeldByCase({ casework, sealing: data.sealing, clock: systemClock }, copy),
  };
}

/** Errors: port-in-use; usage for an address that would send passwords in the clear. */
export async function serveConsole(
  data: Data,
  config: Config,
  access: Access,
  options: {
    ledger: Ledger;
    synthetic: boolean;
    signal: AbortSignal;
    log?: Log;
    gate?: Gate;
    intake?: Intake;
    portal?: Portal | undefined;
  },
): Promise<Serving> {
  const { ledger, synthetic, gate } = options;
  const reach = { host: config.host, publicOrigin: config.public_origin };
  const log = options.log ?? openLog({ level: config.log_level });
  const { provider } = access;
  const cases = consoleCases(data, config, ledger);
  const leads = leadRoutes({
    ...{ ...data, synthetic, clock: access.clock },
    leadsInCases: (account) => leadsInCases(cases, account),
    ...(gate ? { gate } : {}),
  });
  const unmaskings = consoleUnmaskings(data, config, ledger);
  const figures = figureRoutes({ ...data, facts: caseFacts(cases), ...(gate ? { gate } : {}) });
  const looked = [...eventRoutes(data), ...leads, ...identityRoutes(unmaskings), ...caseRoutes(cases), ...figures];
  const documents = registerRoutes(consoleRegister(data, ledger, log), config.document_levels ?? DEFAULT_SCHEME);
  // Reading the ledger is in the ledger, too.
  const watched = [...ledgerRoutes(ledger, ['auditor']), ...nameRoutes(access)];
  // Signing in and changes of accounts record themselves; who looks through the accounts of others does not.
  // Trying a rule out records itself, with the hash of its text; checking as one types does not.
  const workbench = ruleRoutes({ ...data, clock: access.clock, ledger });
  const ownRoutes = accessRoutes(access).flatMap((one) =>
    one.method === 'GET' && /^\/api\/(accounts|requests)\b/.test(one.path) ? recorded(ledger, [one]) : [one],
  );
  // What arrives is recorded by the part when it is stored, not by the request.
  const arriving = options.intake ? intakeRoutes(options.intake.spool) : [];
  const serving = await serve({
    // Whoever looks at something is written down before it is shown to him.
    routes: [
      ...ownRoutes,
      ...workbench,
      ...recorded(ledger, [...looked, ...documents, ...watched]),
      ...subjectRoutes(cases),
      ...arriving,
    ],
    identify: (request) => identified(data, access, request),
    identifyShipper: (request) => authenticateShipper(access, request),
    pages: {
      '/declarations': declarationPages({
        ...{ ...data, access, clock: access.clock, ...reach },
        noticesFor: (userUid) => noticesFor(unmaskings, userUid),
        hearing: {
          of: (account) => invitationsOf(cases, account),
          answer: (account, input) => answerInvitation(cases, account, input),
        },
      }),
      '/api/sealed': deskPages(options.portal, {
        identify: (request) => authenticate(access, request),
        // That the queue was read, and by whom; not what is in it, of which nobody here knows.
        record: async (account) => void (await record(ledger, { actor: `account:${account}`, act: 'report.list' })),
        ...reach,
      }),
      '/scim/v2': scimPages({
        ...{ casework: data.casework, clock: access.clock, ledger, log, ...reach },
        identify: (request) => authenticateDirectory(access, request),
        async onChanged(named) {
          if (named !== undefined) await sealIdentities(data, new Map([[named.user, named]]));
          await syncDirectory(data);
        },
      }),
      ...(provider ? { '/oidc': providerPages({ access, provider, reach, log }) } : {}),
    },
    host: config.host,
    port: config.port,
    publicOrigin: config.public_origin,
    web: WEB,
    log,
    version: (JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }).version,
    signal: options.signal,
  });
  const forgetting = forgetExpired({ ...unmaskings, log }, options.signal);
  return { ...serving, closed: serving.closed.then(() => forgetting) };
}
