import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  addMonths,
  audience,
  authentic,
  checkInclusion,
  clocks,
  type Entry,
  hashLeaf,
  hashNode,
  isSolved,
  keysOf,
  LANGUAGES,
  type Letter,
  newEntropy,
  Refusal,
  readLetter,
  readWords,
  SUITES,
  signerOf,
  signManifest,
  solve,
  verifyManifest,
  wordsOf,
  writeLetter,
  writersOf,
  zeroBits,
} from './protocol.ts';
import { ROOT, sampleLetter, sampleManifest, sampleSigned, seedOf } from './samples.ts';

const entropy = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('words', () => {
  test('twelve words in either language lead back to the same bytes, however they are typed', () => {
    fc.assert(
      fc.property(
        entropy,
        fc.constantFrom(...LANGUAGES),
        fc.constantFrom(' ', '  ', ', ', '\n'),
        (bytes, language, gap) => {
          const words = wordsOf(bytes, language);
          expect(words).toHaveLength(12);
          expect(readWords(` ${words.join(gap).toUpperCase()} `)).toEqual(bytes);
          if (language === 'zh-CN') expect(readWords(words.join(''))).toEqual(bytes);
        },
      ),
    );
  });

  test('a wrong number of words and a word that is none are refused, without being repeated', () => {
    const words = wordsOf(newEntropy(), 'en');
    for (const typed of ['', words.slice(1).join(' '), [...words, words[0]].join(' '), 'zebraish '.repeat(12)]) {
      expect(() => readWords(typed)).toThrow(/^These are not the twelve words of a receipt\.$/);
    }
  });

  test('the published vector of BIP-39', () => {
    expect(readWords('abandon '.repeat(11).concat('about'))).toEqual(new Uint8Array(16));
  });

  test('keys follow from the words alone, and differ from each other and between people', async () => {
    const [one, other] = [newEntropy(), newEntropy()];
    for (const suite of SUITES) {
      const keys = await keysOf(one, suite);
      expect(await keysOf(one.slice(), suite)).toEqual(keys);
      const others = await keysOf(other, suite);
      const all = [keys, others].flatMap((each) => [each.identity, each.signer.key, each.tag]);
      expect(new Set(all).size).toBe(all.length);
      expect(bytesToHex(keys.signer.secret)).not.toBe(keys.tag);
    }
  });
});

describe('the manifest', () => {
  test('one signed by the root key is read as it was written', async () => {
    const manifest = await sampleManifest('hybrid', 3);
    expect(verifyManifest(JSON.parse(JSON.stringify(signManifest(manifest, ROOT))), ROOT.key)).toEqual(manifest);
  });

  test('a key slipped in, another root, a bit flipped: refused', async () => {
    const { signed } = sampleSigned(await sampleManifest('x25519', 2));
    const stranger = signerOf(seedOf(66));
    const slipped = JSON.parse(signed.manifest) as { recipients: { key: string }[] };
    slipped.recipients[0]!.key = stranger.key;
    const text = JSON.stringify(slipped);
    const resigned = signManifest(slipped as never, stranger);
    for (const bad of [{ ...signed, manifest: text }, resigned, { ...resigned, root: ROOT.key }, {}, null, 'x']) {
      expect(() => verifyManifest(bad, ROOT.key)).toThrow(Refusal);
    }
    fc.assert(
      fc.property(fc.nat(signed.manifest.length - 1), (at) => {
        const letter = signed.manifest[at] === 'a' ? 'b' : 'a';
        const changed = signed.manifest.slice(0, at) + letter + signed.manifest.slice(at + 1);
        expect(() => verifyManifest({ ...signed, manifest: changed }, ROOT.key)).toThrow(Refusal);
      }),
    );
  });

  test('what makes no sense cannot be signed', async () => {
    const manifest = await sampleManifest('x25519', 2);
    const hybrid = await sampleManifest('hybrid', 2);
    const wrong = [
      { ...manifest, slots: 2 },
      { ...manifest, recipients: [manifest.recipients[0]!, manifest.recipients[0]!] },
      { ...manifest, recipients: hybrid.recipients },
      { ...manifest, recipients: [] },
    ];
    for (const one of wrong) expect(() => signManifest(one, ROOT)).toThrow(Refusal);
  });
});

describe('a letter', () => {
  test('nobody else can have written it', () => {
    const bytes = writeLetter(sampleLetter(), signerOf(seedOf(1)));
    const [mine = '', other = ''] = [seedOf(1), seedOf(2)].map((seed) => signerOf(seed).key);
    const forged = new TextDecoder().decode(bytes).replace(mine, other);
    expect(() => readLetter(new TextEncoder().encode(forged))).toThrow(/signature/);
    expect(readLetter(bytes).writer).toBe(mine);
  });

  test('plain text that somebody sealed with age is read as text, without its padding', () => {
    const plain = new TextEncoder().encode('I saw something.\nAt the gate.\n\0\0\0');
    expect(readLetter(plain)).toMatchObject({ letter: undefined, text: 'I saw something.\nAt the gate.\n' });
  });
});

describe('a conversation', () => {
  const reporter = signerOf(seedOf(50)).key;
  const entry = (letter: Partial<Letter>, writer: string, day: string): Entry => ({
    letter: sampleLetter(letter),
    writer,
    day,
  });

  test('an excluded recipient gets nothing, one who recuses himself nothing from then on', async () => {
    const manifest = await sampleManifest('x25519', 3);
    const key = (index: number): string => manifest.recipients[index]!.key;
    const report = entry({ to: ['r1', 'r3'] }, reporter, '2026-01-05');
    expect(audience([report], manifest)).toEqual(['r1', 'r3']);
    expect(audience([report, entry({ kind: 'recusal' }, key(2), '2026-01-06')], manifest)).toEqual(['r1']);
    expect(audience([report, entry({ kind: 'reply', to: ['r2'] }, key(0), '2026-01-06')], manifest)).toEqual([
      'r1',
      'r3',
    ]);
  });

  test('letters of strangers count for nothing', async () => {
    const manifest = await sampleManifest('x25519', 1);
    const stranger = signerOf(seedOf(51)).key;
    const good = [
      entry({}, reporter, '2026-01-05'),
      entry({ kind: 'reply' }, manifest.recipients[0]!.key, '2026-01-06'),
    ];
    const bad = [entry({ kind: 'more' }, stranger, '2026-01-06'), entry({ kind: 'feedback' }, reporter, '2026-01-07')];
    expect(authentic([...good, ...bad], reporter, writersOf(manifest, []))).toEqual(good);
  });

  test('what a recipient wrote before leaving stays true, and nothing later does', async () => {
    const before = await sampleManifest('x25519', 2);
    const left = before.recipients[1]!.key;
    const now = { ...before, serial: 2, issued: '2026-03-01', recipients: before.recipients.slice(0, 1) };
    const early = entry({ kind: 'reply' }, left, '2026-02-20');
    const late = entry({ kind: 'reply' }, left, '2026-03-02');
    expect(authentic([early, late], reporter, writersOf(now, [before]))).toEqual([early]);
  });

  test('the clocks run from the first report and stop with the answer', async () => {
    const manifest = await sampleManifest('x25519', 1);
    const writer = manifest.recipients[0]!.key;
    const report = entry({}, reporter, '2026-11-30');
    const later = entry({ kind: 'more' }, reporter, '2026-12-20');
    expect(clocks([later, report], manifest)).toEqual({ acknowledge: '2026-12-07', feedback: '2027-02-28' });
    const answered = [report, entry({ kind: 'acknowledgement' }, writer, '2026-12-01')];
    expect(clocks(answered, manifest)).toEqual({ acknowledge: undefined, feedback: '2027-02-28' });
    const done = [...answered, entry({ kind: 'feedback' }, writer, '2026-12-02')];
    expect(clocks(done, manifest)).toEqual({ acknowledge: undefined, feedback: undefined });
    const recused = [report, entry({ kind: 'recusal' }, writer, '2026-12-01')];
    expect(clocks(recused, manifest).acknowledge).toBe('2026-12-07');
  });

  test('days of the calendar', () => {
    expect([addDays('2026-02-27', 7), addMonths('2026-11-30', 3), addMonths('2027-11-30', 3)]).toEqual([
      '2026-03-06',
      '2027-02-28',
      '2028-02-29',
    ]);
  });
});

describe('postage', () => {
  test('a solution is found and checked, and belongs to its challenge alone', async () => {
    const [challenge, other] = ['00ff'.repeat(8), '00fe'.repeat(8)];
    const counter = await solve(challenge, 10);
    expect(isSolved(challenge, counter, 10)).toBe(true);
    expect([isSolved(challenge, counter, 40), isSolved(other, counter, 14), isSolved(challenge, -1, 0)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('bits are counted as they stand', () => {
    expect([[0x80], [0x01], [0, 0x40], [0, 0]].map((bytes) => zeroBits(Uint8Array.from(bytes)))).toEqual([0, 7, 9, 16]);
  });

  test('the search can be ended', async () => {
    await expect(solve('00', 200, { signal: AbortSignal.timeout(20) })).rejects.toThrow();
  });
});

/** The tree of RFC 9162 as its definition has it, to check the checker. */
function rootOf(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0) return sha256(new Uint8Array());
  if (entries.length === 1) return hashLeaf(entries[0]!);
  const left = 2 ** Math.floor(Math.log2(entries.length - 1));
  return hashNode(rootOf(entries.slice(0, left)), rootOf(entries.slice(left)));
}
function pathOf(index: number, entries: readonly Uint8Array[]): string[] {
  if (entries.length <= 1) return [];
  const left = 2 ** Math.floor(Math.log2(entries.length - 1));
  return index < left
    ? [...pathOf(index, entries.slice(0, left)), bytesToHex(rootOf(entries.slice(left)))]
    : [...pathOf(index - left, entries.slice(left)), bytesToHex(rootOf(entries.slice(0, left)))];
}

test('an inclusion proof holds for its leaf in its tree, and for nothing else', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), (size, seed, change) => {
      const entries = Array.from({ length: size }, (_, index) => sha256(Uint8Array.of(index, seed & 255)));
      const index = seed % size;
      const [leaf, root] = [bytesToHex(entries[index]!), bytesToHex(rootOf(entries))];
      const proof = { index, size, entry: leaf, path: pathOf(index, entries), root, checkpoint: '' };
      checkInclusion(leaf, proof);
      const other = bytesToHex(sha256(hexToBytes(leaf)));
      const wrong = [
        { ...proof, index: (index + 1 + (change % 5)) % (size + 5) },
        { ...proof, root: other },
        { ...proof, entry: other },
        { ...proof, path: [...proof.path, other] },
        ...(size > 1 ? [{ ...proof, path: proof.path.slice(1) }] : []),
      ].filter((one) => one.index !== index || one !== proof);
      for (const one of wrong) expect(() => checkInclusion(leaf, one), JSON.stringify(one)).toThrow(Refusal);
      expect(() => checkInclusion(other, proof)).toThrow(Refusal);
    }),
  );
});
