/** Samples as they would stand among the stored events: taken in through the readers, then asked as a backtest asks. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../base/fault.ts';
import { type LineReader, sampleParameters, storeIntake } from '../events/events.ts';
import type { Events } from '../stores/clickhouse.ts';
import type { Runnable } from './check.ts';
import { compile } from './compile.ts';
import { compileCorrelation } from './correlate.ts';
import { type ForeignShape, foreignShape } from './foreign.ts';
import type { LogSource } from './rule.ts';
import { correlationHits, FOREIGN_SAMPLE, matchingRows } from './store.ts';

/**
 * How many stored events of a sample a rule matches; a text says why they cannot be asked: which logsource no reader has, or
 * that no reader knows the records.
 */
export async function countStored(
  events: Events,
  runnable: Runnable,
  sample: number,
  records: readonly string[],
  readers: readonly LineReader[],
): Promise<number | { why: string }> {
  if (events.spool === undefined) throw new Fault('defect', 'samples are read by an embedded engine');
  const path = join(events.spool, `sample-${randomUUID()}.lines`);
  const source = `sample-${sample}`;
  await writeFile(path, records.map((record) => `${lineOf(record)}\n`).join(''), { mode: 0o600 });
  let names: string[];
  try {
    // Each record is an event, also where two of them say the same.
    names = await storeIntake(events, '', { ...sampleParameters(path), source, key: source }, readers);
  } finally {
    await rm(path, { force: true });
  }
  const known = readers.filter(({ log_name }) => names.includes(log_name));
  if (known.length === 0) return { why: 'no reader recognises its records' };
  const missing: LogSource[] = [];
  const shapeOf = (logsource: LogSource): ForeignShape => {
    const shape = foreignShape(logsource, known, FOREIGN_SAMPLE);
    if (shape === undefined) missing.push(logsource);
    return shape ?? foreignShape({ product: 'windows' }, readers, FOREIGN_SAMPLE)!;
  };
  const compiled =
    runnable.kind === 'rule'
      ? compile(runnable.matcher, shapeOf(runnable.logsource))
      : compileCorrelation(runnable, shapeOf);
  if (missing.length > 0) return { why: `its records are read as ${names.join(', ')}, which is another log` };
  const found =
    'sql' in compiled
      ? await correlationHits(events, compiled, { source })
      : await matchingRows(events, compiled, { source });
  return found.length;
}

/** A record of Linux's audit log was taken apart for the other test; here it is read as it was written. */
function lineOf(record: string): string {
  const message = /^\{"type":/.test(record) ? (JSON.parse(record) as { message?: string }).message : undefined;
  return (message ?? record).replace(/[\r\n]+/g, ' ');
}
