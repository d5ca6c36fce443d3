/** The identities room: pseudonyms, and the only way from one to a person. */
export { aliases, aliasMark, masker, peopleOf, personOf, QUEUE, type Sealed } from './alias.ts';
export { directoryFiles } from './directory.ts';
export { type Notice, noticesFor, type UnmaskingPolicy, type Unmaskings } from './finding.ts';
export { forgetExpired, type SealedNames, sealIdentities, sealNames } from './jobs.ts';
export { openLayer } from './layers.ts';
export { confirmKey, type Identities, listKeys, type OfficerKey, proposeKey, retireKey } from './officers.ts';
export { identityRoutes } from './routes.ts';
export {
  enrolmentStatement,
  isSignedBy,
  keyFingerprint,
  type Layer,
  type OfficerClass,
  openingStatement,
  sha256Hex,
  signStatement,
} from './statement.ts';
export { forgetScope, LEDGERED as identityTables } from './store.ts';
