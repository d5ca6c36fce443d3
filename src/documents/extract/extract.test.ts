import { describe, expect, test } from 'vitest';
import { eml, gzip, SAMPLES, tar, zip } from '../../../test/samples.ts';
import { normalise } from '../fingerprint.ts';
import { type Extract, extract } from './extract.ts';
import { LIMITS, type Limits } from './part.ts';
import { encodingOf, plainText } from './text.ts';

const ENGLISH = `Valve test report\nThe valve holds 310 bar for 90 minutes & leaks < 2 ml.\n${'Second paragraph, with more words than the first one. '.repeat(3)}`;
const CHINESE = `阀门试验报告\n阀门在三百一十巴压力下保持九十分钟，泄漏少于二毫升。\n${'第二段包含更多的文字，以便识别编码。'.repeat(4)}`;

async function found(name: string, bytes: Buffer, limits?: Limits): Promise<Extract[]> {
  const all: Extract[] = [];
  await extract({ name, bytes }, (one) => void all.push(one), limits);
  return all;
}

describe('the same text comes out of every format', () => {
  for (const [name, make] of SAMPLES)
    test.for([
      ['English', ENGLISH],
      ['Chinese', CHINESE],
    ] as const)(`${name}, %s`, async ([, text]) => {
      const all = await found(name, await make(text));
      expect(all.map(({ why }) => why)).toEqual([undefined]);
      expect(normalise(all[0]!.text!).text).toBe(normalise(text).text);
    });
});

/** 阀门试验报告，压力下保持九十分钟。 in GB 18030, which Node can read and not write. */
const GB = Buffer.from('b7a7c3c5cad4d1e9b1a8b8e6a3acd1b9c1a6cfc2b1a3b3d6bec5caaeb7d6d6d3a1a3', 'hex');

test('encodings are told by their bytes', () => {
  expect(encodingOf(Buffer.from(ENGLISH))).toBe('utf-8');
  expect(encodingOf(GB)).toBe('gb18030');
  expect(plainText(GB)).toBe('阀门试验报告，压力下保持九十分钟。');
  expect(encodingOf(Buffer.from(CHINESE, 'utf16le'))).toBe('utf-16le');
  expect(encodingOf(Buffer.from(CHINESE, 'utf16le').swap16())).toBe('utf-16be');
  expect(encodingOf(Buffer.from('déjà vu, à la carte', 'latin1'))).toBe('windows-1252');
  expect(encodingOf(Buffer.concat([Buffer.from(CHINESE).subarray(0, -1)]))).toBe('utf-8');
});

describe('containers', () => {
  test('archives in archives, to the text within', async () => {
    const inner = await zip({ 'a/paper.txt': ENGLISH });
    const all = await found('x.tar.gz', gzip(tar({ 'box.zip': inner, 'note.txt': Buffer.from(CHINESE) })));
    const texts = all.filter(({ text }) => text !== undefined).map(({ name }) => name);
    expect(texts).toEqual(['x.tar/box.zip/a/paper.txt', 'x.tar/note.txt']);
  });

  test('what is attached to a message is a part of it', async () => {
    const all = await found('m.eml', eml('Here it is.', { 'paper.txt': Buffer.from(ENGLISH) }));
    expect(all.map(({ name }) => name).sort()).toEqual(['', 'paper.txt']);
    expect(all.find(({ name }) => name === 'paper.txt')!.text).toBe(ENGLISH);
  });

  test('a name that leads out is reported, and what it names is read', async () => {
    for (const trick of ['../../etc/passwd', 'C:\\windows\\x.txt', '/etc/passwd']) {
      const bytes = await zip({ [`${'x'.repeat(trick.length)}`]: ENGLISH });
      const twisted = Buffer.from(bytes.toString('latin1').replaceAll('x'.repeat(trick.length), trick), 'latin1');
      const all = await found('evil.zip', twisted);
      expect(all.filter(({ why }) => /its name/.test(why ?? ''))).toHaveLength(1);
      expect(all.filter(({ text }) => text === ENGLISH)).toHaveLength(1);
      expect(all.every(({ name }) => !name.includes('..') && !name.startsWith('/'))).toBe(true);
    }
  });

  test('a bomb is reported', async () => {
    const all = await found('bomb.zip', await zip({ 'big.txt': Buffer.alloc(60_000_000) }));
    expect(all.map(({ why }) => why)).toContain('unpacks to 900 times its size and more');
    const packed = await found('bomb.gz', gzip(Buffer.alloc(2_000_000)), { ...LIMITS, partBytes: 1_000_000 });
    expect(packed.map(({ why }) => why)).toEqual(['unpacks to more than 1 MB']);
  });

  test('nesting ends somewhere', async () => {
    let bytes = await zip({ 'paper.txt': ENGLISH });
    for (let depth = 0; depth < 20; depth++) bytes = await zip({ 'inner.zip': bytes });
    const all = await found('deep.zip', bytes);
    expect(all.filter(({ why }) => /more than 8 deep/.test(why ?? ''))).toHaveLength(1);
  });

  test('many parts and many bytes together end somewhere too; what came before them stays', async () => {
    const parts = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}.txt`, `${ENGLISH} ${at}`]));
    const all = await found('many.zip', await zip(parts), { ...LIMITS, parts: 10 });
    expect(all.filter(({ text }) => text !== undefined)).toHaveLength(10);
    expect(all.at(-1)!.why).toBe('more than 10 parts inside');
  });

  test('an encrypted part is reported, the others are read', async () => {
    const bytes = await zip({ 'secret.txt': ENGLISH, 'open.txt': CHINESE });
    // The flag of encryption, in the part's own header and in the directory's.
    bytes[6]! |= 1;
    bytes[bytes.indexOf('PK\x01\x02') + 8]! |= 1;
    const all = await found('x.zip', bytes);
    expect(all.filter(({ why }) => /encrypted/.test(why ?? '')).map(({ name }) => name)).toEqual(['secret.txt']);
    expect(all.some(({ text }) => text === CHINESE)).toBe(true);
  });
});

test('an entity is never fetched nor expanded', async () => {
  const body =
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' +
    '<w:document><w:body><w:p><w:r><w:t>before &file; &b; after</w:t></w:r></w:p></w:body></w:document>';
  const [one] = await found('x.docx', await zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': body }));
  expect(one!.text).toContain('before &file; &b; after');
  expect(one!.text).not.toContain('root:');
});

test('what is no text is said to be none', async () => {
  const random = Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7919 * (at % 251)) & 255));
  expect((await found('x.bin', random))[0]!.why).toMatch(/format that is not known/);
  expect((await found('x.pdf', Buffer.from('%PDF-1.7 nothing')))[0]!.why).toBe('a damaged PDF');
  expect(await found('x.txt', Buffer.alloc(0))).toMatchObject([{ kind: 'empty', why: undefined }]);
});
