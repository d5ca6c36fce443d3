/** The people room: the directory and what people declared, each row known from its own day on; and whose an account is. */
import type { LedgeredTable } from '../ledger/ledger.ts';
import { LEDGERED as DIRECTORY } from './directory/store.ts';
import { LEDGERED as LINKS } from './links/store.ts';

export { declare, ownDeclarations, type People } from './declarations.ts';
export { type ImportReport, importDirectory } from './imports/import.ts';
export { loadPeople, syncDirectory } from './jobs.ts';
export { KINDS as LINK_KINDS, type Link, type LinkKind } from './links/link.ts';
export {
  type Directory,
  everybodyBehind,
  linkAccount,
  personNow,
  showLinks,
  unlinkAccount,
} from './links/links.ts';
export { holdersOfShared, OWN_LINKS, SERVICE_ACCOUNTS } from './links/store.ts';
export { declarationPages } from './routes.ts';
export { scimPages } from './scim/routes.ts';
export {
  countPeople,
  holdersOf,
  knownNames,
  PEOPLE_AS_OF,
  type Person,
  person,
  reportsOf,
  supervisorOf,
} from './store.ts';

/** The tables of this room whose rows change only through the program. */
export const peopleTables: readonly LedgeredTable[] = [...DIRECTORY, LINKS];
