/** A file as a list of what it asks for, in its order. */

import type { LinkWish } from '../links/links.ts';
import { type Entry, entryOf, type Said } from './entry.ts';
import { type Bad, type LdifRecord, readLdif } from './ldif.ts';
import { readTable } from './table.ts';

export interface PersonTask<K extends 'person' | 'service' = 'person' | 'service'> {
  readonly line: number;
  readonly kind: K;
  readonly dn?: string;
  readonly said: Said & { readonly userName: string };
}
export interface GroupTask {
  readonly line: number;
  readonly kind: 'group';
  readonly dn: string;
  readonly entry: Extract<Entry, { kind: 'group' }>;
}
export interface RecordTask {
  readonly line: number;
  readonly kind: 'record';
  readonly record: Exclude<LdifRecord, { kind: 'add' }>;
}
export interface LinkTask {
  readonly line: number;
  readonly kind: 'link';
  readonly wish: LinkWish;
}
export type Task = PersonTask<'person'> | PersonTask<'service'> | GroupTask | RecordTask | LinkTask;

/** What the text asks for; what of it cannot be read, or is nobody, goes into the report. Errors: invalid-content. */
export function tasksOf(
  text: string,
  place: string,
  { now, day, report }: { now: Date; day: string; report: { passedOver: number; bad: Bad[] } },
): Task[] {
  if (!/^\uFEFF?(?:#.*\r?\n|\s*\n)*(?:version:|dn:)/i.test(text)) {
    const table = readTable(text, place);
    report.bad.push(...table.bad);
    if (table.kind === 'people') return table.rows.map(({ line, said }) => ({ line, kind: 'person', said }));
    return table.rows.map(({ line, from, until, ...row }) => ({
      ...{ line, kind: 'link' },
      wish: { ...row, from: from ?? day, until, source: 'by-hand', now },
    }));
  }
  const { records, bad } = readLdif(text);
  report.bad.push(...bad);
  // Where the directory says memberships with people, whoever has none is in none.
  const saysGroups = records.some((record) => record.kind === 'add' && record.attributes.has('memberof'));
  return records.flatMap((record): Task[] => {
    const { line, dn } = record;
    if (record.kind !== 'add') return [{ line, kind: 'record', record }];
    const entry = entryOf(dn, record.attributes);
    if (entry.kind === 'group') return [{ line, kind: 'group', dn, entry }];
    if (entry.kind === 'other') {
      report.passedOver += 1;
      return [];
    }
    const said = saysGroups && entry.said.groups === undefined ? { ...entry.said, groups: [] } : entry.said;
    return [{ line, kind: entry.kind, dn, said }];
  });
}
