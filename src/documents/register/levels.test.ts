import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../base/config.ts';
import { DEFAULT_SCHEME, levelNames, wordsOf } from '../../base/level.ts';
import { openData } from '../../stores/data.ts';
import { loadDocuments } from '../documents.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'levels-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const OWN = `document_levels:
  - { level: 4, en: Restricted, zh-CN: 限制, also: [VS-NfD] }
  - { level: 2, en: House only, zh-CN: 本所 }
  - { level: 5, en: Sealed, zh-CN: 封存 }
`;

/** The levels that a table of one row for each word gives, and which lines were bad. */
async function levelsOf(words: string[], config = ''): Promise<Record<string, number>> {
  const data = join(folder, 'data');
  const made = await openData(data, { create: true });
  await made.close();
  if (config !== '') writeFileSync(join(data, 'config.yml'), config);
  const rows = words.map((word, at) => `p${at},${word},2026-01-01`);
  writeFileSync(join(folder, 'documents.csv'), `path,level,registered_at\n${rows.join('\n')}\n`);
  const opened = await openData(data);
  try {
    await loadDocuments(opened.events, folder);
    const found = await opened.events.rows<{ path: string; level: number }>('SELECT path, level FROM documents');
    return Object.fromEntries(found.map(({ path, level }) => [words[Number(path.slice(1))]!, level]));
  } finally {
    await opened.close();
  }
}

test('the words of both languages name levels, however they are written', async () => {
  const words = ['public', 'Internal', 'CONFIDENTIAL', 'secret', 'top_secret', 'Top Secret', 'top-secret'];
  expect(await levelsOf([...words, '公开', '内部', '秘密', '机密', '绝密', 'unknown', 'hidden'])).toEqual({
    ...{ public: 1, Internal: 2, CONFIDENTIAL: 3, secret: 4, top_secret: 5, 'Top Secret': 5, 'top-secret': 5 },
    ...{ 公开: 1, 内部: 2, 秘密: 3, 机密: 4, 绝密: 5, unknown: 0 },
  });
});

test('an organisation with three levels of its own', async () => {
  expect(await levelsOf(['house only', 'vs-nfd', '限制', 'SEALED', 'secret'], OWN)).toEqual({
    ...{ 'house only': 2, 'vs-nfd': 4, 限制: 4, SEALED: 5 },
  });
  const { document_levels: scheme } = readConfig({ data: join(folder, 'data') });
  expect(scheme!.map(({ level }) => level)).toEqual([2, 4, 5]);
  expect(levelNames(scheme!, 'en')).toMatchObject({ internal: 'House only', secret: 'Restricted', public: 'Public' });
});

test.for<[why: string, levels: unknown[]]>([
  ['Five levels at most are supported', [1, 2, 3, 4, 5, 5].map((level, at) => named(level, at))],
  ['Two levels have the same number', [named(1, 1), named(1, 2)]],
  ['Two levels share a word', [named(1, 1), { ...named(2, 2), also: ['E1'] }]],
  ['between one and five', []],
  ['Levels have the numbers 1 to 5', [named(6, 6)]],
])('refused: %s', ([why, levels]) => {
  writeFileSync(join(folder, 'config.yml'), JSON.stringify({ document_levels: levels }));
  expect(() => readConfig({ data: folder })).toThrow(why);
  rmSync(join(folder, 'config.yml'));
  expect(() =>
    readConfig({ data: folder, environment: { COUNTERSIGN_DOCUMENT_LEVELS: JSON.stringify(levels) } }),
  ).toThrow(why);
});

function named(level: number, at: number) {
  return { level, en: `e${at}`, 'zh-CN': `z${at}` };
}

test('the default scheme names all five in both languages', () => {
  expect(wordsOf(DEFAULT_SCHEME).get('绝密')).toBe(5);
  expect(levelNames(DEFAULT_SCHEME, 'zh-CN')).toEqual({
    ...{ public: '公开', internal: '内部', confidential: '秘密', secret: '机密', top_secret: '绝密' },
  });
});
