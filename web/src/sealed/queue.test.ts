import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Conversation, clocks, type Found, type Letter } from '../../../src/reports/protocol/protocol.ts';
import { sampleLetter, sampleManifest } from '../../../src/reports/protocol/samples.ts';
import { arrange, daysUntil, fileName, plain, rowOf } from './queue.ts';

const manifest = await sampleManifest('x25519', 1);
const [OWN, OTHER] = ['e'.repeat(64), 'd'.repeat(64)];

/** A conversation whose first report says `text`; `more` are letters of the reporter (`more`) or of recipients. */
function conversation(number: number, text: string, day = '2026-03-02', more: [Letter['kind'], string, string][] = []) {
  const reporter = number.toString(16).padStart(64, '0');
  const letters: [Letter['kind'], string, string][] = [['report', day, reporter], ...more];
  const entries: Found[] = letters.map(([kind, on, writer], at) => ({
    ...{ hash: `${number} ${at}`, day: on, writer: kind === 'more' ? reporter : writer },
    letter: sampleLetter({ kind, text: at === 0 ? text : kind }),
  }));
  return { id: reporter.slice(-12), reporter, entries, clocks: clocks(entries, manifest) } satisfies Conversation;
}

test('what is due first stands first, and what waits for nothing stands apart', () => {
  const all = [
    conversation(1, 'acknowledged', '2026-01-05', [['acknowledgement', '2026-01-06', OTHER]]),
    conversation(2, 'new', '2026-03-02'),
    conversation(3, 'done', '2026-01-01', [['feedback', '2026-02-01', OTHER]]),
    conversation(4, 'done, and written again', '2026-01-01', [
      ['feedback', '2026-02-01', OTHER],
      ['more', '2026-03-01', ''],
    ]),
  ];
  const { waiting, answered, groups } = arrange(all, OWN);
  expect(waiting.map(({ text, waits, due }) => [text, waits, due])).toEqual([
    ['new', 'acknowledge', '2026-03-09'],
    ['acknowledged', 'feedback', '2026-04-05'],
    ['done, and written again', 'answer', undefined],
  ]);
  expect(answered.map(({ text }) => text)).toEqual(['done']);
  expect(groups).toEqual([]);
});

test('who has stepped out has nothing to answer; the others still have', () => {
  const one = conversation(1, 'text', '2026-03-02', [['recusal', '2026-03-03', OWN]]);
  expect(rowOf(one, OWN)).toMatchObject({ isOut: true, waits: undefined, due: undefined });
  expect(rowOf(one, OTHER)).toMatchObject({ isOut: false, waits: 'acknowledge' });
});

describe('junk', () => {
  test('ten thousand reports are a handful of lines, and the real one is among those that are shown', () => {
    const junk = Array.from({ length: 10_000 }, (_, number) =>
      conversation(number, number % 3 === 0 ? 'BUY NOW' : number % 3 === 1 ? `noise ${number}` : ''),
    );
    const all = [...junk.slice(0, 5000), conversation(20_000, 'real', '2026-03-01'), ...junk.slice(5000)];
    const { waiting, groups } = arrange(all, OWN);
    expect(waiting.map(({ text }) => text)).toEqual(['real']);
    expect(groups.map(({ why, rows }) => [why, rows.length])).toEqual([
      ['empty', 3333],
      ['same', 3334],
      ['flood', 3333],
    ]);
    expect(arrange(all, OWN, 'NOISE 7777').waiting.some(({ text }) => text === 'noise 7777')).toBe(true);
  });

  test('nothing is lost and nothing stands twice, and what somebody took up is never put away', () => {
    const letters = fc.constantFrom<[Letter['kind'], string, string][]>(
      [],
      [['more', '2026-03-03', '']],
      [['acknowledgement', '2026-03-03', OTHER]],
      [['feedback', '2026-03-03', OTHER]],
    );
    const texts = fc.tuple(fc.constantFrom('', 'same', 'other'), fc.constantFrom('2026-03-01', '2026-03-02'), letters);
    const law = fc.property(fc.array(texts, { maxLength: 120 }), (given) => {
      const all = given.map(([text, day, more], number) => conversation(number, text, day, more));
      const { waiting, groups, answered } = arrange(all, OWN);
      const rows = [...waiting, ...answered, ...groups.flatMap((group) => group.rows)];
      expect(rows.map(({ conversation: { reporter } }) => reporter).sort()).toEqual(
        all.map((one) => one.reporter).sort(),
      );
      for (const { rows: grouped } of groups) expect(grouped.every(({ messages }) => messages === 1)).toBe(true);
    });
    fc.assert(law, { numRuns: 60 });
  });
});

test.for([
  ['report.pdf', 'report.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\boot.ini', 'boot.ini'],
  ['.bashrc', 'bashrc'],
  ['photo\u202egpj.exe', 'photo_gpj.exe'],
  ['a\u0000b<c>.txt', 'a_b_c_.txt'],
  ['///', 'attachment'],
  ['报告.pdf', '报告.pdf'],
] as const)('a file name that leads nowhere: %j', ([name, safe]) => {
  expect(fileName(name)).toBe(safe);
});

test('text keeps its lines and loses what hides', () => {
  expect(plain('one\n\ttwo 二 \u202eeerht\u001b[2J')).toBe('one\n\ttwo 二 \ufffdeerht\ufffd[2J');
  expect(daysUntil('2026-03-09', '2026-03-02')).toBe(7);
  expect(daysUntil('2026-03-01', '2026-03-02')).toBe(-1);
});
