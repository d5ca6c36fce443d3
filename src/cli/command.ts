import type { Operand, Option } from './option.ts';
import type { StartProgress } from './progress.ts';

type Options = Record<string, Option<unknown>>;
type Operands = Record<string, Operand>;

type OptionValues<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };
type OperandValues<P> = { readonly [K in keyof P]: P[K] extends Operand<infer T> ? T : never };

/** What a command is given when it runs. */
export interface Run<O, P> {
  readonly options: OptionValues<O>;
  readonly operands: OperandValues<P>;
  /** Aborted by the first Ctrl-C or SIGTERM: stop at the next safe place, close what is open, return or throw. */
  readonly signal: AbortSignal;
  /** Results go to standard output, each text one line or more. */
  readonly out: (text: string) => void;
  /** What is said to the person at the terminal goes to standard error, so that results can be piped. */
  readonly say: (text: string) => void;
  readonly progress: StartProgress;
}

/** A command as a value: everything that parses it, explains it and runs it. */
export interface Command<O = Options, P = Operands> {
  readonly name: string;
  /** One line for the list of commands, without a full stop. */
  readonly summary: string;
  /** What it does, in a few sentences; lines are broken where they are written. */
  readonly description: string;
  /** By name in the order they are written; the last may be optional. */
  readonly operands: P;
  /** By name in camel case: `asOf` is given as --as-of. */
  readonly options: O;
  /** One line or several, ready to paste. */
  readonly example: string;
  /** Exit codes beyond those every command has (0, 1, 2, 130). */
  readonly exits?: readonly number[];
  /** What to do after an interruption; said after Ctrl-C. Default: nothing is half done, run it again. */
  readonly resume?: string;
  /**
   * Gives the exit code where it is not 0 and not a fault's. After Ctrl-C `undefined` means: stopped before the end, 130.
   * A command whose usual end is Ctrl-C, such as serve, gives 0.
   */
  readonly run: (run: Run<O, P>) => Promise<number | undefined>;
}

/** Declares a command; the types of options and operands reach `run`. */
export function command<const O extends Options, const P extends Operands>(value: Command<O, P>): AnyCommand {
  return value as unknown as AnyCommand;
}

/** A command whose types of options and operands are forgotten, as a list of commands holds it. */
export type AnyCommand = Command;

/** `asOf` as it is given on the command line: `as-of`. */
export function optionName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
