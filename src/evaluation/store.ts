/** The evaluation room's SQL. */
import { TOGETHER, TUNING } from '../detections/detections.ts';
import type { Events } from '../stores/clickhouse.ts';
import { statements } from '../stores/statements.ts';
import type { PersonDay } from './baseline.ts';

const sql = statements(import.meta.url, { TOGETHER });
const PERSON_DAYS = sql('person-days');
const SIGNALS_WITHOUT = sql('signals-without');

/**
 * Gives `work` the same store, in which the signals of some detections never were and the standings are still to be
 * computed. What it writes there is forgotten afterwards; the store itself stays as it is.
 */
export async function withoutSignals<T>(
  events: Events,
  detections: readonly string[],
  work: (without: Events) => Promise<T>,
): Promise<T> {
  const renamed = (sql: string) => sql.replaceAll(/\b(signals|standings)\b/g, '$1_without');
  const forget = async () => {
    for (const table of ['signals', 'standings']) await events.run(`DROP TABLE IF EXISTS ${table}_without`);
  };
  await forget();
  try {
    for (const table of ['signals', 'standings']) await events.run(`CREATE TABLE ${table}_without AS ${table}`);
    await events.run(SIGNALS_WITHOUT, { detections, least_bits: TUNING.leastBits });
    return await work({
      ...events,
      rows: (sql, parameters) => events.rows(renamed(sql), parameters),
      run: (sql, parameters) => events.run(renamed(sql), parameters),
    });
  } finally {
    await forget();
  }
}

/** What the logs show of each person's day between two days (counted from 1970), in the order of days. */
export function personDays(events: Events, firstDay: number, days: number): Promise<PersonDay[]> {
  return events.rows<PersonDay>(PERSON_DAYS, { first: firstDay, last: firstDay + days - 1 });
}
