/** The main part of a DOCX file (ECMA-376, WordprocessingML) with the places of its paragraphs, runs and texts. */
import { Parser } from 'htmlparser2';

/** Offsets into the XML, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Run extends Span {
  /** The opening tag. */
  readonly open: string;
  /** The run's properties as written; '' where there are none. */
  readonly properties: string;
  /** Its text; of a run with anything but one text, what texts it has. */
  readonly text: string;
  /** It is nothing but properties and one text: it can be divided. */
  readonly plain: boolean;
  /** w:spacing of its properties, in twentieths of a point. */
  readonly spacing: number;
  /** Whether its text says xml:space="preserve". */
  readonly preserve: boolean;
}

export interface Paragraph {
  readonly runs: readonly Run[];
}

export interface Body {
  readonly paragraphs: readonly Paragraph[];
  /** Where the first thing of the body stands. */
  readonly start: number;
}

interface OpenRun {
  start: number;
  open: string;
  properties: string;
  propertiesStart: number;
  text: string;
  texts: number;
  others: number;
  spacing: number;
  preserve: boolean;
}

const MAX_DEPTH = 2000;

/** Paragraphs in the order in which they end. Errors: RangeError for nesting that no program writes. */
export function readBody(xml: string): Body {
  const paragraphs: { runs: Run[] }[] = [];
  const open: { runs: Run[] }[] = [];
  const runs: OpenRun[] = [];
  const path: string[] = [];
  let start = -1;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const parent = path.at(-1);
        path.push(name);
        if (path.length > MAX_DEPTH) throw new RangeError('nested too deeply');
        const run = runs.at(-1);
        if (name === 'w:body') start = parser.endIndex + 1;
        else if (name === 'w:p') open.push({ runs: [] });
        else if (name === 'w:r')
          runs.push(newRun(parser.startIndex, xml.slice(parser.startIndex, parser.endIndex + 1)));
        else if (run === undefined) return;
        else if (name === 'w:rPr' && parent === 'w:r') run.propertiesStart = parser.startIndex;
        else if (name === 'w:spacing' && parent === 'w:rPr' && path.at(-3) === 'w:r')
          run.spacing = Number(attributes['w:val']) || 0;
        else if (name === 'w:t' && parent === 'w:r') {
          run.texts += 1;
          run.preserve = attributes['xml:space'] === 'preserve';
        } else if (parent === 'w:r') run.others += 1;
      },
      ontext(text) {
        const run = runs.at(-1);
        if (run !== undefined && path.at(-1) === 'w:t') run.text += text;
      },
      onclosetag(name) {
        path.pop();
        if (name === 'w:rPr' && path.at(-1) === 'w:r') {
          const run = runs.at(-1);
          if (run) run.properties = xml.slice(run.propertiesStart, parser.endIndex + 1);
        } else if (name === 'w:r') {
          const run = runs.pop();
          if (run) open.at(-1)?.runs.push(closed(run, parser.endIndex + 1));
        } else if (name === 'w:p') {
          const paragraph = open.pop();
          if (paragraph) paragraphs.push(paragraph);
        }
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
  return { paragraphs, start };
}

const newRun = (start: number, open: string): OpenRun => ({
  ...{ start, open, properties: '', propertiesStart: start, text: '', texts: 0, others: 0, spacing: 0 },
  preserve: false,
});

function closed({ start, open, properties, text, texts, others, spacing, preserve }: OpenRun, end: number): Run {
  return { start, end, open, properties, text, plain: texts === 1 && others === 0, spacing, preserve };
}

/** The run's properties with another spacing. The schema has an order: w:spacing comes after those before it. */
export function withSpacing(properties: string, spacing: number): string {
  const element = `<w:spacing w:val="${spacing}"/>`;
  if (properties === '' || /^<w:rPr\s*\/>$/.test(properties)) return `<w:rPr>${element}</w:rPr>`;
  const bare = properties.replace(/<w:spacing\b[^>]*?(?:\/>|>\s*<\/w:spacing>)/, '');
  const later = AFTER_SPACING.map((name) => bare.search(new RegExp(`<w:${name}\\b`))).filter((at) => at >= 0);
  const at = later.length > 0 ? Math.min(...later) : bare.lastIndexOf('</w:rPr>');
  return bare.slice(0, at) + element + bare.slice(at);
}

/** CT_RPr of ECMA-376 part 1, 17.3.2.28: what stands after w:spacing. */
const AFTER_SPACING = [
  ...['w', 'kern', 'position', 'sz', 'szCs', 'highlight', 'u', 'effect', 'bdr', 'shd', 'fitText', 'vertAlign', 'rtl'],
  ...['cs', 'em', 'lang', 'eastAsianLayout', 'specVanish', 'oMath', 'rPrChange'],
];

export const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!);
