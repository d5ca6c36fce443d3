/** Small real files in every format that is read, made from a text: for tests, fuzzing and benches. */
import { gzipSync } from 'node:zlib';
import yazl from 'yazl';

export type Sample = readonly [name: string, make: (text: string) => Promise<Buffer> | Buffer];

export const SAMPLES: readonly Sample[] = [
  ['plain.txt', (text) => Buffer.from(text)],
  ['utf16.txt', (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])],
  ['utf16-without-mark.txt', (text) => Buffer.from(text, 'utf16le')],
  ['utf16-big-endian.txt', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ['page.html', html],
  ['paper.docx', docx],
  ['sheet.xlsx', xlsx],
  ['slides.pptx', pptx],
  ['paper.odt', odt],
  ['paper.rtf', rtf],
  ['message.eml', eml],
  ['paper.pdf', pdf],
];

export const xml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export function zip(parts: Record<string, string | Buffer>): Promise<Buffer> {
  const file = new yazl.ZipFile();
  for (const [name, content] of Object.entries(parts)) file.addBuffer(Buffer.from(content as string), name);
  file.end();
  return collected(file.outputStream);
}

async function collected(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const CONTENT_TYPES =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>';

const paragraphs = (text: string) => text.split('\n');

export function docx(text: string): Promise<Buffer> {
  // Word cuts a paragraph into runs at will, also in the middle of a word.
  const body = paragraphs(text).map((line) => {
    const half = Math.floor(line.length / 2);
    const runs = [line.slice(0, half), line.slice(half)];
    return `<w:p>${runs.map((run) => `<w:r><w:t xml:space="preserve">${xml(run)}</w:t></w:r>`).join('')}</w:p>`;
  });
  return zip({
    '[Content_Types].xml': CONTENT_TYPES,
    'word/document.xml': `<?xml version="1.0"?><w:document><w:body>${body.join('')}</w:body></w:document>`,
  });
}

export function xlsx(text: string): Promise<Buffer> {
  const lines = paragraphs(text);
  const strings = lines.map((line) => `<si><t>${xml(line)}</t></si>`);
  const rows = lines.map((_, at) => `<row r="${at + 1}"><c r="A${at + 1}" t="s"><v>${at}</v></c></row>`);
  return zip({
    '[Content_Types].xml': CONTENT_TYPES,
    'xl/workbook.xml': '<workbook/>',
    'xl/sharedStrings.xml': `<sst>${strings.join('')}</sst>`,
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows.join('')}</sheetData></worksheet>`,
  });
}

export function pptx(text: string): Promise<Buffer> {
  const slide = (line: string) => `<p:sld><a:p><a:r><a:t>${xml(line)}</a:t></a:r></a:p></p:sld>`;
  const slides = paragraphs(text).map((line, at) => [`ppt/slides/slide${at + 1}.xml`, slide(line)]);
  return zip({
    '[Content_Types].xml': CONTENT_TYPES,
    'ppt/presentation.xml': '<p:presentation/>',
    ...Object.fromEntries(slides),
  });
}

export function odt(text: string): Promise<Buffer> {
  const body = paragraphs(text).map((line) => `<text:p>${xml(line)}</text:p>`);
  const file = new yazl.ZipFile();
  file.addBuffer(Buffer.from('application/vnd.oasis.opendocument.text'), 'mimetype', { compress: false });
  const content = `<office:document-content><office:text>${body.join('')}</office:text></office:document-content>`;
  file.addBuffer(Buffer.from(content), 'content.xml');
  file.end();
  return collected(file.outputStream);
}

export function html(text: string): Buffer {
  const body = paragraphs(text).map((line) => `<p>${xml(line)}</p>`);
  return Buffer.from(`<!doctype html><html><head><style>p { x: y }</style></head><body>${body.join('')}</body></html>`);
}

export function rtf(text: string): Buffer {
  const body = [...text].map((character) => {
    if (character === '\n') return '\\par\n';
    if (/[\\{}]/.test(character)) return `\\${character}`;
    if (character.charCodeAt(0) < 128) return character;
    return character
      .split('')
      .map((unit) => `\\u${(unit.charCodeAt(0) << 16) >> 16}?`)
      .join('');
  });
  return Buffer.from(`{\\rtf1\\ansi{\\fonttbl{\\f0 Unseen;}}\\f0 ${body.join('')}}`);
}

export function eml(text: string, attachments: Record<string, Buffer> = {}): Buffer {
  const boundary = 'x-boundary-x';
  const encoded = (bytes: Buffer) => bytes.toString('base64').replace(/.{76}/g, '$&\r\n');
  const attached = Object.entries(attachments).map(([name, bytes]) =>
    [
      `--${boundary}`,
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename="${name}"`,
      '',
      encoded(bytes),
    ].join('\r\n'),
  );
  return Buffer.from(
    [
      'From: one@example.org',
      'To: other@example.org',
      'Subject: ',
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed; boundary="${boundary}"`,
      '',
      `--${boundary}`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      encoded(Buffer.from(text)),
      ...attached,
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
}

/** A page of text for each 40 lines; a font that is not embedded, its characters numbered as Unicode (UniGB-UCS2-H). */
export function pdf(text: string): Buffer {
  const lines = paragraphs(text).flatMap((line) => line.match(/.{1,50}/gsu) ?? []);
  const pages: string[] = [];
  for (let at = 0; at < Math.max(1, lines.length); at += 40) {
    const shown = lines.slice(at, at + 40).map((line) => {
      const hex = Buffer.from(line, 'utf16le').swap16().toString('hex');
      return `<${hex}> Tj 0 -16 Td`;
    });
    pages.push(`BT /F1 10 Tf 40 780 Td ${shown.join('\n')} ET`);
  }
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${6 + 2 * at} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>',
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>',
    '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>',
    ...pages.flatMap((content, at) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${7 + 2 * at} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ];
  let file = '%PDF-1.5\n';
  const places = objects.map((object, at) => {
    const place = file.length;
    file += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  return Buffer.from(
    `${file}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`,
    'latin1',
  );
}

export function tar(parts: Record<string, Buffer>): Buffer {
  const blocks: Buffer[] = [];
  for (const [name, content] of Object.entries(parts)) {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    blocks.push(header, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export const gzip = (bytes: Buffer) => gzipSync(bytes);
