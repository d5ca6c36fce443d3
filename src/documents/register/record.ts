/** What a document's steps make of it. Pure rules: a step that does not fit is refused with the reason. */
import { Fault } from '../../base/fault.ts';
import { after, type Copy, type CustodyEntry } from '../custody.ts';
import type { CopyStep, Done, Registered, Step } from './step.ts';

export interface Downgrade {
  readonly level: number;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
}

export interface DocumentRecord extends Readonly<Omit<Registered, 'kind'>> {
  readonly id: string;
  readonly needToKnow: ReadonlySet<string>;
  /** Proposed by one person, to be confirmed by another. */
  readonly downgrade: Downgrade | undefined;
  readonly copies: ReadonlyMap<number, Copy>;
  readonly steps: number;
  /** When the last step was taken. */
  readonly at: string;
}

/** A document as its steps leave it. Errors: invalid-input at the first that does not fit. */
export function readSteps(id: string, steps: readonly Done[]): DocumentRecord {
  let record: DocumentRecord | undefined;
  for (const done of steps) record = take(record, id, done);
  if (record === undefined) throw new Fault('not-found', 'There is no such document.', { place: id });
  return record;
}

/** The document after one more step. Errors: invalid-input, and then nothing has changed. */
export function take(record: DocumentRecord | undefined, id: string, done: Done): DocumentRecord {
  const { step, at } = done;
  if (step.kind === 'registered') {
    if (record !== undefined) return refuse(step, 'the document is registered already');
    const { kind: _, ...about } = step;
    return { ...about, id, needToKnow: new Set(), downgrade: undefined, copies: new Map(), steps: 1, at };
  }
  if (record === undefined) return refuse(step, 'the document is not registered');
  if (at < record.at) return refuse(step, `it is dated before the last step, ${record.at}`);
  return { ...record, ...changeOf(record, done), steps: record.steps + 1, at };
}

function changeOf(record: DocumentRecord, done: Done): Partial<DocumentRecord> {
  const { step, by, at } = done;
  const { level, downgrade } = record;
  switch (step.kind) {
    case 'registered':
      return {};
    case 'level imported':
      return { level: step.level };
    case 'described':
      return definedOnly(step.changes);
    case 'raised':
      if (step.level <= level) return refuse(step, 'it is not higher than the level it has');
      // What was proposed was proposed for the level it had.
      return { level: step.level, downgrade: undefined };
    case 'downgrade proposed':
      if (downgrade) return refuse(step, 'a lower level is proposed already');
      if (step.level < 1 || step.level >= level) return refuse(step, 'it is not lower than the level it has');
      return { downgrade: { level: step.level, reason: step.reason, by, at } };
    case 'downgrade confirmed':
      if (!downgrade) return refuse(step, 'nobody has proposed it');
      if (downgrade.by === by) return refuse(step, 'who has proposed it cannot confirm it');
      return { level: downgrade.level, downgrade: undefined };
    case 'downgrade withdrawn':
      if (!downgrade) return refuse(step, 'nobody has proposed it');
      return { downgrade: undefined };
    case 'need to know': {
      const removed = new Set(step.remove);
      return { needToKnow: new Set([...record.needToKnow, ...step.add].filter((one) => !removed.has(one))) };
    }
    case 'copy':
      return { copies: withCopy(record, step, by, at) };
  }
}

function withCopy(record: DocumentRecord, step: CopyStep, by: string, at: string): ReadonlyMap<number, Copy> {
  const { kind: _, ...entry } = step;
  const made = { ...entry, document: record.id, by, at } as CustodyEntry;
  const isEnding = step.act === 'destruction proposed' || step.act === 'destruction confirmed';
  if (isEnding && record.keep_until !== null && at.slice(0, 10) < record.keep_until) throw kept(step.act);
  return new Map([...record.copies, [step.copy, after(record.copies.get(step.copy), made)]]);
}

/**
 * One text for every reason why a copy must not be destroyed: its term, or something the registrar is not to know of. A
 * case does not show itself by the words of a refusal.
 */
export const kept = (act: string) =>
  new Fault('forbidden', `${act}: this document is to be kept for now; an approver knows until when.`, {
    place: 'keep',
  });

function refuse(step: Step, why: string): never {
  throw new Fault('invalid-input', `${step.kind}: ${why}`, { place: step.kind });
}

/** What is given of an object whose fields may be undefined. */
export const definedOnly = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

/** What detection is told of a document from a day on. */
export interface Fact {
  readonly day: string;
  readonly level: number;
  readonly owner: string;
  readonly project: string;
  readonly decoy: boolean;
}

/** The facts that the steps from number `from` on (1 is the first) made, one for each day: the last of it holds. */
export function factsOf(id: string, steps: readonly Done[], from: number): Fact[] {
  const facts = new Map<string, Fact>();
  let record: DocumentRecord | undefined;
  for (const [at, done] of steps.entries()) {
    const before: DocumentRecord | undefined = record;
    record = take(record, id, done);
    const { level, owner, project, decoy } = record;
    const isTold = before?.level === level && before.owner === owner && before.project === project;
    if (at + 1 < from || (isTold && before?.decoy === decoy)) continue;
    const day = dayOf(done);
    facts.set(day, { day, level, owner, project, decoy });
  }
  return [...facts.values()];
}

/** From which day on a step holds. */
export function dayOf({ step, at }: Done): string {
  if (step.kind === 'registered') return step.registered;
  return step.kind === 'level imported' ? step.since : at.slice(0, 10);
}

/** Every level a document has had: since when, by whom, why, and who confirmed it. */
export interface LevelChange {
  readonly level: number;
  readonly since: string;
  readonly by: string;
  readonly reason: string;
  readonly confirmedBy: string | undefined;
}

export function levelsOf(steps: readonly Done[]): LevelChange[] {
  const levels: LevelChange[] = [];
  let proposed: Downgrade | undefined;
  for (const done of steps) {
    const { step, by, at } = done;
    if (step.kind === 'downgrade proposed') proposed = { level: step.level, reason: step.reason, by, at };
    const said = { since: dayOf(done), by, reason: '', confirmedBy: undefined };
    if (step.kind === 'registered' || step.kind === 'level imported') levels.push({ ...said, level: step.level });
    if (step.kind === 'raised') levels.push({ ...said, level: step.level, reason: step.reason });
    if (step.kind === 'downgrade confirmed')
      levels.push({ ...said, level: proposed!.level, reason: proposed!.reason, by: proposed!.by, confirmedBy: by });
  }
  return levels;
}
