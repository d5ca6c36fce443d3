/** The documents room: the register of what matters, its fingerprints, and what of it is in a folder that was found. */
export { type AssessedFile, type Assessment, assess, type Match } from './assess.ts';
export {
  type Certificate,
  type Copy,
  type CustodyEntry,
  copiesOf,
  missing,
  neverReturned,
  overdue,
} from './custody.ts';
export { Confined } from './extract/process.ts';
export { type ImportReport, importDocuments } from './import.ts';
export { loadDocuments } from './jobs.ts';
export { assessmentPage, LANGUAGES } from './page.ts';
export { type Adopted, adoptRegister } from './register/adopt.ts';
export { type Checked, certificateOf, checkCertificate } from './register/certificate.ts';
export { checkRegister, type Differs } from './register/check.ts';
export { type ImportedRegister, importRegister } from './register/importing.ts';
export { registerRoutes } from './register/routes.ts';
export type { StepInput as DocumentStepInput } from './register/step.ts';
export { LEDGERED as documentTables } from './register/store.ts';
export { awayList, listRegister, proposalsOf, wholeOf as wholeDocument } from './register/story.ts';
export { documentWatcher, watchDocuments } from './register/watch.ts';
export { documentByName, type Register, registerDocument, takeStep as takeDocumentStep } from './register/work.ts';
export { assessmentCsv, assessmentJson, assessmentText } from './report.ts';
export { type S3Options, s3Environment, s3Share } from './share/s3.ts';
export { folderShare, type Share } from './share/share.ts';
export { levelsOf } from './store.ts';
export { type Explanations, explainTrove } from './who.ts';
