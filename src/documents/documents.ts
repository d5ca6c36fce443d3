/** The documents room: the register of what matters, at which level, from which day on. */
export { loadDocuments } from './jobs.ts';
