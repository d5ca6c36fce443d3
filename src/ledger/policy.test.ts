import { describe, expect, test } from 'vitest';
import { canonical, commitTo, decodeEntry, type Entry, encodeEntry, opens } from './entry.ts';
import { formatVerifierKey, generateKey } from './note.ts';
import { parsePolicy } from './policy.ts';
import { parseTilePath, tilePath } from './tile.ts';

const log = formatVerifierKey(generateKey('example.org/log', 'note'));
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => formatVerifierKey(generateKey(name, 'cosignature')));

describe('a policy', () => {
  const text = `
    # The example of C2SP tlog-policy, smaller.
    log ${log} https://example.org/log/
    witness X1 ${a}
    witness X2 ${b}\thttp://127.0.0.1:12340
    witness X3 ${c}
    group X-witnesses 2 X1 X2 X3
    witness Y1 ${d}
    group X-and-Y all X-witnesses Y1
    quorum X-and-Y
    checkpoint 20852163 CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
  `;

  test('says who is enough', () => {
    const { logs, witnesses, known, quorum, quorumName } = parsePolicy(text);
    expect([logs.length, witnesses.map(({ url }) => url), quorumName, known[0]?.size]).toEqual([
      1,
      [undefined, 'http://127.0.0.1:12340', undefined, undefined],
      'X-and-Y',
      20852163,
    ]);
    expect(quorum(new Set(['X1', 'X3', 'Y1']))).toBe(true);
    expect(quorum(new Set(['X1', 'X2', 'X3']))).toBe(false);
    expect(quorum(new Set(['X1', 'Y1']))).toBe(false);
    expect(parsePolicy('quorum none').quorum(new Set())).toBe(true);
  });

  test.for<[why: string, text: string, place: string]>([
    ['no quorum', `log ${log}`, 'p'],
    ['an unknown word', 'quorum none\nlogs x', 'p:2'],
    ['a key that is none', 'log nonsense\nquorum none', 'p:1'],
    ['a witness key for a log', `log ${a}\nquorum none`, 'p:1'],
    ['a log key for a witness', `witness W ${log}\nquorum none`, 'p:1'],
    ['one key twice', `witness W ${a}\nwitness V ${a}\nquorum none`, 'p:2'],
    ['one name twice', `witness W ${a}\nwitness W ${b}\nquorum none`, 'p:2'],
    ['a name that comes later', `quorum W\nwitness W ${a}`, 'p:1'],
    ['a member twice', `witness W ${a}\ngroup G all W\ngroup H any W\nquorum H`, 'p:3'],
    ['a threshold too high', `witness W ${a}\ngroup G 2 W\nquorum G`, 'p:2'],
    ['none as a member', 'group G any none\nquorum G', 'p:1'],
    ['two quorums', 'quorum none\nquorum none', 'p:2'],
    ['a control character', 'quorum none\r', 'p:1'],
  ])('is refused for %s, naming the line', ([, text, place]) => {
    expect(() => parsePolicy(text, 'p')).toThrow(expect.objectContaining({ code: 'invalid-content', place }));
  });
});

describe('an entry', () => {
  const entry: Entry = {
    v: 1,
    id: '0123456789ABCDEFGHJK',
    at: '2026-03-02T08:00:00.000Z',
    kind: 'record',
    actor: 'account:7F3K',
    act: 'lead.read',
    on: ['lead:X'],
  };

  test('has one text', () => {
    const bytes = encodeEntry(entry);
    expect(bytes.toString()).toBe(
      '{"act":"lead.read","actor":"account:7F3K","at":"2026-03-02T08:00:00.000Z","id":"0123456789ABCDEFGHJK","kind":"record","on":["lead:X"],"v":1}',
    );
    expect(decodeEntry(bytes)).toEqual(entry);
    expect(decodeEntry(Buffer.from(JSON.stringify(entry)))).toBeUndefined();
    expect(decodeEntry(Buffer.from(`${bytes} `))).toBeUndefined();
  });

  test.for<[string, Partial<Entry>]>([
    ['a name', { actor: 'Mira Novak' }],
    ['a sentence', { act: 'looked at Mira' }],
    ['free text about what it was done to', { on: ['the report of 2 March'] }],
    ['another language', { on: ['李雷'] }],
    ['a hash that is none', { digest: 'abc' }],
  ])('has no room for %s', ([, change]) => {
    expect(() => encodeEntry({ ...entry, ...change })).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  test('commits to details without giving them away', () => {
    const salt = Buffer.alloc(32, 7);
    const commitment = commitTo(salt, { reason: 'asked by the works council', lead: 'X' });
    expect(opens(commitment, salt, { lead: 'X', reason: 'asked by the works council' })).toBe(true);
    expect(opens(commitment, salt, { lead: 'X', reason: 'curiosity' })).toBe(false);
    expect(opens(commitment, Buffer.alloc(32, 8), { lead: 'X', reason: 'asked by the works council' })).toBe(false);
  });

  test('is written as RFC 8785 writes it', () => {
    // Section 3.2.3: names are ordered by their UTF-16 code units.
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonical(names)))).toHaveLength(7);
    expect(canonical(names).match(/:\d/g)?.join('')).toBe(':2:4:6:7:1:5:3');
    expect(canonical({ b: [true, null, 'a\u000f"\\'], a: -0 })).toBe('{"a":0,"b":[true,null,"a\\u000f\\"\\\\"]}');
    expect(() => canonical(0.5)).toThrow(expect.objectContaining({ code: 'defect' }));
  });
});

describe('the path of a tile', () => {
  test.for<[string, Parameters<typeof tilePath>[0]]>([
    ['tile/0/x001/x234/067', { level: 0, number: 1_234_067, width: 256 }],
    ['tile/entries/000.p/17', { level: 'entries', number: 0, width: 17 }],
    ['tile/63/x123/456.p/255', { level: 63, number: 123_456, width: 255 }],
  ])('is %s', ([path, tile]) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test.for([
    'tile/64/000',
    'tile/00/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/000.p/256',
    'tile/0/000.p/0',
    'tile/0/001/000',
    'x',
  ])('is never %s', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });
});
