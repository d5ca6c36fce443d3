/** The access room: who may sign in, as what, and what one person must not unite. */
import type { Clock } from '../base/clock.ts';
import type { Reach } from '../http/guard.ts';
import type { Ledger, LedgeredTable } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { Provider } from './oidc/provider.ts';
import { LEDGERED as LINKS } from './oidc/store.ts';
import { LEDGERED as PASSKEYS } from './passkeys/store.ts';
import type { PasswordCost } from './password.ts';
import { LEDGERED as REQUESTS } from './requests/store.ts';
import type { SessionLimits } from './session.ts';
import { LEDGERED } from './store.ts';
import { LEDGERED as TOKENS } from './tokens/store.ts';

export {
  type AccountEntry,
  createAccount,
  disableAccount,
  grantRole,
  linkAccount,
  linkPerson,
  listAccounts,
  revokeRole,
  setPassword,
  staff,
} from './accounts.ts';
export { nameRoutes } from './name-routes.ts';
export { type ProviderParts, providerPages } from './oidc/pages.ts';
export { openProvider, type Provider } from './oidc/provider.ts';
export { isRole, ROLES, type Role, SEPARATED } from './roles.ts';
export { accessRoutes } from './routes.ts';
export { SESSION_LIMITS, type SessionLimits } from './session.ts';
export { authenticate, signOut } from './sessions/sessions.ts';
export { type SignedIn, signIn } from './sign-in.ts';
export { authenticateDirectory, authenticateShipper, createToken, listTokens, revokeToken } from './tokens/tokens.ts';

/** The tables of this room whose rows change only through the program. */
export const accessTables: readonly LedgeredTable[] = [...LEDGERED, PASSKEYS, LINKS, REQUESTS, TOKENS];

/** What the functions of this room work with. */
export interface Access {
  readonly db: CaseworkDb;
  readonly clock: Clock;
  /** Where changes of accounts are recorded before they happen. */
  readonly ledger?: Ledger | undefined;
  /** Who makes them, if not somebody at the machine itself. */
  readonly actor?: string;
  readonly limits?: SessionLimits;
  readonly passwordCost?: PasswordCost;
  /** Whether people reach us over TLS, so that cookies may be kept to it. */
  readonly secure?: boolean;
  /** Under which names the server answers: passkeys belong to them. Loopback, if nothing is said. */
  readonly reach?: Reach;
  /** The organisation's own sign-in, if it has one. */
  readonly provider?: Provider | undefined;
}
