import { expect, test, vi } from 'vitest';
import { type Ended, start } from './run.ts';

function program(...args: string[]): Promise<Ended> {
  return start('test/cli/program.ts', args).ended;
}

test('a command gets its operands and options as typed values, and results go to standard output alone', async () => {
  const { code, stdout, stderr } = await program(
    'count',
    '2',
    '--not-before',
    '2024-02-29',
    '--share',
    '0.5',
    '--every',
    '0',
  );
  expect(code).toBe(0);
  expect(stdout).toBe('1\n2\n{"every":0,"stubborn":false,"notBefore":"2024-02-29","share":0.5}\n');
  expect(stderr).toMatch(/^Counting {2}2 numbers in \d/);
});

test('the help of a command says usage, what it does, operands, options, an example and exit codes', async () => {
  const { code, stdout, stderr } = await program('count', '--help');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`Usage:
    countersign count NUMBER [FROM] [--every MS] [--not-before DAY]
                      [--share SHARE] [--port PORT] [--colour COLOUR]
                      [--stubborn]

Counts from one.
Stops when asked to.

Operands:
    NUMBER  Where to stop.
    FROM    Where to begin.

Options:
    --every MS        Milliseconds between two numbers, at most a thousand of
                      them in any case. Default: 1.
    --not-before DAY  The first day.
    --share SHARE     A share.
    --port PORT       A port.
    --colour COLOUR   A colour.
    --stubborn        Go on after Ctrl-C.
    -h, --help        Show this page.

Example:
    $ countersign count 3

Exit codes:
    0    done
    1    a defect of the program
    2    wrong use, or a value that cannot be used
    3    not found
    130  interrupted
`);
});

test('help is also `help COMMAND`, and without any operand the list goes to standard error as wrong use', async () => {
  const [asked, alone] = await Promise.all([program('help', 'count'), program()]);
  expect(asked).toMatchObject({ code: 0, stderr: '' });
  expect(asked.stdout).toContain('countersign count NUMBER');
  expect(alone).toMatchObject({ code: 2, stdout: '' });
  expect(alone.stderr).toContain('    count  count slowly to a number\n    fail   fail in a chosen way\n');
});

const HELP = (command: string) => `hint: \`countersign ${command}--help\` shows the options and an example.\n`;

test.for([
  [['cuont'], `countersign: there is no command 'cuont'; did you mean count?\n${HELP('')}`],
  [
    ['count', '3', '--evry', '4'],
    `countersign: there is no option '--evry'; did you mean --every? (count)\n${HELP('count ')}`,
  ],
  [['count'], `countersign: operand NUMBER is missing (count)\n${HELP('count ')}`],
  [['count', '1', '2', '3'], `countersign: too many operands: 3 instead of 2 (count)\n${HELP('count ')}`],
  [['count', '1', '--every'], `countersign: option --every MS needs a value (count)\n${HELP('count ')}`],
  [['fail'], `countersign: option --how HOW is missing (fail)\n${HELP('fail ')}`],
  [
    ['count', '1', '--every', '1001'],
    `countersign: '1001' is not a whole number between 0 and 1000 (--every)\n${HELP('count ')}`,
  ],
  [
    ['count', '1', '--share', 'half'],
    `countersign: 'half' is not a number between 0 and 1 (--share)\n${HELP('count ')}`,
  ],
  [['count', '1', '--colour', 'rde'], `countersign: 'rde' is not one of red, green (--colour)\n${HELP('count ')}`],
  [
    ['count', '1', '--port', '65536'],
    `countersign: '65536' is not a port: 0 to 65535, where 0 takes any free one (--port)\n${HELP('count ')}`,
  ],
  [
    ['count', '1', '--not-before', '2026-02-29'],
    `countersign: '2026-02-29' is not a day of the calendar written YYYY-MM-DD (--not-before)\n${HELP('count ')}`,
  ],
] as const)('wrong use: %j', async ([args, said]) => {
  expect(await program(...args)).toEqual({ code: 2, stdout: '', stderr: said });
});

test('a fault has its place, hint and exit code from the table; an unknown error is a defect', async () => {
  const [locked, broken, code] = await Promise.all([
    program('fail', '--how', 'locked'),
    program('fail', '--how', 'thrown'),
    program('fail', '--how', 'code'),
  ]);
  expect(locked).toEqual({
    code: 4,
    stdout: '',
    stderr:
      'countersign: another process uses it (data)\n' +
      'hint: Stop the other process that uses this data directory, or name another one.\n',
  });
  expect(broken.code).toBe(1);
  expect(broken.stderr).toMatch(/^countersign: something broke\nhint: This is a defect/);
  expect(code).toEqual({ code: 7, stdout: '', stderr: '' });
});

test('an error that nobody awaited is said in the same way', async () => {
  const { code, stderr } = await program('fail', '--how', 'astray');
  expect(code).toBe(6);
  expect(stderr).toMatch(/^countersign: the engine ended \(data\/events\)\nhint: \S.*\n$/);
});

test('the stack of a defect is there for those who ask', async () => {
  const { stderr } = await start('test/cli/program.ts', ['fail', '--how', 'thrown'], { COUNTERSIGN_TRACE: '1' }).ended;
  expect(stderr).toMatch(/^countersign: something broke\nhint: .*\nTypeError: something broke\n {4}at .*program\.ts/);
});

test('a pipe gets no colours unless it asks for them', async () => {
  const args = ['fail', '--how', 'locked'];
  const [plain, forced] = await Promise.all([
    start('test/cli/program.ts', args).ended,
    start('test/cli/program.ts', args, { FORCE_COLOR: '1' }).ended,
  ]);
  expect(plain.stderr).not.toContain('\x1b[');
  expect(forced.stderr).toContain('\x1b[');
});

test('Ctrl-C asks the command to stop, ends with 130 and says how to go on', async () => {
  const { child, ended, stdout } = start('test/cli/program.ts', ['count', '1000000', '--every', '20']);
  await vi.waitFor(() => expect(stdout()).toContain('2\n'), { timeout: 20_000 });
  // Twice at once: one press can arrive both from the terminal and through npm.
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect(await ended).toMatchObject({
    code: 130,
    stderr:
      'Stopping; press Ctrl-C again to end at once.\n' +
      'countersign: stopped by request (count)\nhint: Count again: it begins at one.\n',
  });
});

test('a second Ctrl-C ends a command that does not stop', async () => {
  const { child, ended, stdout, stderr } = start('test/cli/program.ts', [
    'count',
    '1000000',
    '--every',
    '20',
    '--stubborn',
  ]);
  await vi.waitFor(() => expect(stdout()).toContain('2\n'), { timeout: 20_000 });
  child.kill('SIGINT');
  await vi.waitFor(() => expect(stderr()).toContain('Stopping'), { timeout: 20_000 });
  const pressing = setInterval(() => child.kill('SIGINT'), 400);
  const { code } = await ended;
  clearInterval(pressing);
  expect(code).toBe(130);
});

test('a reader that goes away is no error', async () => {
  const { child, ended } = start('test/cli/program.ts', ['count', '1000000', '--every', '1']);
  child.stdout?.once('data', () => child.stdout?.destroy());
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});
