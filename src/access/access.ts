/** The access room: who may sign in, as what, and what one person must not unite. */
import type { Clock } from '../base/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { CaseworkDb } from '../stores/postgres.ts';
import type { PasswordCost } from './password.ts';
import type { SessionLimits } from './session.ts';

export {
  type AccountEntry,
  createAccount,
  disableAccount,
  grantRole,
  linkPerson,
  listAccounts,
  revokeRole,
  setPassword,
  staff,
} from './accounts.ts';
export { nameRoutes } from './name-routes.ts';
export { isRole, ROLES, type Role, SEPARATED } from './roles.ts';
export { accessRoutes } from './routes.ts';
export { SESSION_LIMITS, type SessionLimits } from './session.ts';
export { authenticate, type SignedIn, signIn, signOut } from './sign-in.ts';
export { LEDGERED as accessTables } from './store.ts';

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
}
