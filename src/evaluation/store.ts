/** The evaluation room's SQL. */
import type { Events } from '../stores/clickhouse.ts';
import { statements } from '../stores/statements.ts';
import type { PersonDay } from './baseline.ts';

const PERSON_DAYS = statements(import.meta.url)('person-days');

/** What the logs show of each person's day between two days (counted from 1970), in the order of days. */
export function personDays(events: Events, firstDay: number, days: number): Promise<PersonDay[]> {
  return events.rows<PersonDay>(PERSON_DAYS, { first: firstDay, last: firstDay + days - 1 });
}
