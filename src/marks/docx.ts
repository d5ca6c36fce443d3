/** Marks in DOCX: tiny letter spacing of words, choices of XML that mean the same, and blanks at the end of paragraphs. */
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import yazl from 'yazl';
import { type Body, escapeXml, type Paragraph, type Run, readBody, withSpacing } from './ooxml.ts';
import { anchorOf, IDEOGRAPH, normalized, type Observation, paragraphAnchor } from './text.ts';

const MAIN = 'word/document.xml';
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_PARTS = 20_000;
/** In twentieths of a point: a tenth of a point, less than kerning does. */
export const SPACING = 2;

/** A part of the file, unpacked. */
interface Part {
  readonly name: string;
  readonly bytes: Buffer;
}

/** What can be seen in a DOCX file. Errors: Error with what is wrong with the file. */
export async function observeDocx(bytes: Uint8Array): Promise<Observation[]> {
  const { body } = await openDocx(bytes);
  const seen: Observation[] = [];
  let unit = 0;
  for (const [number, paragraph] of body.paragraphs.entries()) {
    const words = wordsOf(paragraph);
    unit += 2;
    for (const { anchor, run, text, eligible } of words) {
      unit += 1;
      if (anchor === undefined) continue;
      seen.push({ channel: 'spacing', anchor, value: run.spacing, unit, eligible });
      // Where a text ends in a blank it has to say so: it has no choice, and says nothing.
      if (eligible || run.text === text)
        seen.push({ channel: 'xml', anchor, value: run.text === text && run.preserve ? 1 : 0, unit, eligible });
    }
    const tail = tailOf(paragraph);
    if (tail) seen.push({ channel: 'tail', ...tail, unit: 2 * number });
  }
  return seen;
}

/** The copy: `signs` says for channel and anchor (joined by a blank) which way; `line` is the paragraph put before all. */
export async function markDocx(
  bytes: Uint8Array,
  signs: ReadonlyMap<string, number>,
  line: string,
): Promise<Uint8Array> {
  const { parts, xml, body } = await openDocx(bytes);
  const edits: { start: number; end: number; text: string }[] = [];
  for (const paragraph of body.paragraphs) {
    const byRun = new Map<Run, Word[]>();
    for (const word of wordsOf(paragraph)) byRun.set(word.run, [...(byRun.get(word.run) ?? []), word]);
    const tail = tailOf(paragraph);
    const ends = tail?.eligible && (signs.get(`tail ${tail.anchor}`) ?? 0) > 0 ? lastRun(paragraph) : undefined;
    for (const run of paragraph.runs) {
      const text = dividedRun(run, byRun.get(run) ?? [], signs, run === ends);
      if (text !== undefined) edits.push({ start: run.start, end: run.end, text });
    }
  }
  edits.push({ start: body.start, end: body.start, text: visibleParagraph(line) });
  const changed = parts.map(({ name, bytes: old }) =>
    name === MAIN ? { name, bytes: Buffer.from(splice(xml, edits)) } : { name, bytes: old },
  );
  return await packed(changed);
}

interface Word {
  readonly anchor: string | undefined;
  readonly run: Run;
  /** Within the run's text. */
  readonly start: number;
  readonly text: string;
  readonly eligible: boolean;
}

const WORDS = new RegExp(`${IDEOGRAPH.source}|(?:(?!${IDEOGRAPH.source})\\S)+`, 'gu');

/** Words and ideographs of a paragraph, each with the run in which it begins. */
function wordsOf({ runs }: Paragraph): Word[] {
  const whole = runs.map(({ text }) => text).join('');
  const clean = normalized(whole);
  const words: Word[] = [];
  let [run, begins, at, done] = [0, 0, 0, 0];
  for (const found of whole.matchAll(WORDS)) {
    at += normalized(whole.slice(done, found.index)).length;
    const length = normalized(found[0]).length;
    done = found.index + found[0].length;
    while (run < runs.length && found.index >= begins + runs[run]!.text.length) begins += runs[run++]!.text.length;
    const own = runs[run]!;
    const start = found.index - begins;
    const inside = start + found[0].length <= own.text.length;
    const large = length >= 3 || IDEOGRAPH.test(found[0]);
    // The same letter spacing as the run's: links and fields whose text is a run of their own are carriers, too.
    const anchor = large && inside ? anchorOf(clean, at, at + length) : undefined;
    words.push({ anchor, run: own, start, text: found[0], eligible: own.plain && anchor !== undefined });
    at += length;
  }
  return words;
}

const lastRun = ({ runs }: Paragraph): Run | undefined => runs.findLast(({ text }) => text !== '');

function tailOf(paragraph: Paragraph): { anchor: string; value: number; eligible: boolean } | undefined {
  const text = paragraph.runs.map((run) => run.text).join('');
  const anchor = paragraphAnchor(text);
  if (anchor === undefined) return undefined;
  const value = /[ \u00a0]$/.test(text) ? 1 : 0;
  return { anchor, value, eligible: value === 0 && lastRun(paragraph)?.plain === true };
}

/** The run as several, each carrier one of its own; undefined where nothing changes. */
function dividedRun(
  run: Run,
  words: readonly Word[],
  signs: ReadonlyMap<string, number>,
  withBlank: boolean,
): string | undefined {
  const carriers = words.filter(
    ({ anchor, eligible }) => eligible && (signs.has(`spacing ${anchor}`) || signs.has(`xml ${anchor}`)),
  );
  if (!run.plain || (carriers.length === 0 && !withBlank)) return undefined;
  const pieces: string[] = [];
  const piece = (text: string, properties: string, preserve: boolean) =>
    pieces.push(
      `${run.open}${properties}<w:t${preserve ? ' xml:space="preserve"' : ''}>${escapeXml(text)}</w:t></w:r>`,
    );
  const plain = (text: string) => text !== '' && piece(text, run.properties, /^\s|\s$/.test(text) || run.preserve);
  let done = 0;
  for (const { anchor, start, text } of carriers) {
    plain(run.text.slice(done, start));
    const spacing = signs.get(`spacing ${anchor}`) ?? 0;
    const properties = spacing === 0 ? run.properties : withSpacing(run.properties, run.spacing + SPACING * spacing);
    piece(text, properties, (signs.get(`xml ${anchor}`) ?? -1) > 0);
    done = start + text.length;
  }
  plain(run.text.slice(done) + (withBlank ? ' ' : ''));
  return pieces.join('');
}

function splice(xml: string, edits: { start: number; end: number; text: string }[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start)) {
    parts.push(xml.slice(done, start), text);
    done = end;
  }
  return parts.join('') + xml.slice(done);
}

const visibleParagraph = (line: string): string =>
  `<w:p><w:pPr><w:spacing w:before="0" w:after="120"/></w:pPr><w:r><w:rPr><w:sz w:val="16"/></w:rPr>` +
  `<w:t>${escapeXml(line)}</w:t></w:r></w:p>`;

interface Opened {
  readonly parts: readonly Part[];
  readonly xml: string;
  readonly body: Body;
}

async function openDocx(bytes: Uint8Array): Promise<Opened> {
  const parts = await unpacked(bytes);
  const main = parts.find(({ name }) => name === MAIN);
  if (main === undefined) throw new Error('it has no main part of a DOCX file');
  const xml = new TextDecoder(main.bytes.subarray(0, 2).toString('hex') === 'fffe' ? 'utf-16le' : 'utf-8').decode(
    main.bytes,
  );
  if (/^<!DOCTYPE/im.test(xml.slice(0, 4096))) throw new Error('its XML has a DTD, which no office program writes');
  const body = readBody(xml);
  if (body.start < 0) throw new Error('its main part holds no document');
  return { parts, xml, body };
}

const fromBuffer = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer);

async function unpacked(bytes: Uint8Array): Promise<Part[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const zip = await fromBuffer(buffer, { lazyEntries: true, validateEntrySizes: true }).catch(() => {
    throw new Error('a damaged zip file, or none');
  });
  const parts: Part[] = [];
  let size = 0;
  return await new Promise((resolve, reject) => {
    zip.on('error', () => reject(new Error('a damaged zip file')));
    zip.on('end', () => resolve(parts));
    zip.on('entry', (entry: yauzl.Entry) => {
      size += entry.uncompressedSize;
      if (parts.length >= MAX_PARTS) return reject(new Error(`more than ${MAX_PARTS} parts`));
      if (size > MAX_BYTES) return reject(new Error(`unpacks to more than ${MAX_BYTES / 1048576} MB`));
      if ((entry.generalPurposeBitFlag & 1) !== 0) return reject(new Error('encrypted'));
      zip.openReadStream(entry, async (error, stream) => {
        if (error) return reject(new Error('a damaged part in the zip file'));
        try {
          const chunks: Buffer[] = [];
          for await (const chunk of stream) chunks.push(chunk as Buffer);
          parts.push({ name: entry.fileName, bytes: Buffer.concat(chunks) });
          zip.readEntry();
        } catch {
          reject(new Error('a damaged part in the zip file'));
        }
      });
    });
    zip.readEntry();
  });
}

/** All parts in their order, with one date for all: the same parts give the same bytes. */
export async function packed(parts: readonly { name: string; bytes: Uint8Array }[]): Promise<Uint8Array> {
  const zip = new yazl.ZipFile();
  const mtime = new Date(Date.UTC(1980, 0, 1, 12));
  for (const { name, bytes } of parts)
    if (name.endsWith('/')) zip.addEmptyDirectory(name, { mtime });
    else zip.addBuffer(Buffer.from(bytes), name, { mtime, compress: bytes.length > 0, forceDosTimestamp: true });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
