/** What `countersign documents` does to a document, as the steps of the register. */
import { readFileSync } from 'node:fs';
import { Fault } from '../base/fault.ts';
import { LEVELS, levelWord, type OwnLevel, wordsOf } from '../base/level.ts';
import type { DocumentStepInput } from '../documents/documents.ts';

export interface Given {
  readonly copy: number | undefined;
  readonly to: string | undefined;
  readonly due: string | undefined;
  readonly how: string | undefined;
  readonly reason: string | undefined;
  readonly level: string | undefined;
  readonly missing: boolean;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly title: string | undefined;
  readonly owner: string | undefined;
  readonly project: string | undefined;
  readonly origin: string | undefined;
  readonly keepUntil: string | undefined;
  readonly working: 'yes' | 'no' | undefined;
  readonly decoy: 'yes' | 'no' | undefined;
}

export const STEP_ACTIONS = [
  ...(['copy', 'issue', 'lend', 'return', 'inventory', 'destroy', 'keep', 'confirm'] as const),
  ...(['describe', 'raise', 'downgrade', 'withdraw', 'need'] as const),
] as const;
export type StepAction = (typeof STEP_ACTIONS)[number];

/** The step that an action asks for. Errors: usage for an option that is missing. */
export function stepOf(action: StepAction, given: Given, scheme: readonly OwnLevel[]): DocumentStepInput {
  const need = <T>(value: T | undefined, option: string): T => {
    if (value !== undefined) return value;
    throw new Fault('usage', `option ${option} is missing`, { place: `documents ${action}` });
  };
  const copy = () => ({ kind: 'copy', copy: need(given.copy, '--copy N') }) as const;
  const reason = () => need(given.reason, '--reason TEXT');
  const level = () => levelOf(need(given.level, '--level LEVEL'), scheme);
  switch (action) {
    case 'copy':
      return { ...copy(), act: 'registered' };
    case 'issue':
      return { ...copy(), act: 'issued', to: need(given.to, '--to ACCOUNT') };
    case 'lend':
      return { ...copy(), act: 'lent', to: need(given.to, '--to ACCOUNT'), due: need(given.due, '--due DAY') };
    case 'return':
      return { ...copy(), act: 'returned' };
    case 'inventory':
      return { ...copy(), act: 'inventoried', seen: !given.missing };
    case 'destroy':
      return { ...copy(), act: 'destruction proposed', how: need(given.how, '--how TEXT') };
    case 'keep':
      return { ...copy(), act: 'destruction withdrawn' };
    case 'confirm':
      return given.copy === undefined ? { kind: 'downgrade confirmed' } : { ...copy(), act: 'destruction confirmed' };
    case 'raise':
      return { kind: 'raised', level: level(), reason: reason() };
    case 'downgrade':
      return { kind: 'downgrade proposed', level: level(), reason: reason() };
    case 'withdraw':
      return { kind: 'downgrade withdrawn' };
    case 'need':
      return { kind: 'need to know', add: [...given.add], remove: [...given.remove], reason: reason() };
    case 'describe':
      return { kind: 'described', changes: changesIn(given), reason: reason() };
  }
}

function changesIn({ title, owner, project, origin, keepUntil, working, decoy }: Given) {
  const changes = {
    ...(title === undefined ? {} : { title }),
    ...(owner === undefined ? {} : { owner }),
    ...(project === undefined ? {} : { project }),
    ...(origin === undefined ? {} : { origin }),
    ...(keepUntil === undefined ? {} : { keep_until: keepUntil }),
    ...(working === undefined ? {} : { working: working === 'yes' }),
    ...(decoy === undefined ? {} : { decoy: decoy === 'yes' }),
  };
  if (Object.keys(changes).length > 0) return changes;
  throw new Fault('usage', 'say what is to be changed, such as --owner TEXT', { place: 'documents describe' });
}

/** A level by any word that a table may use for it. */
export function levelOf(word: string, scheme: readonly OwnLevel[]): number {
  const key = levelWord(word);
  const level = wordsOf(scheme).get(key) ?? (LEVELS as readonly string[]).indexOf(key);
  if (level > 0) return level;
  const words = scheme.map(({ en }) => en).join(', ');
  throw new Fault('usage', `'${word}' is no level; there are ${words}`, { place: '--level' });
}

export function certificateText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault('not-found', 'The certificate cannot be read.', { place: file, cause });
  }
}
