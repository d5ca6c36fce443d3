/** What a file is, by its first bytes; its name decides only between kinds of text. */

export type Kind =
  | 'pdf'
  | 'docx'
  | 'xlsx'
  | 'pptx'
  | 'odf'
  | 'rtf'
  | 'html'
  | 'mail'
  | 'text'
  | 'image'
  | 'zip'
  | 'tar'
  | 'gzip'
  | '7z'
  | 'old_office'
  | 'encrypted_office'
  | 'empty'
  | 'unknown';

const SIGNATURES: readonly [signature: string, at: number, kind: Kind][] = [
  ['504b0304', 0, 'zip'],
  ['504b0506', 0, 'zip'],
  ['504b0708', 0, 'zip'],
  ['1f8b', 0, 'gzip'],
  ['7573746172', 257, 'tar'],
  ['377abcaf271c', 0, '7z'],
  ['526172211a07', 0, '7z'],
  ['fd377a585a00', 0, '7z'],
  ['425a68', 0, '7z'],
  ['89504e47', 0, 'image'],
  ['ffd8ff', 0, 'image'],
  ['49492a00', 0, 'image'],
  ['4d4d002a', 0, 'image'],
  ['47494638', 0, 'image'],
  ['7b5c727466', 0, 'rtf'],
];
const OLE = 'd0cf11e0a1b11ae1';
/** Where a PDF may begin: viewers accept rubbish before it. */
const PDF_WITHIN = 1024;

export function kindOf(bytes: Uint8Array, name: string): Kind {
  if (bytes.length === 0) return 'empty';
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const pdf = buffer.subarray(0, PDF_WITHIN).indexOf('%PDF-');
  if (pdf === 0) return 'pdf';
  for (const [signature, at, kind] of SIGNATURES)
    if (buffer.toString('hex', at, at + signature.length / 2) === signature)
      return kind === 'zip' ? zipKind(buffer) : kind;
  if (buffer.toString('hex', 0, 8) === OLE)
    return buffer.includes(Buffer.from('EncryptedPackage', 'utf16le')) ? 'encrypted_office' : 'old_office';
  if (pdf > 0) return 'pdf';
  if (buffer.subarray(0, 2).toString('latin1') === 'BM' && /\.bmp$/i.test(name)) return 'image';
  if (/^RIFF....WEBP/s.test(buffer.toString('latin1', 0, 12))) return 'image';
  return textKind(buffer, name);
}

/** Office files are zips; the names of their parts stand in the directory at the end and before each part. */
function zipKind(buffer: Buffer): Kind {
  if (/^mimetypeapplication\/vnd\.oasis\.opendocument/.test(buffer.toString('latin1', 30, 120))) return 'odf';
  const tail = buffer.subarray(Math.max(0, buffer.length - 1_000_000));
  for (const [mark, kind] of [
    ['word/document.xml', 'docx'],
    ['xl/workbook.xml', 'xlsx'],
    ['ppt/presentation.xml', 'pptx'],
  ] as const)
    if (tail.includes(mark) && tail.includes('[Content_Types].xml')) return kind;
  return 'zip';
}

const MAIL_HEADER =
  /^(?:received|return-path|delivered-to|from|to|cc|subject|date|message-id|mime-version|content-type|reply-to|x-[\w-]+):/i;

function textKind(buffer: Buffer, name: string): Kind {
  const start = buffer.toString('latin1', 0, 4096).replace(/^\xef\xbb\xbf/, '');
  if (/^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(start)) return 'html';
  if (/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html)\b/is.test(start)) return 'html';
  if (/\.x?html?$/i.test(name) && start.includes('<')) return 'html';
  const headers = start.split(/\r?\n/, 12).filter((line) => MAIL_HEADER.test(line)).length;
  if (headers >= 3 || (headers >= 1 && /\.(?:eml|mht|mhtml)$/i.test(name))) return 'mail';
  return looksLikeText(buffer) ? 'text' : 'unknown';
}

/**
 * Text has hardly any control characters. UTF-16 has, seen byte by byte; there every other byte of the common
 * characters is the same one.
 */
function looksLikeText(buffer: Buffer): boolean {
  const sample = buffer.subarray(0, 65_536);
  const mark = sample.toString('hex', 0, 2);
  if (mark === 'fffe' || mark === 'feff') return true;
  let controls = 0;
  for (const byte of sample) if (byte < 32 && (byte < 7 || byte > 13) && byte !== 27) controls += 1;
  return controls / sample.length < 0.02 || utf16Without(sample) !== undefined;
}

/** UTF-16 without its mark: of which order, or undefined when it is none. */
export function utf16Without(sample: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const pairs = Math.floor(Math.min(sample.length, 65_536) / 2);
  if (pairs < 4) return undefined;
  const share = (first: number): number => {
    let good = 0;
    for (let at = 0; at < pairs; at++) {
      const high = sample[2 * at + first]!;
      const low = sample[2 * at + 1 - first]!;
      const latin = high === 0 && (low >= 32 || low === 9 || low === 10 || low === 13);
      if (latin || high === 0x30 || high === 0xff || (high >= 0x4e && high <= 0x9f)) good += 1;
    }
    return good / pairs;
  };
  // Text in one byte a character has no zero bytes, and in either order nothing but what looks like rare signs.
  let zeros = 0;
  for (let at = 0; at < 2 * pairs; at++) if (sample[at] === 0) zeros += 1;
  if (zeros === 0) return undefined;
  const [little, big] = [share(1), share(0)];
  if (Math.max(little, big) < 0.95) return undefined;
  return little >= big ? 'utf-16le' : 'utf-16be';
}
