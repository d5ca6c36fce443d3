/** The documents room: the register of what matters, at which level, from which day on. */
export { type ImportReport, importDocuments } from './import.ts';
export { loadDocuments } from './jobs.ts';
