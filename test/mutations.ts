/** Files that somebody has tampered with: real ones of every format, changed by lot. */
import { docx, eml, gzip, pdf, SAMPLES, tar, xlsx, zip } from './samples.ts';

export interface Seeded {
  readonly name: string;
  readonly bytes: Buffer;
}

const TEXT = `Valve test report 阀门试验报告\n${'The valve holds 310 bar for ninety minutes, and leaks less than two millilitres. '.repeat(6)}`;

/** Real files to begin with: every format, and containers of them. */
export async function seeds(): Promise<Seeded[]> {
  const plain = await Promise.all(
    SAMPLES.map(async ([name, make]) => ({ name, bytes: Buffer.from(await make(TEXT)) })),
  );
  const packed = await zip(Object.fromEntries(plain.map(({ name, bytes }) => [name, bytes])));
  return [
    ...plain,
    { name: 'packed.zip', bytes: packed },
    { name: 'packed.tar', bytes: tar({ 'a.pdf': pdf(TEXT), 'b.zip': packed }) },
    { name: 'packed.tar.gz', bytes: gzip(tar({ 'a.docx': await docx(TEXT), 'b.xlsx': await xlsx(TEXT) })) },
    { name: 'message.eml', bytes: eml(TEXT, { 'a.zip': packed }) },
    { name: 'picture.png', bytes: Buffer.from(PICTURE, 'base64') },
    { name: 'x.7z', bytes: Buffer.from(`377abcaf271c0004${'00'.repeat(60)}`, 'hex') },
  ];
}

/** One pixel. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What has broken parsers before: ends and signs of numbers, deep nesting, names that lead out. */
const TOKENS = [
  ...['\0', '\xff\xff\xff\xff', '\x7f\xff\xff\xff', '99999999999', '-1', '%n%s', '../../../../tmp/out', '<!DOCTYPE x>'],
  ...['{'.repeat(5000), '<a>'.repeat(5000), '['.repeat(5000), '<<'.repeat(3000), '(((((((((((a+)+)+)+)+)+)+)+)+)+)+'],
  ...['<!ENTITY a "&a;&a;">&a;', "\\'", '\\u-99999999 ', '\\bin999999999 ', 'stream\n', 'endobj', 'xref\n0 99999999\n'],
  ...['Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n'.repeat(200), '=?utf-8?b?////?='.repeat(500)],
];

/** A file changed in one to four ways; `draw(n)` gives a number below n. */
export function mutated(seed: Seeded, draw: (below: number) => number): Seeded {
  let bytes = Buffer.from(seed.bytes);
  for (let times = 1 + draw(4); times > 0 && bytes.length > 0; times--) {
    const at = draw(bytes.length);
    const size = 1 + draw(Math.min(64, bytes.length));
    const token = Buffer.from(TOKENS[draw(TOKENS.length)]!, 'latin1');
    const ways = [
      () => bytes.subarray(0, at),
      () => Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at)]),
      () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]),
      () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + size), bytes.subarray(at)]),
      () => changed(bytes, () => draw(256), at, size),
      () => changed(bytes, (old) => old ^ (1 << draw(8)), at, 1),
      () => changed(bytes, () => [0, 255, 127, 128][draw(4)]!, at, Math.min(8, size)),
    ];
    bytes = Buffer.from(ways[draw(ways.length)]!());
  }
  // A parser is also given what another format's name promises.
  const names = ['.pdf', '.docx', '.html', '.eml', '.rtf', '.zip', '.txt', ''];
  const name = draw(10) === 0 ? `other${names[draw(names.length)]}` : seed.name;
  return { name, bytes };
}

function changed(bytes: Buffer, to: (old: number) => number, at: number, size: number): Buffer {
  for (let index = at; index < Math.min(bytes.length, at + size); index++) bytes[index] = to(bytes[index]!);
  return bytes;
}
