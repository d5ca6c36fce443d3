/** Outside contacts that people declared: which days they explain, and what of those days still counts. */
import { statements } from '../stores/statements.ts';
import { TUNING } from './tuning.ts';

/** SQL of a WITH: the days of each person that a contact declared by {day:Date} explains. */
export const DECLARED_DAYS = statements(import.meta.url, {
  CONTACT_DECLARED_WITHIN_DAYS: String(TUNING.contactDeclaredWithinDays),
  CONTACT_EXPLAINS_DAYS: String(TUNING.contactExplainsDays),
})('declared-days').trim();

/** SQL over `standings` and declared_days: the bits of a day that count as of {day:Date}. */
export const FRESH = 'if((user_uid, day) IN declared_days, fresh_declared, fresh)';

/** SQL over `signals` and declared_days: what counts of a signal as of {day:Date}, in all and act by act. */
export const COUNTED = 'if((user_uid, day) IN declared_days, counted_declared, counted)';
export const GAINS = 'if((user_uid, day) IN declared_days, gains_declared, gains)';
