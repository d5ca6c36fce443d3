/** A detection is one YAML file in content/detections: what to count, when it belongs to which stage, and what else it may be. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { Fault } from '../base/fault.ts';
import { type Compiled, compile, type Fields } from './sigma.ts';

/** The columns of an observation that a condition may name. */
export const FIELDS: Fields = {
  class_uid: 'UInt32',
  activity_name: 'String',
  target: 'String',
  document: 'String',
  document_level: 'UInt32',
  registered: 'Bool',
  compartment: 'String',
  known_by: 'String',
  need_to_know: 'Bool',
  above_clearance: 'Bool',
  first_time: 'Bool',
  just_opened: 'Bool',
  decoy: 'Bool',
  local_copy: 'Bool',
  archive: 'Bool',
  shared: 'Bool',
  handed_over: 'Bool',
  channel: 'String',
  destination: 'String',
  destination_age: 'UInt32',
  destination_people: 'UInt32',
  new_channel: 'Bool',
  off_hours: 'Bool',
  new_device: 'Bool',
};

const Text = z.strictObject({ en: z.string().min(1), 'zh-CN': z.string().min(1) });
export type Text = z.infer<typeof Text>;

export const STAGES = ['approach', 'access', 'collect', 'stage', 'exfiltrate'] as const;

const Rule = z.strictObject({
  title: Text,
  description: Text,
  stage: z.enum(STAGES),
  /** documents: distinct documents, weighed by level; compartments: distinct projects and teams; acts: events. */
  measure: z.enum(['documents', 'compartments', 'acts']),
  unit: Text,
  /** What one bit of surprise counts for, beside the other detections. */
  weight: z.number().min(0).max(5),
  /** Which declared fact explains it, so that it counts for nothing; without one, none does. */
  explained_by: z.enum(['contact']).optional(),
  detection: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.unknown())])),
  /** Innocent explanations to check first, and what would refute the suspicion: never fewer than one. */
  falsepositives: z.array(Text).min(1),
  refute: z.array(Text).min(1),
  tests: z
    .array(z.strictObject({ name: z.string(), observation: z.record(z.string(), z.unknown()), match: z.boolean() }))
    .min(2),
});

/** With the hash of the file it stands in. */
export type Rule = z.infer<typeof Rule> & { id: string; condition: Compiled; sha256: string };

const FOLDER = fileURLToPath(new URL('../../content/detections/', import.meta.url));

/** All detections of a folder, ordered by id (the file's name). Errors: invalid-content naming the file. */
export function rules(folder = FOLDER): Rule[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));
  return files.sort().map((file, index) => readRule(`${folder}${file}`, file.slice(0, -4), `r${index}_`));
}

function readRule(path: string, id: string, prefix: string): Rule {
  const text = readFileSync(path, 'utf8');
  const parsed = Rule.safeParse(parse(text));
  if (!parsed.success) throw new Fault('invalid-content', z.prettifyError(parsed.error), { place: path });
  const condition = compile(parsed.data.detection as Parameters<typeof compile>[0], FIELDS, prefix, path);
  return { ...parsed.data, id, condition, sha256: createHash('sha256').update(text).digest('hex') };
}
