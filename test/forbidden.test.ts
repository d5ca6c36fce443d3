import { describe, expect, test } from 'vitest';
import { readSources } from './files.ts';
import { type Allowance, findings } from './words.ts';

/** Each allowance must be used, so that none outlives its reason. */
const ALLOWED: readonly Allowance[] = [
  {
    path: 'src/people/tables.ts',
    line: 'country codes and purposes of trips, the free text of declared contacts, and psychometric.csv',
    reason: 'says what is never read',
  },
  {
    path: 'src/worlds/absence.ts',
    line: 'country',
    reason: 'a column of the public format; drawn at random, means nothing',
  },
  { path: 'src/worlds/tables.ts', line: 'country', reason: 'the same column, where it is written' },
  { path: 'src/worlds/names.ts', line: 'family', reason: 'the second part of a made-up name' },
  { path: 'src/worlds/names.ts', line: 'FAMILY_ENDS', reason: 'the same' },
  { path: 'src/worlds/words.ts', line: 'FAMILY_ENDS', reason: 'the same' },
  { path: 'src/http/server.ts', line: 'health', reason: 'whether the server is up: GET /healthz' },
  { path: 'src/sigma/windows.yml', line: 'diagnosis-scripted', reason: "the name of a channel of Windows' own logs" },
  {
    path: 'src/sigma/foreign.ts',
    line: 'const NEVER_READ',
    reason: 'fields of foreign logs that count as absent, whatever a rule asks',
  },
  { path: 'src/http/headers.ts', line: "'geolocation'", reason: 'what the console forbids itself in the browser' },
];

const SOURCES = readSources(
  ['migrations', 'src', 'content', 'web'],
  ['.sql', '.ts', '.tsx', '.css', '.html', '.svg', '.yml', '.yaml', '.json', '.csv', '.jsonl', '.md'],
).filter(({ path }) => !path.endsWith('.test.ts'));

test('no feature, rule, field or text of the product looks at who a person is', () => {
  expect(SOURCES.length).toBeGreaterThan(10);
  expect(SOURCES.flatMap(({ path, text }) => findings(path, text, ALLOWED))).toEqual([]);
});

test('every allowance is needed', () => {
  const needed = ALLOWED.filter((allowance) => {
    const others = ALLOWED.filter((other) => other !== allowance);
    return SOURCES.some(
      ({ path, text }) =>
        path === allowance.path && findings(path, text, ALLOWED).length < findings(path, text, others).length,
    );
  });
  expect(needed).toEqual(ALLOWED);
});

describe('a planted use is found', () => {
  test.for([
    ['nationality', 'nationality', 'ALTER TABLE person ADD COLUMN nationality String'],
    ['citizenship in camel case', 'nationality', 'const score = bits + person.dualCitizenship;'],
    ['country of travel as a column', 'country', 'country_code LowCardinality(String),'],
    ['country of travel in a rule', 'country', 'when: travel.countryCode in risky'],
    ['ethnicity', 'ethnicity', 'ethnicity: string;'],
    ['race', 'ethnicity', "field('race')"],
    ['religion', 'religion', 'feature: religious_holiday_logon'],
    ['politics', 'politics', 'visits to political sites'],
    ['health', 'health', 'days_since_medical_visit'],
    ['a health page, in Chinese', 'health', '"title": "浏览健康网站"'],
    ['family', 'family', 'relativesAbroad: number'],
    ['marriage', 'family', 'maritalStatus'],
    ['psychometrics', 'personality', "open('psychometric.csv')"],
    ['a personality score', 'personality', 'neuroticism Float32'],
    ['mood', 'personality', 'email_sentiment'],
    ['private life', 'private life', 'visits_dating_site'],
    ['money trouble', 'private life', 'gambling or debts'],
    ['nationality, in Chinese', 'nationality', '"zh-CN": "按国籍比较"'],
    ['ethnicity, in Chinese', 'ethnicity', '民族'],
    ['religion, in Chinese', 'religion', '宗教信仰'],
    ['politics, in Chinese', 'politics', '政治面貌'],
    ['family, in Chinese', 'family', '家庭情况'],
    ['personality, in Chinese', 'personality', '性格测试'],
    ['private life, in Chinese', 'private life', '私生活'],
  ] as const)('%s', ([, topic, line]) => {
    expect(findings('content/detections/planted.yml', `title: planted\n${line}\n`)).toContainEqual(
      expect.objectContaining({ path: 'content/detections/planted.yml', line: 2, topic }),
    );
  });

  test('in the name of a file', () => {
    expect(findings('content/detections/country-of-travel.yml', 'title: travel')).toEqual([
      { path: 'content/detections/country-of-travel.yml', line: 0, topic: 'country', word: 'country' },
    ]);
  });

  test('beside an allowance for another line or another file', () => {
    const allowance = { path: 'src/people/folder.ts', line: "'psychometric.csv'", reason: 'names what is never read' };
    expect(findings('src/people/folder.ts', "const NEVER = ['psychometric.csv'];", [allowance])).toEqual([]);
    expect(findings('src/people/folder.ts', 'psychometric: number', [allowance])).toHaveLength(1);
    expect(findings('src/people/other.ts', "const NEVER = ['psychometric.csv'];", [allowance])).toHaveLength(1);
  });
});

test.for([
  'body { font-family: system-ui; position: relative }',
  "import { relative } from 'node:path';",
  "app.get('/healthz', () => 'ok')",
  'await Promise.race([answer, deadline])',
  'a race condition between two child processes',
  'a path relative to the data directory',
  'trace: the embrace of a braced traceback',
  'the countryside is not counted by count()',
  'SELECT day, count() FROM events GROUP BY day',
  '国家秘密分为绝密、机密、秘密三级',
  '没有子进程',
])('an innocent line: %s', (line) => {
  expect(findings('src/innocent.ts', line)).toEqual([]);
});
