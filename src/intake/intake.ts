/** The intake room: lines arrive here, are made durable, and reach the event store once. */
import type { LedgeredTable } from '../ledger/ledger.ts';
import { LEDGERED } from './store.ts';

export type { Delivery, Entry } from './entry.ts';
export { type Collecting, collect, type Intake, openIntake } from './jobs.ts';
export { Loader, type Part } from './loader.ts';
export { intakeRoutes } from './routes.ts';
export { type Declaring, declareSource, listDeclared, removeSource, type SourceDeclaration } from './sources.ts';
export { type Receipt, Spool, type SpoolOptions } from './spool.ts';

/** The tables of this room whose rows change only through the program. */
export const intakeTables: readonly LedgeredTable[] = [LEDGERED];
