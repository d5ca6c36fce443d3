/**
 * Text of HTML and XML. One reader for both: it knows no DTD and no entities but the predefined ones, so that nothing
 * is expanded and nothing fetched (XXE, "billion laughs"), and it goes on where a document is damaged.
 */
import { Parser } from 'htmlparser2';

const SILENT = new Set(['script', 'style', 'template', 'noscript', 'svg', 'math']);

/** The text a reader of the page sees, with its title, and the texts that stand for pictures. */
export function htmlText(source: string): string {
  const parts: string[] = [];
  let silent = 0;
  const parser = new Parser(
    {
      onopentagname(name) {
        if (SILENT.has(name)) silent += 1;
      },
      onopentag(_, attributes) {
        if (silent === 0 && attributes.alt) parts.push(' ', attributes.alt, ' ');
      },
      ontext(text) {
        if (silent === 0) parts.push(text);
      },
      onclosetag(name) {
        if (SILENT.has(name)) silent = Math.max(0, silent - 1);
        else if (!INLINE.has(name)) parts.push('\n');
      },
    },
    { decodeEntities: true },
  );
  parser.end(source);
  return parts.join('');
}

const INLINE = new Set('a abbr b cite code em font i kbd mark q s small span strong sub sup tt u var wbr'.split(' '));

export interface XmlHandler {
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Walks an XML document; names carry their prefix as written. */
export function walkXml(source: string, handler: XmlHandler): void {
  const parser = new Parser(
    {
      onopentag: (name, attributes) => handler.open?.(name, attributes),
      ontext: (text) => handler.text?.(text),
      onclosetag: (name) => handler.close?.(name),
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(source);
}
