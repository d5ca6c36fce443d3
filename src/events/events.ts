/** The events room: log lines become events here. Everything that other rooms use of it is named in this file. */
export { type LoadOptions, type LoadProgress, type LoadReport, loadLogs } from './jobs.ts';
export { checksum, type LogTotals, logTotals } from './store.ts';
