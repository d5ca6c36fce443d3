/** The marks room: copies that tell from whom they came, and documents that nobody needs. */

export { DECOY_FORMATS, decoyTemplates } from './decoy-files.ts';
export { type Decoy, type DecoyKind, listDecoys, makeDecoy, retireDecoy } from './decoys.ts';
export { type Issued, issueCopies, LANGUAGES as MARK_LANGUAGES, type Marks, type Wanted } from './issue.ts';
export { type MarksReading, readMarks } from './read.ts';
export { readingJson, readingText } from './report.ts';
export { LEDGERED as markTables } from './store.ts';
