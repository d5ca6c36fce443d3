/** The shape of logs that came in line by line, for rules that speak of their records as they were written. */
import { type LineReader, recordsSql } from '../events/events.ts';
import type { LogSource } from './rule.ts';
import { rawShape, type Shape } from './shape.ts';

export interface ForeignShape extends Shape {
  /** The logs whose events it looks at. */
  readonly logs: readonly string[];
}

/** Where somebody comes from or stays says nothing about what he did: such fields count as absent. */
const NEVER_READ = /(?:^|[._])geo|country|nationality|citizen/i;

/**
 * The shape of the stored events that a logsource means, as far as they are of one of these readers and `where` holds for
 * them; undefined when no reader's records are meant.
 */
export function foreignShape(
  logsource: LogSource,
  readers: readonly LineReader[],
  where: string,
): ForeignShape | undefined {
  const chosen = readers.filter(({ sigma }) => sigma?.logsources.some((one) => fits(one, logsource)));
  if (chosen.length === 0) return undefined;
  const source = `(${chosen.map((reader) => recordsSql(reader, where)).join(' UNION ALL ')})`;
  const shape = rawShape(logsource, source);
  return {
    ...shape,
    mapped: true,
    logs: chosen.map(({ log_name }) => log_name),
    values: (field, bind) => (NEVER_READ.test(field) ? undefined : shape.values(field, bind)),
    present: (field, bind) => (NEVER_READ.test(field) ? 'false' : shape.present(field, bind)),
  };
}

/** What a reader says of its log holds for every rule that says the same, and perhaps more. */
function fits(own: { [K in keyof LogSource]: LogSource[K] | undefined }, rule: LogSource): boolean {
  return (['product', 'category', 'service'] as const).every((key) => own[key] === undefined || own[key] === rule[key]);
}
