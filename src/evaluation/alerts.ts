import type { Alert } from './score.ts';
import { readTable } from './table.ts';

/** A file of alerts: date,user,score. A bare date counts as its last second. Errors as in readTable. */
export function readAlerts(file: string): Alert[] {
  return readTable(file, ['date', 'user', 'score']).map((row) => ({
    time: row.time('date', true),
    user: row.text('user'),
    score: row.number('score'),
  }));
}
