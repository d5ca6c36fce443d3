import { createRequire } from 'node:module';
import { styleText } from 'node:util';
import { CommanderError, Command as Parser, Option as ParserOption } from 'commander';
import { asFault, Fault } from '../base/fault.ts';
import { type AnyCommand, optionName } from './command.ts';
import { commandHelp, programHelp } from './help.ts';
import { listenForInterrupt } from './interrupt.ts';
import type { Option } from './option.ts';
import { startProgress } from './progress.ts';

export { type AnyCommand, command } from './command.ts';

interface Chosen {
  readonly command: AnyCommand;
  readonly operands: Record<string, string | readonly string[] | undefined>;
  readonly options: Record<string, unknown>;
}

/**
 * Parses `argv` (without node and script), runs the command and says what went wrong, if anything did.
 * Gives the exit code; never throws. The caller sets it: `process.exitCode = await runCli(...)`.
 */
export async function runCli(commands: readonly AnyCommand[], argv: readonly string[]): Promise<number> {
  // `countersign leads | head`: the reader has gone, and that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  let chosen: Chosen | number;
  try {
    chosen = parse(commands, argv);
  } catch (error) {
    return report(asFault(error), helpPlace(commands, argv));
  }
  return typeof chosen === 'number' ? chosen : await runCommand(chosen);
}

async function runCommand({ command, operands, options }: Chosen): Promise<number> {
  const interrupt = listenForInterrupt(say);
  // An error that nobody awaited, in a timer or a child's answer: the same two lines instead of a bare stack.
  const onStray = (error: unknown): never => process.exit(report(asFault(error), command.name));
  process.once('uncaughtException', onStray);
  try {
    const code = await command.run({
      operands,
      options,
      signal: interrupt.signal,
      out,
      say,
      progress: startProgress(process.stderr, () => performance.now()),
    });
    if (!interrupt.signal.aborted || code !== undefined) return code ?? 0;
    return report(new Fault('interrupted', 'stopped by request', { place: command.name }), '', command.resume);
  } catch (error) {
    // Whatever fails after Ctrl-C fails because of it, unless it names itself.
    const stopped = interrupt.signal.aborted && !(error instanceof Fault);
    const fault = stopped ? new Fault('interrupted', 'stopped by request', { place: command.name }) : asFault(error);
    return report(fault, command.name, fault.code === 'interrupted' ? command.resume : undefined);
  } finally {
    await interrupt.release();
    process.off('uncaughtException', onStray);
  }
}

function out(text: string): void {
  if (process.stdout.isTTY) clearLine();
  process.stdout.write(`${text}\n`);
}

function say(text: string): void {
  clearLine();
  process.stderr.write(`${text}\n`);
}

/** A progress line may stand on the terminal without its end; it is drawn again below what is said now. */
function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

/** Says what happened, where, and what to do; gives the exit code. `COUNTERSIGN_TRACE=1` adds the stack. */
function report(fault: Fault, commandName: string, resume?: string): number {
  const message = fault.message.replace(/\.$/, '');
  const place = fault.place && !message.includes(fault.place) ? ` (${fault.place})` : '';
  const help = ['countersign', commandName, '--help'].filter(Boolean).join(' ');
  const hint = resume ?? (fault.code === 'usage' ? `\`${help}\` shows the options and an example.` : fault.hint);
  const name = styleText(['bold', 'red'], 'countersign:', { stream: process.stderr });
  say(`${name} ${message}${place}\n${styleText('bold', 'hint:', { stream: process.stderr })} ${hint}`);
  if (process.env.COUNTERSIGN_TRACE) console.error(fault.cause ?? fault);
  return fault.exit;
}

/** The command to a person's mistake, when it was named at all. */
function helpPlace(commands: readonly AnyCommand[], argv: readonly string[]): string {
  return commands.find(({ name }) => name === argv[0])?.name ?? '';
}

/** What was asked for; a number where help or the version was shown and nothing is left to do. */
function parse(commands: readonly AnyCommand[], argv: readonly string[]): Chosen | number {
  let chosen: Chosen | undefined;
  const program = quiet(new Parser('countersign'), programHelp(commands)).version(version(), '--version');
  for (const command of commands) {
    const parser = quiet(program.command(command.name), commandHelp(command)).allowExcessArguments(false);
    for (const { placeholder, required } of Object.values(command.operands)) {
      parser.argument(required ? `<${placeholder}>` : `[${placeholder}]`);
    }
    for (const [key, option] of Object.entries(command.options)) parser.addOption(parserOption(key, option));
    parser.action(() => {
      const operands = Object.keys(command.operands).map((key, index) => [key, parser.processedArgs[index]]);
      chosen = { command, operands: Object.fromEntries(operands), options: parser.opts() };
    });
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return 0;
    // `countersign help leads` asks for help; `countersign` alone gets it on standard error, as wrong use.
    if (error.code === 'commander.help') return error.exitCode === 0 ? 0 : 2;
    throw usageFault(error, program.args);
  }
  return chosen ?? 2;
}

function quiet(parser: Parser, help: string): Parser {
  return parser
    .exitOverride()
    .helpOption('-h, --help')
    .configureHelp({ formatHelp: () => help })
    .configureOutput({ outputError: () => undefined });
}

function parserOption(key: string, option: Option<unknown>): ParserOption {
  const name = `--${optionName(key)}`;
  const made = new ParserOption(option.placeholder ? `${name} <${option.placeholder}>` : name).default(option.fallback);
  if (option.required) made.makeOptionMandatory();
  if (!option.placeholder) return made;
  return made.argParser((given, before: unknown) => {
    try {
      const value = option.parse(given);
      return option.several ? [...((before as unknown[] | undefined) ?? []), value] : value;
    } catch (error) {
      throw new Fault('usage', asFault(error).message, { place: name });
    }
  });
}

/** The parser's own errors in our format; its guess ("Did you mean ...?") stays. */
function usageFault(error: CommanderError, operands: readonly string[]): Fault {
  const [first = '', guess = ''] = error.message.replace(/^error: /, '').split('\n');
  const said = first
    .replace(/^missing required argument '(.+)'$/, 'operand $1 is missing')
    .replace(/^required option '(.+)' not specified$/, 'option $1 is missing')
    .replace(/^option '(.+)' argument missing$/, 'option $1 needs a value')
    .replace(/^too many arguments.*Expected (\d+) arguments? but got (\d+).*$/, 'too many operands: $2 instead of $1')
    .replace(/^unknown command '(.+)'$/, "there is no command '$1'")
    .replace(/^unknown option '(.+)'$/, "there is no option '$1'")
    .replaceAll(/[<>]/g, '');
  const meant = guess.replace(/^\(Did you mean (.+)\?\)$/, '; did you mean $1?');
  return new Fault('usage', said + meant, operands[0] && !said.includes(operands[0]) ? { place: operands[0] } : {});
}

function version(): string {
  const manifest = createRequire(import.meta.url)('../../package.json') as { version: string };
  return manifest.version;
}
