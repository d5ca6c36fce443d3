/** The events room: log lines become events here. Everything that other rooms use of it is named in this file. */
export { type Batch, type LoadOptions, type LoadProgress, type LoadReport, loadLogs } from './jobs.ts';
export { lineReaders } from './lines/catalog.ts';
export type { LineParameters } from './lines/compile.ts';
export { intakeInsertSql, storeIntake } from './lines/intake.ts';
export type { LineReader } from './lines/mapping.ts';
export { recognisedReaders } from './lines/store.ts';
export { eventRoutes } from './routes.ts';
export { gapsTouching, type SourceGap, type SourceState, sourceStates, type TouchingGap } from './source.ts';
export { checksum, type LogTotals, lastTakenIn, logTotals } from './store.ts';
export { type Added, followLogs, type LogFollower } from './tail.ts';
