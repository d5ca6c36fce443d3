/** Marks in PDF: words moved by a hundredth of their size to the side, or up and down. Text, order and fonts stay. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  decodePDFRawStream,
  PDFString as LiteralString,
  PDFArray,
  PDFDocument,
  PDFName,
  type PDFPage,
  PDFRawStream,
} from '@cantoo/pdf-lib';
import { type Insertion, rewritten, type Show, showsOf } from './content.ts';
import { type Layout, layoutOf, type Placed } from './glyphs.ts';
import { anchorOf, IDEOGRAPH, normalized, type Observation } from './text.ts';

const MAX_PAGES = 5000;
/** To the side and upwards, in sizes of the font: an eighth and a twelfth of a point at 12 points. */
export const SHIFT = 0.012;
export const RISE = 0.008;
const home = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

interface Word {
  readonly anchor: string | undefined;
  /** Its number on the page, its first glyph and the one after its last, in the order of the page's content. */
  readonly first: Placed;
  readonly last: Placed;
  /** Difference of the gaps before and after it, and its height over its neighbours', in sizes of the font. */
  readonly shift: number | undefined;
  readonly rise: number | undefined;
}

/** What can be seen in a PDF file. Errors: Error with what is wrong with the file. */
export async function observePdf(bytes: Uint8Array): Promise<Observation[]> {
  const seen: Observation[] = [];
  let unit = 0;
  for (const layout of await layoutsOf(bytes)) {
    unit += 2;
    for (const { anchor, first, last, shift, rise } of wordsOf(layout.placed)) {
      unit += 1;
      if (anchor === undefined || shift === undefined || rise === undefined) continue;
      const eligible = first.show >= 0 && first.show === last.show;
      seen.push({ channel: 'shift', anchor, value: shift, unit, eligible });
      seen.push({ channel: 'rise', anchor, value: rise, unit, eligible });
    }
  }
  return seen;
}

/** The copy: `signs` says for channel and anchor (joined by a blank) which way; `line` is put at the foot of every page. */
export async function markPdf(
  bytes: Uint8Array,
  signs: ReadonlyMap<string, number>,
  line: string,
): Promise<Uint8Array> {
  const layouts = await layoutsOf(bytes);
  const document = await PDFDocument.load(bytes, { updateMetadata: false, throwOnInvalidObject: false });
  const font = visibleFont(document, line);
  for (const [number, page] of document.getPages().entries()) {
    const content = contentOf(page);
    const layout = layouts[number];
    const marked = layout === undefined ? content : markedContent(content, layout, signs);
    const foot = footOf(page, line, font.encode);
    const whole = Buffer.concat([Buffer.from('q\n'), marked, Buffer.from(`\nQ\n${foot}`)]);
    page.node.set(PDFName.of('Contents'), document.context.register(document.context.flateStream(whole)));
    page.node.normalize();
    page.node.setFontDictionary(PDFName.of('CountersignCopy'), font.ref);
  }
  return await document.save({ addDefaultPage: false, updateFieldAppearances: false });
}

async function layoutsOf(bytes: Uint8Array): Promise<Layout[]> {
  const { getDocument, OPS, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = getDocument({
    data: new Uint8Array(bytes), // a copy: pdf.js takes what it is given away
    ...{ verbosity: VerbosityLevel.ERRORS, disableFontFace: true, useSystemFonts: false },
    ...{ isOffscreenCanvasSupported: false, isImageDecoderSupported: false },
    ...{ cMapUrl: join(home, 'cmaps/'), cMapPacked: true, standardFontDataUrl: join(home, 'standard_fonts/') },
  });
  try {
    const document = await task.promise;
    if (document.numPages > MAX_PAGES) throw new Error(`more than ${MAX_PAGES} pages`);
    const layouts: Layout[] = [];
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      layouts.push(await layoutOf(page, OPS as unknown as Record<string, number>));
      page.cleanup();
    }
    return layouts;
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') throw new Error('encrypted');
    throw error instanceof Error && error.message.startsWith('more than') ? error : new Error('a damaged PDF, or none');
  } finally {
    await task.destroy().catch(() => {});
  }
}

interface Group {
  readonly glyphs: Placed[];
  /** Whether the next one stands on the same line, further right. */
  joins: boolean;
}

/** Words and ideographs in the order of the page's content, with what stands around them. */
function wordsOf(placed: readonly Placed[]): Word[] {
  const groups: Group[] = [];
  let open = false;
  let before: Placed | undefined;
  for (const glyph of placed) {
    if (glyph.isSpace) {
      open = false;
      continue;
    }
    const gap = before === undefined ? 0 : (glyph.left - before.right) / glyph.size;
    const isSameLine =
      before !== undefined && Math.abs(glyph.base - before.base) < 0.2 * glyph.size && gap > -0.3 && gap < 2.5;
    const alone = IDEOGRAPH.test(glyph.text);
    if (open && isSameLine && gap < 0.12 && !alone) groups.at(-1)!.glyphs.push(glyph);
    else {
      if (groups.length > 0) groups.at(-1)!.joins = isSameLine;
      groups.push({ glyphs: [glyph], joins: false });
    }
    open = !alone;
    before = glyph;
  }
  const texts = groups.map(({ glyphs }) => normalized(glyphs.map(({ text }) => text).join('')));
  const page = texts.join('');
  let at = 0;
  return groups.map(({ glyphs, joins }, index) => {
    const [first, last] = [glyphs[0]!, glyphs.at(-1)!];
    const text = texts[index]!;
    const [previous, next] = [groups[index - 1], groups[index + 1]];
    const isInside = previous?.joins === true && joins && next !== undefined;
    const large = text.length >= 3 || IDEOGRAPH.test(text);
    const anchor = large ? anchorOf(page, at, at + text.length) : undefined;
    at += text.length;
    if (!isInside) return { anchor, first, last, shift: undefined, rise: undefined };
    const left = first.left - previous.glyphs.at(-1)!.right;
    const right = next.glyphs[0]!.left - last.right;
    const around = (previous.glyphs.at(-1)!.base + next.glyphs[0]!.base) / 2;
    return { anchor, first, last, shift: (left - right) / first.size, rise: (first.base - around) / first.size };
  });
}

function contentOf(page: PDFPage): Buffer {
  const contents = page.node.Contents();
  const streams = contents instanceof PDFArray ? contents.asArray().map((_, at) => contents.lookup(at)) : [contents];
  const parts = streams.flatMap((stream) =>
    stream instanceof PDFRawStream ? [Buffer.from(decodePDFRawStream(stream).decode()), Buffer.from('\n')] : [],
  );
  return Buffer.concat(parts);
}

/** The page's content with its carriers moved; as it was where the two readings of it do not agree. */
function markedContent(content: Buffer, { placed, counts }: Layout, signs: ReadonlyMap<string, number>): Buffer {
  let shows: Show[];
  try {
    shows = showsOf(content);
  } catch {
    return content;
  }
  if (shows.length !== counts.length) return content;
  const byShow = new Map<number, Insertion[]>();
  for (const { anchor, first, last } of wordsOf(placed)) {
    if (anchor === undefined || first.show < 0 || first.show !== last.show) continue;
    const shift = 1000 * SHIFT * (signs.get(`shift ${anchor}`) ?? 0);
    const rise = RISE * (signs.get(`rise ${anchor}`) ?? 0);
    if (shift === 0 && rise === 0) continue;
    const list = byShow.get(first.show) ?? [];
    list.push({ glyph: first.index, shift, rise: rise === 0 ? undefined : rise });
    list.push({ glyph: last.index + 1, shift: -shift, rise: rise === 0 ? undefined : 0 });
    byShow.set(first.show, list);
  }
  const parts: Buffer[] = [];
  let done = 0;
  for (const [number, insertions] of [...byShow].sort(([one], [other]) => one - other)) {
    const show = shows[number]!;
    const width = glyphWidth(show, counts[number]!);
    if (width === undefined) continue;
    parts.push(content.subarray(done, show.start), Buffer.from(rewritten(show, width, insertions)));
    done = show.end;
  }
  return Buffer.concat([...parts, content.subarray(done)]);
}

/** Bytes that stand for a glyph: one or two; undefined where they differ from glyph to glyph. */
function glyphWidth({ pieces }: Show, glyphs: number): 1 | 2 | undefined {
  const strings = pieces.filter((piece) => typeof piece !== 'number');
  const bytes = strings.reduce((sum, piece) => sum + piece.length, 0);
  if (bytes === glyphs) return 1;
  return bytes === 2 * glyphs && strings.every((piece) => piece.length % 2 === 0) ? 2 : undefined;
}

/** A font that every reader of PDF has, not embedded: Helvetica, or for Chinese the standard one of Adobe-GB1. */
function visibleFont(document: PDFDocument, line: string) {
  const { context } = document;
  if ([...line].every((sign) => sign.codePointAt(0)! < 128)) {
    const dict = context.obj({ Type: 'Font', Subtype: 'Type1', BaseFont: 'Helvetica', Encoding: 'WinAnsiEncoding' });
    return { ref: context.register(dict), encode: (text: string) => Buffer.from(text, 'latin1').toString('hex') };
  }
  const descendant = context.obj({
    ...{ Type: 'Font', Subtype: 'CIDFontType0', BaseFont: 'STSong-Light', DW: 1000 },
  });
  descendant.set(
    PDFName.of('CIDSystemInfo'),
    context.obj({ Registry: LiteralString.of('Adobe'), Ordering: LiteralString.of('GB1'), Supplement: 2 }),
  );
  const dict = context.obj({ Type: 'Font', Subtype: 'Type0', BaseFont: 'STSong-Light', Encoding: 'UniGB-UCS2-H' });
  dict.set(PDFName.of('DescendantFonts'), context.obj([context.register(descendant)]));
  return {
    ref: context.register(dict),
    encode: (text: string) => Buffer.from(text, 'utf16le').swap16().toString('hex'),
  };
}

/** An artifact: a screen reader of a tagged file passes it over, as it does page numbers (ISO 32000-2, 14.8.2.2). */
function footOf(page: PDFPage, line: string, encode: (text: string) => string): string {
  const { x, y } = page.getCropBox();
  const place = `1 0 0 1 ${x + 24} ${y + 14} Tm`;
  const text = `BT /CountersignCopy 7 Tf 0 g ${place} <${encode(line)}> Tj ET`;
  return `/Artifact <</Type /Pagination>> BDC q ${text} Q EMC\n`;
}
