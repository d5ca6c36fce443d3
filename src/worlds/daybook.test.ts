import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Answers, type CasePart } from './answers.ts';
import { Calendar } from './calendar.ts';
import { Daybook } from './daybook.ts';
import { type Dirt, makeDirt } from './dirt.ts';
import { Page } from './page.ts';
import { Random } from './random.ts';
import { makeOrganisation } from './staff.ts';

const base = mkdtempSync(join(tmpdir(), 'countersign-daybook-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const lines = (folder: string, log: string): string[] =>
  readFileSync(join(folder, `${log}.csv`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1);

function casePart(): CasePart {
  const person = makeOrganisation(20, 10, 1).people[0]!;
  return {
    scenario: 'A',
    person,
    group: 'A1',
    label: 'malicious',
    pacing: '',
    channel: '',
    accounts: new Set(),
    rows: [],
  };
}

test('a labelled row that fell into a gap stays in the answers, without an id', async () => {
  const calendar = new Calendar('2026-03-02', 2);
  const dirt: Dirt = {
    ...makeDirt(false, 2, 1),
    gaps: [{ log: 'file', from: 86_400 + 3600, to: 86_400 + 7200, digit: 4 }],
  };
  const book = new Daybook(calendar, dirt, new Answers(calendar), 1);
  const part = casePart();
  const out = join(base, 'gap');
  await book.open(out);
  for (const day of [0, 1]) {
    book.beginDay(day);
    for (const pc of ['PC-1004', 'PC-1005'])
      book.file(4000, 'ABC1234', pc, 'C:\\x.txt', 'File Open', '', '', { part, stage: 'collect' });
    await book.endDay();
  }
  await book.close();
  expect(lines(out, 'file')).toHaveLength(3);
  expect(part.rows.map((row) => [row.day, row.id === ''])).toEqual([
    [0, false],
    [0, false],
    [1, true],
    [1, false],
  ]);
});

test('rows come out by time whatever order they were added in, and a wrong clock changes the text only', async () => {
  const calendar = new Calendar('2026-03-02', 1);
  const dirt: Dirt = { ...makeDirt(false, 1, 1), skew: (pc) => (pc === 'PC-7' ? 600 : 0) };
  const book = new Daybook(calendar, dirt, new Answers(calendar), 1);
  const out = join(base, 'order');
  await book.open(out);
  book.beginDay(0);
  book.logon(300, 'B', 'PC-1', 'Logon');
  book.logon(86_399, 'C', 'PC-7', 'Logoff');
  book.logon(100, 'A', 'PC-7', 'Logon');
  await book.endDay();
  await book.close();
  expect(lines(out, 'logon').map((line) => line.slice(15))).toEqual([
    '03/02/2026 00:11:40,A,PC-7,Logon',
    '03/02/2026 00:05:00,B,PC-1,Logon',
    '03/02/2026 23:59:59,C,PC-7,Logoff',
  ]);
});

test('a page gives back every line, and its room follows the busiest day, not the number of days', () => {
  const text = fc.array(fc.string({ unit: fc.constantFrom(...'ABCxyz019,\\:; '), maxLength: 60 }), { maxLength: 50 });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (days) => {
      const page = new Page();
      for (const day of days) {
        page.clear();
        for (const line of day) page.add(line, 1, 'PC-1');
        const back = day.map((_, i) => page.bytes.toString('latin1', page.starts[i]!, page.starts[i + 1]!));
        expect(back).toEqual(day.map((line) => `${line}\n`));
      }
    }),
  );
  const page = new Page();
  for (let day = 0; day < 200; day++) {
    page.clear();
    for (let i = 0; i < 3000; i++) page.add('x'.repeat(99), i, 'PC-1');
  }
  expect(page.count).toBe(3000);
  expect(page.bytes.length).toBeLessThan(4 * 3000 * 100);
});

test('random numbers keep their bounds and streams differ', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(), fc.integer({ min: -50, max: 50 }), fc.nat(100), (seed, stream, low, width) => {
      const random = new Random(seed, stream);
      for (let i = 0; i < 20; i++) {
        const value = random.between(low, low + width);
        expect(Number.isInteger(value) && low <= value && value <= low + width).toBe(true);
        expect(random.exponential(5)).toBeGreaterThanOrEqual(0);
      }
      const [one, other] = [new Random(seed, stream), new Random(seed, stream + 1)];
      expect([one.bits(), one.bits()]).not.toEqual([other.bits(), other.bits()]);
    }),
  );
});

test('a day has the same date in both forms', () => {
  fc.assert(
    fc.property(fc.integer({ min: -3000, max: 6000 }), (day) => {
      const calendar = new Calendar('2026-01-05', 1);
      const [month, date, year] = calendar.log(day).split('/');
      expect(calendar.iso(day)).toBe(`${year}-${month}-${date}`);
      expect(calendar.weekday(day)).toBe(((day % 7) + 7) % 7);
    }),
  );
});
