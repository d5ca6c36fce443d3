/** The cases room: what is looked into, step by step, with a fair hearing, by those who need to know and nobody else. */
export { type Bundle, bundleOf, FORMAT as BUNDLE_FORMAT } from './bundle.ts';
export { type CaseTerms, stateOf } from './case.ts';
export { type Verified, verifyBundle } from './check.ts';
export { caseWords, dossierPage, LANGUAGES } from './dossier.ts';
export { caseFacts } from './facts.ts';
export { isHeldByCase } from './held.ts';
export { type Destroyed, type Expired, expired, keepRetention, runRetention } from './jobs.ts';
export { isKeptOut, isMember, leadsInCases } from './membership.ts';
export { caseRoutes } from './routes.ts';
export { OUTCOMES, type Outcome } from './step.ts';
export { LEDGERED as caseTables } from './store.ts';
export { summaryOf, wholeOf } from './story.ts';
export { answerInvitation, invitationsOf, subjectRoutes } from './subject-routes.ts';
export { type Cases, caseOf, casesOf, type Person, personLooking } from './work.ts';
