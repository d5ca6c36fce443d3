/** The proof of a reader: sample.log, and beside it what must become of it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../base/fault.ts';
import type { Events } from '../../stores/clickhouse.ts';
import { spoolOf } from '../../stores/spool.ts';
import type { LineParameters } from './compile.ts';
import type { LineReader } from './mapping.ts';
import { readLines, recognisedBy } from './store.ts';

/** Lines without a year are read as if they had arrived then. */
const ARRIVED = Date.parse('2026-03-04T05:00:00Z') / 1000;

export interface Proof {
  reader: string;
  /** Lines of the sample, and how many of them were read. */
  lines: number;
  read: number;
  /** What is not as it must be, each with its line; empty: the reader does what it says. */
  differences: { line: number; message: string }[];
}

/**
 * Reads a folder's sample.log with its reader and compares what comes out, line by line, with expected.jsonl, which is
 * written first with `update`. Errors: not-found without a sample; those of a query.
 */
export async function proveReader(
  events: Events,
  reader: LineReader,
  readers: readonly LineReader[],
  update = false,
): Promise<Proof> {
  const sample = join(reader.folder, 'sample.log');
  const expected = join(reader.folder, 'expected.jsonl');
  if (!existsSync(sample)) throw new Fault('not-found', 'the folder holds no sample.log', { place: sample });
  const parameters = sampleParameters(join(spoolOf(events), `sample-${reader.log_name}.lines`));
  await copyFile(sample, parameters.path);
  try {
    const rows = await readLines(events, reader, parameters);
    const names = await recognisedBy(events, parameters, readers);
    const found = rows.map((row) =>
      JSON.stringify(Object.fromEntries(Object.entries(row).filter(([, v]) => !nothing(v)))),
    );
    if (update) writeFileSync(expected, found.map((line) => `${line}\n`).join(''));
    const wanted = existsSync(expected) ? readFileSync(expected, 'utf8').split('\n').slice(0, -1) : [];
    const differences = Array.from({ length: Math.max(found.length, wanted.length) }, (_, index) => {
      if (found[index] !== wanted[index])
        return [
          { line: index + 1, message: `became ${found[index] ?? 'nothing'}, expected ${wanted[index] ?? 'nothing'}` },
        ];
      const name = names[index];
      const wrong = rows[index]!.class_uid !== 0 && name !== reader.log_name;
      return wrong ? [{ line: index + 1, message: `is recognised as ${name}` }] : [];
    }).flat();
    if (found.length === 0) differences.push({ line: 1, message: 'the sample is empty' });
    return {
      reader: reader.log_name,
      lines: rows.length,
      read: rows.filter(({ class_uid }) => class_uid !== 0).length,
      differences,
    };
  } finally {
    await rm(parameters.path, { force: true });
  }
}

/** The parameters for lines that are only looked at. */
export function sampleParameters(path: string): LineParameters {
  return { path, first_line: 1, source: 'sample', stream: '', key: '', received: ARRIVED };
}

const nothing = (value: unknown) =>
  value === '' || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
