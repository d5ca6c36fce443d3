import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countersign } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-rules-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bad = join(folder, 'bad.yml');
writeFileSync(bad, 'title: t\nlogsource: { product: x }\ndetection:\n  s: { A|re: (?=x) }\n  condition: s or t\n');

test('the rules of the house compile and pass their tests', async () => {
  expect(await countersign('rules', 'check', 'content/rules')).toEqual({
    code: 0,
    stdout: '3 of 3 rules compile (100.00 %).\n',
    stderr: '',
  });
  const tested = await countersign('rules', 'test', 'content/rules');
  expect(tested).toMatchObject({
    code: 0,
    stdout: '6 tests: 6 passed, 0 failed, 0 of logs that are not mapped, 0 not read.\n',
  });
});

test('what does not compile is named with its line, for a person and for a program', async () => {
  const regex = 'the regular expression "(?=x)" is none that RE2 takes: it looks ahead or behind';
  const condition = "the condition names 't', which is no selection";
  expect(await countersign('rules', 'check', folder)).toEqual({
    code: 2,
    stdout: `${bad}:4: ${regex}\n${bad}:5: ${condition}\n0 of 1 rules compile (0.00 %).\n`,
    stderr: '',
  });
  const { code, stdout } = await countersign('rules', 'check', folder, '--json');
  expect({ code, report: JSON.parse(stdout) }).toEqual({
    code: 2,
    report: {
      total: 1,
      compiled: 0,
      errors: [
        { file: bad, line: 4, message: regex },
        { file: bad, line: 5, message: condition },
      ],
    },
  });
});

test.for<[args: string[], code: number, said: string]>([
  [['check', join(folder, 'nix')], 3, 'there is no such file or folder'],
  [['chek', folder], 2, "'chek' is none of check, test, backtest"],
  [['backtest', bad, '--since', 'ever'], 2, "'ever' is not a number of days such as 90d"],
  [['backtest', bad, '--data', join(folder, 'none')], 3, 'the directory holds no data of this program'],
  [['check', bad, '--pipeline', bad], 2, 'Unrecognized keys'],
])('rules %j', async ([args, code, said]) => {
  const ended = await countersign('rules', ...args);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(said);
});
