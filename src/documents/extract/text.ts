/** Plain text in any common encoding. */
import { utf16Without } from './kind.ts';

/** The encoding of `bytes`, a label of the WHATWG Encoding standard. The name inside the file, if any, is not believed. */
export function encodingOf(bytes: Uint8Array): string {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const sample = bytes.subarray(0, 1 << 20);
  const wide = utf16Without(sample);
  if (wide !== undefined) return wide;
  if (isUtf8(bytes)) return 'utf-8';
  return doubleByte(sample) ?? 'windows-1252';
}

export function plainText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** A file that was cut, or holds a few stray bytes, is still UTF-8: nothing else looks like it. */
function isUtf8(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 1 << 20);
  const text = new TextDecoder('utf-8').decode(sample);
  let wrong = 0;
  let wide = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0xfffd) wrong += 1;
    else if (unit > 127) wide += 1;
  }
  return wrong === 0 || wrong * 20 < wide;
}

/**
 * Chinese, Japanese and Korean in two bytes a character. In each the first byte of the common characters lies in a
 * range of its own; the encoding in which most of the bytes above 127 pair up that way is taken.
 */
function doubleByte(sample: Uint8Array): string | undefined {
  const found = DOUBLE_BYTE.map(({ label, common }) => ({ label, share: pairShare(sample, common) }));
  const best = found.reduce((one, other) => (other.share > one.share ? other : one));
  return best.share > 0.85 ? best.label : undefined;
}

type Common = (lead: number, trail: number) => boolean;

/** GB 18030 comes first: where another is as good, it is taken. */
const DOUBLE_BYTE: readonly { label: string; common: Common }[] = [
  {
    label: 'gb18030', // characters of GB 2312's first level, and its signs
    common: (lead, trail) => trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3)),
  },
  {
    label: 'big5', // characters of Big5's first level, and its signs
    common: (lead, trail) =>
      lead >= 0xa1 && lead <= 0xc6 && ((trail >= 0x40 && trail <= 0x7e) || (trail >= 0xa1 && trail <= 0xfe)),
  },
  {
    label: 'shift_jis',
    common: (lead, trail) =>
      ((lead >= 0x81 && lead <= 0x84) || (lead >= 0x88 && lead <= 0x97)) && trail >= 0x40 && trail !== 0x7f,
  },
  { label: 'euc-kr', common: (lead, trail) => trail >= 0xa1 && lead >= 0xb0 && lead <= 0xc8 },
];

function pairShare(sample: Uint8Array, common: Common): number {
  let pairs = 0;
  let good = 0;
  for (let at = 0; at + 1 < sample.length; at++) {
    if (sample[at]! < 0x80) continue;
    pairs += 1;
    if (!common(sample[at]!, sample[at + 1]!)) continue;
    good += 1;
    at += 1;
  }
  return pairs === 0 ? 0 : good / pairs;
}
