import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Attachment,
  headerSize,
  type Keys,
  keysOf,
  type Letter,
  letterSpan,
  open,
  openLetter,
  Refusal,
  SIZE_CLASSES,
  SUITES,
  type Suite,
  seal,
  sealedSize,
  sealedSizes,
} from './protocol.ts';
import { attachment, sampleLetter, seedOf } from './samples.ts';

const SLOTS = 3;
const keys = {} as Record<Suite, { reporter: Keys; reader: Keys; stranger: Keys }>;
beforeAll(async () => {
  for (const suite of SUITES) {
    const [reporter, reader, stranger] = await Promise.all([7, 1, 2].map((number) => keysOf(seedOf(number), suite)));
    keys[suite] = { reporter: reporter!, reader: reader!, stranger: stranger! };
  }
});

async function sealed(
  suite: Suite,
  letter: Letter,
  attachments: Attachment[] = [],
  to?: string[],
): Promise<Uint8Array> {
  const { reporter, reader } = keys[suite];
  const recipients = to ?? [reporter.recipient, reader.recipient];
  const message = await seal({ letter, attachments, signer: reporter.signer, recipients, suite, slots: SLOTS });
  const bytes = new Uint8Array(
    await new Response(message.stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
  expect(bytes.length).toBe(message.size);
  return bytes;
}

async function refusal(opening: Promise<unknown>): Promise<string> {
  try {
    await opening;
    return 'opened';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe.each(SUITES)('%s', (suite) => {
  test('what was sealed is what is opened, by each who has a slot', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 5000 });
    await fc.assert(
      fc.asyncProperty(text, fc.uint8Array({ maxLength: 3000 }), async (text, bytes) => {
        const message = await sealed(suite, sampleLetter({ text }), [attachment('a.bin', bytes)]);
        for (const { identity } of [keys[suite].reader, keys[suite].reporter]) {
          const found = await open(message, identity);
          expect(found.letter?.text).toBe(text);
          expect(found.writer).toBe(keys[suite].reporter.signer.key);
          expect(found.files).toEqual([{ name: 'a.bin', bytes }]);
        }
        expect(
          (await openLetter(message.subarray(0, letterSpan(message.length)), keys[suite].reader.identity)).text,
        ).toBe(text);
      }),
      { numRuns: 15 },
    );
  });

  test('the stored size depends on nothing but the class, and the header on nothing but the slots', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 20_000 }),
        fc.constantFrom<Letter['kind']>('report', 'more', 'reply'),
        fc.integer({ min: 1, max: SLOTS }),
        async (text, kind, readers) => {
          const to = Array.from({ length: readers }, () => keys[suite].reader.recipient);
          const message = await sealed(suite, sampleLetter({ text, kind }), [], to);
          expect(message.length).toBe(sealedSize(suite, SLOTS, SIZE_CLASSES[0]));
          expect(sealedSizes(suite, SLOTS)).toContain(message.length);
          const header = new TextDecoder().decode(message.subarray(0, headerSize(suite, SLOTS)));
          expect(header.match(/^-> .*$/gm)?.map((line) => line.split(' ')[1])).toEqual(
            Array.from({ length: SLOTS }, () => (suite === 'hybrid' ? 'mlkem768x25519' : 'X25519')),
          );
          expect(header.endsWith('\n')).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('who has no slot cannot open it', async () => {
    const message = await sealed(suite, sampleLetter());
    expect(await refusal(open(message, keys[suite].stranger.identity))).toBe('not-for-us');
  });
});

describe('damage', () => {
  let message: Uint8Array;
  beforeAll(async () => {
    message = await sealed('x25519', sampleLetter());
  });
  const opened = (bytes: Uint8Array): Promise<string> => refusal(open(bytes, keys.x25519.reader.identity));
  const flipped = (bit: number): Uint8Array => {
    const bytes = message.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return bytes;
  };

  test('no bit of the header, the nonce or the last tag can be flipped', { timeout: 240_000 }, async () => {
    const early = (headerSize('x25519', SLOTS) + 16) * 8;
    const late = (message.length - 16) * 8;
    const bits = [...range(0, early), ...range(late, message.length * 8)];
    for (const bit of bits) expect(await opened(flipped(bit)), `bit ${bit}`).not.toBe('opened');
  });

  test('no bit of the rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(message.length * 8 - 1), async (bit) => {
        expect(await opened(flipped(bit))).not.toBe('opened');
        expect(await refusal(openLetter(flipped(bit), keys.x25519.reader.identity))).not.toBe('opened');
      }),
      { numRuns: 300 },
    );
  });

  test('no truncation and nothing added', async () => {
    const ends = [...range(0, headerSize('x25519', SLOTS) + 40), ...range(message.length - 40, message.length)];
    for (const end of ends) expect(await opened(message.subarray(0, end)), `${end} bytes`).not.toBe('opened');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(message.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        async (end, more) => {
          expect(await opened(message.subarray(0, end))).not.toBe('opened');
          expect(await opened(Buffer.concat([message, more]))).not.toBe('opened');
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a larger message: no chunk can be left out, doubled or exchanged', async () => {
    const large = await sealed('x25519', sampleLetter(), [attachment('a', randomBytes(200_000))]);
    const start = headerSize('x25519', SLOTS) + 16;
    const chunk = (index: number): Uint8Array => large.subarray(start + index * 65_552, start + (index + 1) * 65_552);
    const chunks = range(0, 16).map(chunk);
    const joined = (order: number[]): Uint8Array =>
      Buffer.concat([large.subarray(0, start), ...order.map((at) => chunks[at]!)]);
    const whole = range(0, 16);
    expect(await opened(joined(whole))).toBe('opened');
    expect(await opened(joined(whole.toSpliced(3, 1)))).toBe('damaged');
    expect(await opened(joined(whole.toSpliced(3, 1, 4)))).toBe('damaged');
    expect(await opened(joined(whole.toSpliced(3, 2, 4, 3)))).toBe('damaged');
    expect(await opened(joined(whole.slice(0, 15)))).toBe('damaged');
  });

  test('an attachment that changes while it is sealed', async () => {
    let reads = 0;
    const unsteady: Attachment = {
      name: 'a',
      size: 4,
      stream: () => new Blob([reads++ === 0 ? 'abcd' : 'abc']).stream(),
    };
    expect(await refusal(sealed('x25519', sampleLetter(), [unsteady]))).toBe('damaged');
    reads = 0;
    const swapped = { ...unsteady, stream: () => new Blob([reads++ === 0 ? 'abcd' : 'abce']).stream() };
    const message = await sealed('x25519', sampleLetter(), [swapped]);
    expect(await opened(message)).toBe('damaged');
  });
});

test('a text or a file beyond the limit is refused before anything is sealed', async () => {
  expect(await refusal(sealed('x25519', sampleLetter({ text: 'x'.repeat(20_001) })))).toBe('too-large');
  const huge: Attachment = { name: 'a', size: 50_000_001, stream: () => new Blob([]).stream() };
  expect(await refusal(sealed('x25519', sampleLetter(), [huge]))).toBe('too-large');
});

test('twenty thousand Chinese characters fit the smallest class', async () => {
  const message = await sealed('hybrid', sampleLetter({ text: '报'.repeat(20_000), reply_to: 'a'.repeat(2000) }));
  expect(message.length).toBe(sealedSize('hybrid', SLOTS, SIZE_CLASSES[0]));
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
