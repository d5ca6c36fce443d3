/** What can be said about the engines without knowing what they hold, for `countersign doctor`. */
import { sql } from 'kysely';
import type { Data } from './data.ts';

export interface EngineState {
  /** Such as 26.7.2.1. */
  readonly version: string;
  /** File name of the latest migration that was applied. Opening the data has applied all there are. */
  readonly migration: string;
}

/** Asks both engines for their version and the latest migration. Errors: those of a query. */
export async function engineStates({
  events,
  casework,
}: Data): Promise<{ events: EngineState; casework: EngineState }> {
  const [inEvents] = await events.rows<{ version: string; migration: string }>(
    'SELECT version() AS version, max(name) AS migration FROM schema_migrations',
  );
  const inCasework = await sql<{ version: string; migration: string | null }>`
    SELECT current_setting('server_version') AS version, max(name) AS migration FROM schema_migrations`.execute(
    casework,
  );
  return { events: state(inEvents), casework: state(inCasework.rows[0]) };
}

function state(row: { version: string; migration: string | null } | undefined): EngineState {
  return { version: row?.version.split(' ')[0] ?? 'unknown', migration: row?.migration || 'none' };
}
