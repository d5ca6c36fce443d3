import { type AnyCommand, optionName } from './command.ts';
import type { Operand, Option } from './option.ts';

/** What each exit code means; the codes themselves stand in the table of faults. */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'a defect of the program',
  2: 'wrong use, or a value that cannot be used',
  3: 'not found',
  4: 'busy: another process holds the data directory or the port',
  5: 'refused: not signed in, or not allowed',
  6: 'storage: an engine, the disk or a migration',
  7: 'done, but much of the input was bad',
  8: 'the ledger, or a row it speaks of, was changed',
  130: 'interrupted',
};
const EVERY_COMMAND = [0, 1, 2, 130];
const INDENT = '    ';

/** The page of `countersign --help`. */
export function programHelp(commands: readonly AnyCommand[]): string {
  return page([
    ['Usage:', [`${INDENT}countersign COMMAND [OPTIONS]`, `${INDENT}countersign COMMAND --help`]],
    ['Commands:', columns(commands.map(({ name, summary }) => [name, summary]))],
    [
      'Options:',
      columns([
        ['-h, --help', 'Show this page, or the page of a command.'],
        ['--version', 'Show the version.'],
      ]),
    ],
    ['Example:', [`${INDENT}$ countersign demo`]],
  ]);
}

/** The page of `countersign COMMAND --help`. */
export function commandHelp(command: AnyCommand): string {
  const operands = Object.values(command.operands);
  const options = Object.entries(command.options);
  const codes = [...new Set([...EVERY_COMMAND, ...(command.exits ?? [])])].sort((a, b) => a - b);
  return page([
    ['Usage:', usage(command, operands, options)],
    ['', command.description.trim().split('\n')],
    ['Operands:', columns(operands.map(({ placeholder, text }) => [placeholder, text]))],
    [
      'Options:',
      columns([
        ...options.map(([key, option]): [string, string] => [spelled(key, option), option.text + defaultOf(option)]),
        ['-h, --help', 'Show this page.'],
      ]),
    ],
    ['Example:', command.example.split('\n').map((line) => `${INDENT}$ ${line}`)],
    ['Exit codes:', columns(codes.map((code) => [String(code), EXIT_MEANINGS[code] ?? '']))],
  ]);
}

function page(sections: ReadonlyArray<readonly [title: string, lines: readonly string[]]>): string {
  const written = sections.filter(([, lines]) => lines.length > 0);
  return `${written.map(([title, lines]) => [...(title ? [title] : []), ...lines].join('\n')).join('\n\n')}\n`;
}

function spelled(key: string, { placeholder }: Option<unknown>): string {
  return placeholder ? `--${optionName(key)} ${placeholder}` : `--${optionName(key)}`;
}

function defaultOf({ fallback, placeholder, required, several }: Option<unknown>): string {
  if (required) return ' Required.';
  return placeholder && fallback !== undefined && !several ? ` Default: ${fallback}.` : '';
}

/** The usage line, broken before column 80 under its own operands. */
function usage(command: AnyCommand, operands: readonly Operand[], options: Array<[string, Option<unknown>]>): string[] {
  const start = `${INDENT}countersign ${command.name}`;
  const words = [
    ...operands.map(({ placeholder, required }) => (required ? placeholder : `[${placeholder}]`)),
    ...options.map(([key, option]) => (option.required ? spelled(key, option) : `[${spelled(key, option)}]`)),
  ];
  const lines = [start];
  for (const word of words) {
    const last = lines.at(-1) ?? start;
    if (last.length + word.length < 80) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${' '.repeat(start.length)} ${word}`);
  }
  return lines;
}

/** Two columns; the right one is broken at column 80 and goes on under itself. */
function columns(rows: ReadonlyArray<readonly [left: string, right: string]>): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  const start = INDENT.length + width + 2;
  return rows.flatMap(([left, right]) =>
    broken(right, 80 - start).map((line, index) =>
      index === 0 ? `${INDENT}${left.padEnd(width)}  ${line}` : `${' '.repeat(start)}${line}`,
    ),
  );
}

function broken(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
