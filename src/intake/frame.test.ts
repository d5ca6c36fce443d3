import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonLines, textLines } from './frame.ts';
import { SyslogFramer } from './syslog.ts';

const text = (body: string) => {
  const { bytes, lines } = textLines(Buffer.from(body));
  return { text: bytes.toString(), lines };
};
const json = (body: string) => jsonLines(Buffer.from(body)).bytes.toString();

test.each([
  ['', '', 0],
  ['\n\n', '', 0],
  ['a', 'a\n', 1],
  ['a\n\nb\r\n\r\nc', 'a\nb\r\nc\n', 3],
  ['\na\n', 'a\n', 1],
])('lines of %j', (body, expected, lines) => {
  expect(text(body)).toEqual({ text: expected, lines });
});

test('a JSON array, a pretty object, objects after one another, and CloudTrail become one value a line', () => {
  expect(json('[{"a":"],[\\""},\n{"b":\n [1]}]')).toBe('{"a":"],[\\""}\n{"b":  [1]}\n');
  expect(json('{\n  "a": 1\n}')).toBe('{   "a": 1 }\n');
  expect(json('{"a":1}\n{"b":2}')).toBe('{"a":1}\n{"b":2}\n');
  expect(json('{"Records":[{"a":1},{"b":2}]}')).toBe('{"a":1}\n{"b":2}\n');
  expect(json('[]')).toBe('');
  expect(json('no json\nat all')).toBe('no json\nat all\n');
});

test.each(['[{"a":1}', '[{"a":1},', '[1 2]', '["a]', '[{"a":1}] x'])('an array that is none: %s', (body) => {
  expect(() => json(body)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
});

test('an array becomes its elements, whatever they are', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue().filter((value) => value !== undefined)), fc.boolean(), (values, pretty) => {
      const lines = json(JSON.stringify(values, undefined, pretty ? 2 : undefined))
        .split('\n')
        .slice(0, -1);
      expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(values)));
    }),
  );
});

describe('syslog', () => {
  test('is cut the same wherever its bytes are cut, in both framings', () => {
    const messages = ['<34>1 a', '<13>Oct 11 22:14:15 host su: x', '<1>two\nlines'];
    const sent = Buffer.from(`7 <34>1 a<13>Oct 11 22:14:15 host su: x\r\n12 <1>two\nlines`);
    fc.assert(
      fc.property(fc.array(fc.nat(sent.length)), (cuts) => {
        const framer = new SyslogFramer();
        const places = [0, ...cuts.sort((a, b) => a - b), sent.length];
        const got = places.slice(1).flatMap((to, at) => framer.push(sent.subarray(places[at], to)));
        expect([...got, ...framer.end()].map(String)).toEqual([messages[0], messages[1], '<1>two#012lines']);
      }),
    );
  });

  test('a message without an end is no reason to run out of memory', () => {
    const framer = new SyslogFramer();
    expect(() => framer.push(Buffer.from('99999999 x'))).toThrow();
    expect(() => framer.push(Buffer.alloc(2 ** 20 + 100, 'a'))).toThrow();
  });
});
