/** Files of decoys, from the templates in content/decoys: dull papers that nobody needs, in the formats of the house. */
import { readFileSync } from 'node:fs';
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib';
import { Fault } from '../base/fault.ts';
import { stream } from './code.ts';
import { packed } from './docx.ts';
import { escapeXml } from './ooxml.ts';

export const DECOY_FORMATS = ['docx', 'pdf', 'txt'] as const;
export type DecoyFormat = (typeof DECOY_FORMATS)[number];
export type DecoyLanguage = 'en' | 'zh-CN';

interface Templates {
  readonly words: Readonly<Record<string, readonly string[]>>;
  readonly templates: readonly {
    readonly id: string;
    readonly title: string;
    readonly paragraphs: readonly string[];
  }[];
}

export interface Paper {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

export function decoyTemplates(language: DecoyLanguage): string[] {
  return read(language).templates.map(({ id }) => id);
}

const read = (language: DecoyLanguage): Templates =>
  JSON.parse(readFileSync(new URL(`../../content/decoys/${language}.json`, import.meta.url), 'utf8')) as Templates;

/** A paper of the template; the same seed gives the same words. Errors: not-found for a template that is none. */
export function decoyPaper(language: DecoyLanguage, template: string, seed: Uint8Array): Paper {
  const { words, templates } = read(language);
  const found = templates.find(({ id }) => id === template);
  if (!found) throw new Fault('not-found', `There is no template ${template}.`, { place: '--template' });
  const draw = stream(seed, 'decoy');
  const number = (least: number, most: number) => String(least + Math.floor(draw() * (most - least + 1)));
  // One project throughout; everything else is drawn wherever it stands.
  const project = words.project![Math.floor(draw() * words.project!.length)]!;
  const drawn: Record<string, () => string> = {
    project: () => project,
    week: () => number(2, 50),
    percent: () => number(35, 92),
    days: () => number(3, 14),
  };
  const fill = (text: string) =>
    text.replace(
      /\{(\w+)\}/g,
      (_, slot: string) => drawn[slot]?.() ?? words[slot]![Math.floor(draw() * words[slot]!.length)]!,
    );
  return { title: fill(found.title), paragraphs: found.paragraphs.map(fill) };
}

/** Errors: invalid-input for Chinese in PDF, for which a font would have to be shipped. */
export async function decoyFile({ title, paragraphs }: Paper, format: DecoyFormat): Promise<Uint8Array> {
  if (format === 'txt') return Buffer.from(`${title}\n\n${paragraphs.join('\n\n')}\n`);
  if (format === 'docx') return await packed(docxParts(title, paragraphs));
  if (/[^\x20-\x7e]/.test(title))
    throw new Fault('invalid-input', 'Decoys in Chinese are made as docx or txt.', { place: '--format' });
  return await pdf(title, paragraphs);
}

async function pdf(title: string, paragraphs: readonly string[]): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.setTitle(title);
  document.setProducer('');
  document.setCreator('');
  const [body, head] = [
    await document.embedFont(StandardFonts.Helvetica),
    await document.embedFont(StandardFonts.HelveticaBold),
  ];
  const page = document.addPage([595, 842]);
  page.drawText(title, { x: 64, y: 760, size: 15, font: head, maxWidth: 467 });
  let y = 715;
  for (const paragraph of paragraphs) {
    page.drawText(paragraph, { x: 64, y, size: 11, font: body, maxWidth: 467, lineHeight: 15 });
    y -= 15 * Math.ceil(body.widthOfTextAtSize(paragraph, 11) / 450) + 10;
  }
  return await document.save();
}

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
const MAIN = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
const WORDS = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

export function docxParts(title: string, paragraphs: readonly string[]): { name: string; bytes: Buffer }[] {
  const paragraph = (text: string, properties: string) =>
    `<w:p><w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${escapeXml(text)}</w:t></w:r></w:p>`;
  const body = [
    paragraph(title, '<w:b/><w:sz w:val="28"/>'),
    ...paragraphs.map((text) => paragraph(text, '<w:sz w:val="22"/>')),
  ];
  return [
    {
      name: '[Content_Types].xml',
      text: `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${MAIN}"/></Types>`,
    },
    {
      name: '_rels/.rels',
      text: `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}" Target="word/document.xml"/></Relationships>`,
    },
    {
      name: 'word/document.xml',
      text: `<w:document xmlns:w="${WORDS}"><w:body>${body.join('')}<w:sectPr/></w:body></w:document>`,
    },
  ].map(({ name, text }) => ({ name, bytes: Buffer.from(XML + text) }));
}
