import { Fault } from '../base/fault.ts';

/** One option of a command. `placeholder` is empty for a flag. `parse` turns the text given into a value, or throws a usage fault. */
export interface Option<T> {
  readonly placeholder: string;
  readonly text: string;
  readonly required: boolean;
  readonly fallback: T;
  /** Takes several values, after one another or each with the option's name; their list is the value. */
  readonly several?: true;
  parse(given: string): T;
}

type OperandValue = string | readonly string[] | undefined;

/** One operand, by position. An optional one comes last, as does one of which there may be several. */
export interface Operand<T extends OperandValue = OperandValue> {
  readonly placeholder: string;
  readonly text: string;
  readonly required: boolean;
  /** Never set: it carries the type of the value. */
  readonly value?: T;
}

/** A kind of value. With a default or `required` the value is always there; otherwise it may be undefined. */
interface Kind<T, Limits extends object> {
  (placeholder: string, text: string, settings: Limits & ({ default: T } | { required: true })): Option<T>;
  (placeholder: string, text: string, settings?: Limits): Option<T | undefined>;
}

type Settings<T, Limits> = Limits & { default?: T; required?: true };

function kind<T, Limits extends object = object>(
  parse: (given: string, limits: Partial<Limits>) => T,
): Kind<T, Limits> {
  function build(placeholder: string, text: string, settings = {} as Settings<T, Limits>): Option<T | undefined> {
    return {
      placeholder,
      text,
      required: settings.required === true,
      fallback: settings.default,
      parse: (given) => parse(given, settings),
    };
  }
  return build as Kind<T, Limits>;
}

function wrong(given: string, expected: string): Fault {
  return new Fault('usage', `'${given}' is not ${expected}`);
}

function bounds({ min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return ` between ${min} and ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}

/** A whole number, within `min` and `max`. Digits may be grouped: 100_000. */
export const integer = kind<number, { min?: number; max?: number }>((given, limits) => {
  const value = /^-?\d+(_\d{3})*$/.test(given) ? Number(given.replaceAll('_', '')) : Number.NaN;
  const inside = value >= (limits.min ?? Number.MIN_SAFE_INTEGER) && value <= (limits.max ?? Number.MAX_SAFE_INTEGER);
  if (!inside) throw wrong(given, `a whole number${bounds(limits)}`);
  return value;
});

/** A decimal number, within `min` and `max`. */
export const decimal = kind<number, { min?: number; max?: number }>((given, limits) => {
  const value = /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
  const inside = value >= (limits.min ?? Number.NEGATIVE_INFINITY) && value <= (limits.max ?? Number.POSITIVE_INFINITY);
  if (!inside) throw wrong(given, `a number${bounds(limits)}`);
  return value;
});

/** A TCP port; 0 lets the system choose a free one. */
export const port = kind<number>((given) => {
  const value = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
  if (!(value <= 65535)) throw wrong(given, 'a port: 0 to 65535, where 0 takes any free one');
  return value;
});

/** A day of the calendar, kept as its text YYYY-MM-DD. */
export const day = kind<string>((given) => {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(given) ? Date.parse(`${given}T00:00:00Z`) : Number.NaN;
  // 2026-02-30 parses as 2 March in some engines: the text must come back unchanged.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(given)) {
    throw wrong(given, 'a day of the calendar written YYYY-MM-DD');
  }
  return given;
});

/** A number of days, written 90d or 90. */
export const span = kind<number>((given) => {
  const value = /^\d{1,5}d?$/.test(given) ? Number.parseInt(given, 10) : Number.NaN;
  if (!(value >= 1 && value <= 36_500)) throw wrong(given, 'a number of days such as 90d');
  return value;
});

/** A text that is not empty: a name, an address, a path. Paths are not checked here: who opens them knows what is missing. */
export const text = kind<string>((given) => {
  if (given.trim() === '') throw wrong(given, 'a value: it is empty');
  return given;
});

/** One of a few words. */
export function choice<T extends string>(words: readonly T[]): Kind<T, object> {
  return kind<T>((given) => {
    const word = words.find((candidate) => candidate === given);
    if (word === undefined) throw wrong(given, `one of ${words.join(', ')}`);
    return word;
  });
}

/** An option without a value: true when it is given. */
export function flag(description: string): Option<boolean> {
  return { placeholder: '', text: description, required: false, fallback: false, parse: () => true };
}

export function operand(placeholder: string, description: string): Operand<string> {
  return { placeholder, text: description, required: true };
}

export function optionalOperand(placeholder: string, description: string): Operand<string | undefined> {
  return { placeholder, text: description, required: false };
}

/** Any number of operands; they come last. */
export function operands(placeholder: string, description: string): Operand<readonly string[]> {
  return { placeholder: `${placeholder}...`, text: description, required: false };
}

/** An option with any number of values of one kind. */
export function several<T>(one: Option<T | undefined>): Option<readonly T[]> {
  const { placeholder, text, required, parse } = one;
  const fallback = required ? undefined : []; // what is required has no fallback, or it would never be missing
  const made = { placeholder: `${placeholder}...`, text, required, fallback, several: true, parse };
  return made as Option<unknown> as Option<readonly T[]>;
}

/** The option every command shares that opens a data directory. */
export const dataOption = text('DIR', 'The data directory.', { default: 'data' });
