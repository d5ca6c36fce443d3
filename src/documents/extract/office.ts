/** Text of the Office formats that are zips of XML: DOCX, XLSX, PPTX (ECMA-376) and OpenDocument (OASIS). */

import { walkXml } from './markup.ts';
import { type Inside, Unreadable } from './part.ts';
import { plainText } from './text.ts';
import { openZip, readEntry, type ZipEntry } from './zip.ts';

/** What of each format is text, in the order in which a reader meets it. */
const TEXT_PARTS: readonly RegExp[] = [
  /^word\/document\d*\.xml$/,
  /^word\/(?:footnotes|endnotes|comments)\.xml$/,
  /^word\/(?:header|footer)\d*\.xml$/,
  /^xl\/worksheets\/sheet\d+\.xml$/,
  /^xl\/comments\d*\.xml$/,
  /^ppt\/slides\/slide\d+\.xml$/,
  /^ppt\/notesSlides\/notesSlide\d+\.xml$/,
  /^content\.xml$/,
];
const EMBEDDED = /(?:^|\/)embeddings\/[^/]+\.(?:docx|xlsx|pptx|odt|ods|odp|pdf|rtf)$/i;
const SHARED_STRINGS = 'xl/sharedStrings.xml';

/** The text of an Office file; documents that are embedded in it are parts of their own. */
export async function officeParts(bytes: Uint8Array, inside: Inside): Promise<string> {
  const zip = await openZip(bytes);
  const entries = new Map<string, ZipEntry>();
  for (const entry of zip.entries) {
    if (entry.encrypted) throw new Unreadable('encrypted: it opens with a password alone');
    entries.set(entry.name, entry);
  }
  if (entries.has('META-INF/manifest.xml')) {
    const manifest = plainText(await readEntry(zip, entries.get('META-INF/manifest.xml')!, inside.budget));
    if (/<manifest:encryption-data\b/.test(manifest)) throw new Unreadable('encrypted: it opens with a password alone');
  }
  const shared = entries.get(SHARED_STRINGS);
  const strings = shared ? sharedStrings(plainText(await readEntry(zip, shared, inside.budget))) : [];
  const texts: string[] = [];
  for (const pattern of TEXT_PARTS)
    for (const name of [...entries.keys()].filter((key) => pattern.test(key)).sort(byNumber)) {
      const xml = plainText(await readEntry(zip, entries.get(name)!, inside.budget));
      texts.push(name.startsWith('xl/worksheets/') ? sheetText(xml, strings) : partText(xml));
    }
  for (const [name, entry] of entries)
    if (EMBEDDED.test(name)) await inside.part({ name, bytes: await readEntry(zip, entry, inside.budget) });
  return texts.join('\n');
}

/** slide2 before slide10. */
function byNumber(one: string, other: string): number {
  const number = (name: string) => Number(/(\d+)\.xml$/.exec(name)?.[1] ?? 0);
  return number(one) - number(other) || (one < other ? -1 : 1);
}

/** Elements whose text is the document's, by the names the formats give them. */
const TEXT_ELEMENTS = new Set(['w:t', 'a:t', 't', 'm:t', 'text:p', 'text:h', 'text:a', 'text:span', 'text:title']);
const PARAGRAPHS = new Set(['w:p', 'a:p', 'text:p', 'text:h', 'si', 'row', 'w:br', 'text:line-break', 'comment']);
const SPACES = new Set(['w:tab', 'text:tab', 'text:s', 'a:br']);

function partText(xml: string): string {
  const parts: string[] = [];
  const open: boolean[] = [];
  walkXml(xml, {
    open(name) {
      open.push(TEXT_ELEMENTS.has(name));
      if (SPACES.has(name)) parts.push(' ');
    },
    text(text) {
      if (open.at(-1)) parts.push(text);
    },
    close(name) {
      open.pop();
      if (PARAGRAPHS.has(name)) parts.push('\n');
    },
  });
  return parts.join('');
}

/** The strings of a workbook by their number. Readings of ideographs (rPh) are no part of them. */
function sharedStrings(xml: string): string[] {
  const strings: string[] = [];
  let current = '';
  let inText = false;
  let inReading = 0;
  walkXml(xml, {
    open(name) {
      if (name === 'si') current = '';
      else if (name === 'rPh') inReading += 1;
      else if (name === 't') inText = inReading === 0;
    },
    text(text) {
      if (inText) current += text;
    },
    close(name) {
      if (name === 'si') strings.push(current);
      else if (name === 'rPh') inReading = Math.max(0, inReading - 1);
      else if (name === 't') inText = false;
    },
  });
  return strings;
}

/** The cells of a sheet as a table: values as they are stored, formulas left out. */
function sheetText(xml: string, strings: readonly string[]): string {
  const parts: string[] = [];
  let type = '';
  let inValue = false;
  let value = '';
  walkXml(xml, {
    open(name, attributes) {
      if (name === 'c') {
        type = attributes.t ?? '';
        value = '';
      } else if (name === 'v' || name === 't') inValue = true;
    },
    text(text) {
      if (inValue) value += text;
    },
    close(name) {
      if (name === 'v' || name === 't') inValue = false;
      else if (name === 'c') parts.push(type === 's' ? (strings[Number(value)] ?? '') : value, '\t');
      else if (name === 'row') parts.push('\n');
    },
  });
  return parts.join('');
}
