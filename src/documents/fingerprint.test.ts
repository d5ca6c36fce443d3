import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fingerprints, fingerprint, GRAM_WEIGHT, normalise, WINDOW } from './fingerprint.ts';

const keys = ({ high, low }: Fingerprints) => new Set([...high].map((value, at) => `${value}:${low[at]}`));
const shared = (one: string, other: string) => {
  const known = keys(fingerprint(other));
  return [...keys(fingerprint(one))].filter((key) => known.has(key)).length;
};

const letters = fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: 0, maxLength: 400 });
const chinese = fc.string({
  unit: fc.constantFrom(...'阀门试验报告压力下保持九十分钟泄漏'),
  minLength: 30,
  maxLength: 80,
});

describe('only letters and digits count', () => {
  test.for([
    ['white space and punctuation', 'The valve, holds\n\t310 bar.', 'thevalveholds310bar'],
    ['soft hyphens and hyphens at a line end', 'val\u00adve re-\nport', 'valvereport'],
    ['widths and ligatures', 'ＶＡＬＶＥ ﬁle ３１０', 'valvefile310'],
    ['accents in one sign or two', 'e\u0301te\u0301', 'été'],
    ['invisible signs', 'va\u200blve\ufeff', 'valve'],
    ['Chinese', '阀门　试验，报告。', '阀门试验报告'],
  ])('%s', ([, given, expected]) => {
    expect(normalise(given!).text).toBe(expected);
  });

  test('each kept character knows its place in the text, composed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (given) => {
        const { text, offsets } = normalise(given);
        expect(offsets.length).toBe(text.length);
        const composed = given.normalize('NFC');
        for (let at = 0; at < offsets.length; at++) {
          expect(offsets[at]!).toBeGreaterThanOrEqual(at === 0 ? 0 : offsets[at - 1]!);
          expect(normalise(String.fromCodePoint(composed.codePointAt(offsets[at]!)!)).text).toContain(text[at]);
        }
      }),
    );
  });
});

describe('laws of winnowing', () => {
  test('texts that share so many letters share a fingerprint, whatever stands around', () => {
    const guarantee = GRAM_WEIGHT + WINDOW - 1;
    const passage = fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: guarantee, maxLength: 60 });
    fc.assert(
      fc.property(passage, letters, letters, letters, letters, (common, a, b, c, d) => {
        expect(shared(a + common + b, c + common + d)).toBeGreaterThan(0);
      }),
    );
  });

  test('so do texts that share so many Chinese characters', () => {
    fc.assert(
      fc.property(chinese, letters, letters, (common, a, b) => {
        expect(shared(`${a}${common}`, `${common}${b}`)).toBeGreaterThan(0);
      }),
    );
  });

  test('spaces, line breaks and punctuation change nothing but places', () => {
    fc.assert(
      fc.property(
        letters,
        fc.infiniteStream(fc.constantFrom('', '', '', ' ', '\n', ', ', '\u00ad')),
        (text, between) => {
          const spread = [...text].map((letter) => letter + between.next().value).join('');
          const [one, other] = [fingerprint(text), fingerprint(spread)];
          expect(other.textSha256).toBe(one.textSha256);
          expect([other.high, other.low]).toEqual([one.high, one.low]);
        },
      ),
    );
  });

  test('a text keeps about two fingerprints in seventeen letters', () => {
    const text = Array.from({ length: 4000 }, (_, at) => Math.sin(at).toString(36).slice(3, 8)).join(' ');
    const { offsets, letters: count } = fingerprint(text);
    expect(offsets.length / count).toBeGreaterThan(0.1);
    expect(offsets.length / count).toBeLessThan(0.14);
  });
});

test('a text without a letter has no hash, a short one has no passages', () => {
  expect(fingerprint(' ...\n')).toMatchObject({ textSha256: '', letters: 0 });
  expect(fingerprint('short').offsets.length).toBe(0);
  expect(fingerprint('short').textSha256).toHaveLength(64);
  expect(fingerprint('a text of thirty letters or so').offsets.length).toBe(1);
});
