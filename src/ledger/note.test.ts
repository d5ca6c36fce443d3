import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import {
  cosign,
  formatSignerKey,
  formatVerifierKey,
  generateKey,
  NoteError,
  parseNote,
  parseSignerKey,
  parseVerifierKey,
  signNote,
  verifiedBy,
} from './note.ts';

/** The example of C2SP signed-note. */
const EXAMPLE = {
  vkey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  note: `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`,
};
/** The keys and note with which golang.org/x/mod/sumdb/note tests itself. */
const PETER = {
  vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  skey: 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
  text: `If you think cryptography is the answer to your problem,
then you don't know what your problem is.
`,
  line: '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
};
/** The checkpoint of C2SP tlog-cosignature, whose keys are not published: it can be read, not verified. */
const COSIGNED = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

test('the example of C2SP signed-note verifies', () => {
  const key = parseVerifierKey(EXAMPLE.vkey);
  expect(formatVerifierKey(key)).toBe(EXAMPLE.vkey);
  expect(verifiedBy(parseNote(Buffer.from(EXAMPLE.note)), [key])).toHaveLength(1);
});

test('signing gives the very note that Go gives, and keys are written as Go writes them', () => {
  const key = parseSignerKey(PETER.skey);
  expect([formatSignerKey(key), formatVerifierKey(key)]).toEqual([PETER.skey, PETER.vkey]);
  expect(signNote(PETER.text, key)).toBe(`${PETER.text}\n${PETER.line}`);
});

test('the checkpoint of C2SP tlog-cosignature is read, with the time in its cosignature', () => {
  const note = parseNote(Buffer.from(COSIGNED));
  expect(parseCheckpoint(note.text)).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20852163 });
  expect(formatCheckpoint(parseCheckpoint(note.text))).toBe(note.text);
  const [, cosignature] = note.signatures;
  expect(cosignature!.bytes.length).toBe(72);
  // tlog-cosignature signs the text with `time 1679315147`.
  expect(cosignature!.bytes.readBigUInt64BE(0)).toBe(1679315147n);
});

test('a cosignature is over the time and the whole text, and says the time', () => {
  const [log, witness] = [generateKey('example.org/log', 'note'), generateKey('witness.example/w', 'cosignature')];
  const text = formatCheckpoint({ origin: 'example.org/log', size: 7, root: Buffer.alloc(32, 9) });
  const whole = Buffer.from(signNote(text, log) + cosign(text, witness, 1679315147));
  const found = verifiedBy(parseNote(whole), [log, witness]);
  expect(found.map(({ key, time }) => [key.name, time])).toEqual([
    ['example.org/log', undefined],
    ['witness.example/w', 1679315147],
  ]);
  // The same bytes under the other kind of key are another key.
  expect(parseVerifierKey(formatVerifierKey(witness)).id).toBe(witness.id);
});

test('every change of a byte of a note by a known key is refused', () => {
  const key = parseVerifierKey(EXAMPLE.vkey);
  const bytes = Buffer.from(EXAMPLE.note);
  const law = fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
    const changed = Buffer.from(bytes);
    changed[at]! ^= flip;
    let found = 0;
    try {
      found = verifiedBy(parseNote(changed), [key]).length;
    } catch (error) {
      expect(error).toBeInstanceOf(NoteError);
    }
    expect(found).toBe(0);
  });
  fc.assert(law, { numRuns: 500 });
});

describe('a note is refused', () => {
  test.for([
    ['without signatures', 'text\n'],
    ['without an empty line', `text\n${PETER.line}`],
    ['without the last line end', `${PETER.text}\n${PETER.line.slice(0, -1)}`],
    ['with a control character', `te\txt\n\n${PETER.line}`],
    ['with another dash', `text\n\n${PETER.line.replace('—', '-')}`],
    ['with a loose bit in its base64', `${PETER.text}\n${PETER.line.replace('AM=', 'AN=')}`],
    ['with base64 for the web', `${PETER.text}\n${PETER.line.replace('go/', 'go_')}`],
    ['with a word too many', `${PETER.text}\n${PETER.line.replace('\n', ' x\n')}`],
  ] as const)('%s', ([, text]) => {
    expect(() => parseNote(Buffer.from(text))).toThrow(NoteError);
  });

  test('with a signature that claims to be by a known key, even beside a good one', () => {
    const forged = PETER.line.replace('ZJku', 'ZJkv');
    const note = parseNote(Buffer.from(`${PETER.text}\n${EXAMPLE.note.split('\n')[2]}\n${forged}`));
    expect(() => verifiedBy(note, [parseVerifierKey(PETER.vkey)])).toThrow(NoteError);
    expect(verifiedBy(note, [])).toEqual([]);
  });

  test('that is not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from([0xff]), Buffer.from(EXAMPLE.note)]);
    expect(() => parseNote(bytes)).toThrow(NoteError);
  });
});

test.for([
  'name',
  'name+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  EXAMPLE.vkey.replace('foo', 'bar'),
  EXAMPLE.vkey.replace('530d903a', '530D903A'),
  EXAMPLE.vkey.replace('+Ae', '+Be'),
  `${EXAMPLE.vkey}=`,
  `${EXAMPLE.vkey} `,
])('the key %j is refused', (vkey) => {
  expect(() => parseVerifierKey(vkey)).toThrow(NoteError);
});

test.for(['log\n1\n', 'log\n01\nAAAA\n', 'log\n1\nAAAA\n', '\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'])(
  'the checkpoint %j is refused',
  (text) => {
    expect(() => parseCheckpoint(text)).toThrow(NoteError);
  },
);
