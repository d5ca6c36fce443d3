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
export { assessmentCsv, assessmentJson, assessmentText } from './report.ts';
export { levelsOf } from './store.ts';
export { type Explanations, explainTrove } from './who.ts';
