/** The events room: log lines become events here. Everything that other rooms use of it is named in this file. */
export { type Batch, type LoadOptions, type LoadProgress, type LoadReport, loadLogs } from './jobs.ts';
export { lineReaders, ownReaders } from './lines/catalog.ts';
export type { LineParameters } from './lines/compile.ts';
export { recordsSql } from './lines/compile.ts';
export { type Proof, proveReader, sampleParameters } from './lines/golden.ts';
export { intakeInsertSql, storeIntake } from './lines/intake.ts';
export { COLUMNS, type LineReader, readLineMapping } from './lines/mapping.ts';
export { type Near, nearestReaders } from './lines/nearest.ts';
export { recognisedReaders } from './lines/store.ts';
export { eventRoutes } from './routes.ts';
export { gapsTouching, type SourceGap, type SourceState, sourceStates, type TouchingGap } from './source.ts';
export { checksum, type LogTotals, lastTakenIn, logTotals } from './store.ts';
export { type Added, followLogs, type LogFollower } from './tail.ts';
