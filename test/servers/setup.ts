/**
 * COUNTERSIGN_TEST_STORES=servers|cluster vitest run src/events src/detections: the same tests with their stores on
 * PostgreSQL and on one ClickHouse server, or three. Without it the stores are the embedded ones.
 */
import { clickhouseLibrary, postgresPrograms, startClickHouse, startPostgres } from './servers.ts';

export default async function setup(): Promise<undefined | (() => Promise<void>)> {
  const wanted = process.env.COUNTERSIGN_TEST_STORES;
  if (!wanted || wanted === 'embedded') return undefined;
  const [programs, library] = [postgresPrograms(), clickhouseLibrary()];
  if (!programs || !library)
    throw new Error('Tests on servers need PostgreSQL (Debian: apt-get install postgresql) and python3.');
  const postgres = await startPostgres(programs);
  const clickhouse = await startClickHouse(library, wanted === 'cluster' ? 3 : 1);
  process.env.TEST_POSTGRES = postgres.url;
  process.env.TEST_CLICKHOUSE = clickhouse.urls.join(',');
  process.env.TEST_CLUSTER = clickhouse.cluster ?? '';
  return async () => {
    await clickhouse.stop();
    await postgres.stop();
  };
}
