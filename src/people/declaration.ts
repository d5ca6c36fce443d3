/** What people declare about their own work, and what becomes known by it. */
import { z } from 'zod';

export const KINDS = ['contact', 'gift', 'work', 'trip'] as const;
export type Kind = (typeof KINDS)[number];

/** A declaration; days are YYYY-MM-DD. */
export interface Declaration {
  readonly kind: Kind;
  readonly first_day: string;
  readonly last_day: string | null;
  /** One line; empty for a trip, of which nobody needs to know where to or why. */
  readonly note: string;
  /** Of a trip alone: whether it is official, and whether devices or documents of the organisation go along. */
  readonly official: boolean | null;
  readonly devices: boolean | null;
}

/** The fields of each form, in their order. What is not named here is not asked and not taken. */
export const FIELDS: Readonly<Record<Kind, readonly (keyof Omit<Declaration, 'kind'>)[]>> = {
  contact: ['first_day', 'note'],
  gift: ['first_day', 'note'],
  work: ['first_day', 'last_day', 'note'],
  trip: ['first_day', 'last_day', 'official', 'devices'],
};

export type Field = (typeof FIELDS)[Kind][number];
/** A field and the key of the words that say what is wrong with it. */
export type Mistake = readonly [field: Field, key: 'missing' | 'day' | 'order' | 'long' | 'choose' | 'far'];

const MOST_CHARACTERS = 200;
const DAY = z.iso.date();
const YEAR_MS = 366 * 86_400_000;

/** Reads a form as it was sent. Fields of other kinds are dropped. `today` bounds the days to what makes sense. */
export function readDeclaration(
  kind: Kind,
  form: URLSearchParams,
  today: string,
): { declaration: Declaration } | { mistakes: Mistake[] } {
  const given = (field: Field): string => (form.get(field) ?? '').trim();
  const mistakes = FIELDS[kind].flatMap((field) => mistakesOf(kind, field, given, today));
  if (mistakes.length > 0) return { mistakes };
  const has = (field: Field): boolean => FIELDS[kind].includes(field);
  const choice = (field: Field): boolean | null => (has(field) ? given(field) === 'yes' : null);
  return {
    declaration: {
      ...{ kind, first_day: given('first_day'), last_day: (has('last_day') && given('last_day')) || null },
      ...{ note: has('note') ? given('note') : '', official: choice('official'), devices: choice('devices') },
    },
  };
}

function mistakesOf(kind: Kind, field: Field, given: (field: Field) => string, today: string): Mistake[] {
  const value = given(field);
  if (field === 'official' || field === 'devices') return ['yes', 'no'].includes(value) ? [] : [[field, 'choose']];
  if (field === 'note') {
    if (value === '') return [[field, 'missing']];
    return value.length > MOST_CHARACTERS ? [[field, 'long']] : [];
  }
  // Side work may have no end yet.
  if (value === '') return field === 'last_day' && kind === 'work' ? [] : [[field, 'missing']];
  if (!DAY.safeParse(value).success) return [[field, 'day']];
  if (Math.abs(Date.parse(value) - Date.parse(today)) > 10 * YEAR_MS) return [[field, 'far']];
  return field === 'last_day' && value < given('first_day') ? [[field, 'order']] : [];
}

/** A contact, a gift and side work each mean that there was an outside contact: it is declared by any of them. */
export function isContact(kind: Kind): boolean {
  return kind !== 'trip';
}
