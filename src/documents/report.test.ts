import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Assessment } from './assess.ts';
import { assessmentPage, assessmentWords, chineseReason, LANGUAGES } from './page.ts';
import { assessmentCsv, assessmentText, csvCell } from './report.ts';
import type { Explanations } from './who.ts';

const EVIL = '=HYPERLINK("http://evil.example","<script>alert(1)</script>")\u202efdp.exe';
const coverage = { file: 1, document: 0.5 };
const passages = [{ file: [0, 10] as [number, number], document: [5, 15] as [number, number], alike: 1 }];
const FOUND: Assessment = {
  files: [
    {
      ...{
        path: EVIL,
        match: 'excerpt',
        document: '\\\\fs1\\a.txt',
        level: 'secret',
        coverage,
        ambiguous: false,
        alternatives: ['b'],
      },
      matches: [{ document: '\\\\fs1\\a.txt', level: 'secret', match: 'excerpt', coverage, passages }],
      ...{ bytes: 10, sha256: 'ab', text_sha256: 'cd' },
    },
    {
      ...{
        path: 'x.txt',
        match: 'no match',
        document: null,
        level: null,
        coverage: null,
        ambiguous: false,
        alternatives: [],
      },
      ...{ matches: [], bytes: 1, sha256: 'ef', text_sha256: '' },
    },
  ],
  counts: { unknown: 0, public: 0, internal: 0, confidential: 0, secret: 1, top_secret: 0 },
  documents: [{ document: '\\\\fs1\\a.txt', level: 'secret', coverage: 0.5, files: [EVIL] }],
  unreadable: [{ path: '@y.pdf', why: 'a damaged PDF' }],
  unmatched: ['x.txt'],
};
const EXPLAINED: Explanations = {
  ...{ documents: 1, in_logs: 1, nobody: [], note: 'never guilt', groups: [{ subjects: ['K7Q2M'], documents: 1 }] },
  people: [
    {
      ...{ subject: 'K7Q2M', documents: 1, share: 1, expected: 0.1, surprise_bits: 4, compared_with: 8 },
      ...{ first: '2026-01-01 09:00:00', last: '2026-01-02 09:00:00' },
      events: [{ document: 'a', time: '2026-01-01 09:00:00', event: '17', activity: 'Open', channels: ['print'] }],
      exposure: { unknown: 0, public: 1, internal: 0, confidential: 0, secret: 2, top_secret: 0 },
    },
  ],
};

describe('a cell of a table', () => {
  test.for(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1'])('%j is no formula', (text) => {
    expect(csvCell(text)).toMatch(/^"'/);
  });

  test('never breaks out, and never begins as a formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'=+-@"\',;\r\n\t ab中') }), (text) => {
        const cell = csvCell(text);
        const inner = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect([text, `'${text}`]).toContain(inner);
        expect(inner).not.toMatch(/^\s*[=+\-@]/);
        if (!cell.startsWith('"')) expect(cell).not.toMatch(/[",\r\n]/);
      }),
    );
  });
});

test('the table has a row for each match, each file without one and each that could not be read', () => {
  const lines = assessmentCsv(FOUND).split('\r\n');
  expect(lines).toHaveLength(5);
  expect(lines[1]).toContain('"\'=HYPERLINK(""http');
  expect(lines[1]).toContain(',excerpt,\\\\fs1\\a.txt,secret,1,0.5,0-10=5-15,b,10,ab,');
  expect(lines[2]).toBe('x.txt,no match,,,,,,,1,ef,');
  expect(lines[3]).toBe('"\'@y.pdf",could not be read,,,,,,,,,a damaged PDF');
});

test('the text says levels as a court would read them', () => {
  expect(assessmentText(FOUND)).toBe(
    [
      '1 document of the register in 1 file:',
      '  secret              1',
      '1 file without a match, 1 file or part that could not be read.',
    ].join('\n'),
  );
});

describe('the page', () => {
  test.for(LANGUAGES)('in %s runs nothing and loads nothing', (language) => {
    const page = assessmentPage(FOUND, EXPLAINED, language);
    expect(page).toContain(`<html lang="${language}">`);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<img|<link|javascript:|\son\w+=/i);
    expect(page).toContain('[U+202E]fdp.exe');
    expect(page).toContain('K7Q2M');
    expect(page).not.toContain('undefined');
  });

  test('speaks Chinese', () => {
    const page = assessmentPage(FOUND, EXPLAINED, 'zh-CN');
    for (const word of ['机密', '其中的摘录', '绝不是定罪']) expect(page).toContain(word);
  });

  test('has the same words in both languages', () => {
    const read = (language: string) =>
      JSON.parse(
        readFileSync(new URL(`../../content/words/assessment.${language}.json`, import.meta.url), 'utf8'),
      ) as Record<string, string>;
    const [en, chinese] = [read('en'), read('zh-CN')];
    expect(Object.keys(chinese)).toEqual(Object.keys(en));
    const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const key of Object.keys(en)) {
      expect(names(chinese[key]!), key).toEqual(names(en[key]!));
      expect(chinese[key], key).toMatch(/\p{Script=Han}/u);
    }
    expect(assessmentWords('en')('unmatched', { count: 1200 })).toBe('Files without a match: 1,200');
  });
});

test.for([
  ['stopped after 30 s', '30 秒后停止'],
  ['a damaged zip file (end of central directory not found)', '已损坏的 zip 文件 (end of central directory not found)'],
  ['its pages are pictures; read to page 3 of 9', '页面是图片；在 3 页之后停止，共 9 页'],
  ['something new', 'something new'],
])('a reason in Chinese: %s', ([why, chinese]) => {
  expect(chineseReason(why!)).toBe(chinese);
});

test('every reason that a reader gives word for word has Chinese words', () => {
  const folder = new URL('./extract/', import.meta.url);
  const code = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const given = [...code.matchAll(/(?:(?:Unreadable|refuse|failed)\(|recognised\(\w+, |why: )'([^']+)'/g)].map(
    ([, why]) => why!,
  );
  expect(given.length).toBeGreaterThan(10);
  for (const why of given) expect(chineseReason(why), why).toMatch(/\p{Script=Han}/u);
});
