/** Text of RTF (Rich Text Format 1.9.1): groups that are not text left out, characters of all its three spellings. */
import { Unreadable } from './part.ts';

/** Groups whose text is not the document's. */
const DESTINATIONS = new Set(
  `fonttbl colortbl stylesheet listtable listoverridetable rsidtbl generator info pict object objdata themedata
   colorschememapping latentstyles datastore xmlnstbl fldinst filetbl revtbl mmathPr pgptbl bkmkstart bkmkend`.split(
    /\s+/,
  ),
);
const SIGNS: Readonly<Record<string, string>> = {
  ...{ par: '\n', line: '\n', sect: '\n', page: '\n', row: '\n', cell: '\t', tab: '\t' },
  ...{ emdash: '\u2014', endash: '\u2013', bullet: '\u2022', lquote: '\u2018', rquote: '\u2019' },
  ...{ ldblquote: '\u201c', rdblquote: '\u201d' },
};
/** Code pages by Windows' numbers; those of fonts by their character set. */
const PAGES: Readonly<Record<string, string>> = { 936: 'gb18030', 950: 'big5', 932: 'shift_jis', 949: 'euc-kr' };
const CHARSETS: Readonly<Record<string, string>> = {
  ...{ 134: 'gb18030', 136: 'big5', 128: 'shift_jis', 129: 'euc-kr', 204: 'windows-1251', 238: 'windows-1250' },
  ...{ 161: 'windows-1253', 162: 'windows-1254', 177: 'windows-1255', 178: 'windows-1256' },
};
const MAX_DEPTH = 10_000;

interface Group {
  silent: boolean;
  /** UTF-16 units that stand for one \u in programs which do not know it. */
  skip: number;
  encoding: string;
}

const TOKEN = /[{}]|\\'[0-9a-fA-F]{2}|\\([a-zA-Z]+)(-?\d+)? ?|\\([^a-zA-Z])|[^{}\\]+/gs;

export function rtfText(bytes: Uint8Array): string {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const groups: Group[] = [{ silent: false, skip: 1, encoding: 'windows-1252' }];
  const fonts = new Map<string, string>();
  const parts: string[] = [];
  let font = '';
  let toSkip = 0;
  let pending: number[] = [];
  let pendingIn = 'windows-1252';

  const flush = (): void => {
    if (pending.length > 0) parts.push(new TextDecoder(pendingIn).decode(Uint8Array.from(pending)));
    pending = [];
  };
  const raw = (codes: number[], group: Group): void => {
    if (group.silent) return;
    for (const code of codes)
      if (toSkip > 0) toSkip -= 1;
      else {
        if (pendingIn !== group.encoding) flush();
        pendingIn = group.encoding;
        pending.push(code);
      }
  };

  for (const [token, word, number, sign] of source.matchAll(TOKEN)) {
    const group = groups.at(-1)!;
    if (token === '{') {
      if (groups.length > MAX_DEPTH) throw new Unreadable('groups in groups, too deep');
      groups.push({ ...group });
    } else if (token === '}') {
      if (groups.length > 1) groups.pop();
      toSkip = 0;
    } else if (word !== undefined) {
      if (word === 'u' && number !== undefined) {
        flush();
        if (!group.silent) parts.push(String.fromCharCode(Number(number) & 0xffff));
        toSkip = group.skip;
      } else if (word === 'uc') group.skip = Math.min(16, Math.max(0, Number(number ?? 1)));
      else if (word === 'ansicpg') setPage(groups, number ?? '');
      else if (word === 'f') {
        font = number ?? '';
        group.encoding = fonts.get(font) ?? groups[0]!.encoding;
      } else if (word === 'fcharset') {
        const encoding = CHARSETS[number ?? ''];
        if (encoding !== undefined) fonts.set(font, encoding);
      } else if (DESTINATIONS.has(word)) group.silent = true;
      else if (SIGNS[word] !== undefined && !group.silent) {
        flush();
        parts.push(SIGNS[word]);
      }
    } else if (token.startsWith("\\'")) raw([Number.parseInt(token.slice(2), 16)], group);
    else if (sign === '*') group.silent = true;
    else if (sign === '~' || sign === '_') raw([32], group);
    else if (sign === '\n' || sign === '\r') raw([10], group);
    else if (sign !== undefined) raw(/[\\{}]/.test(sign) ? [sign.charCodeAt(0)] : [], group);
    else raw([...Buffer.from(token.replace(/[\r\n]/g, ''), 'latin1')], group);
  }
  flush();
  return parts.join('');
}

function setPage(groups: Group[], page: string): void {
  const encoding = PAGES[page] ?? (/^125\d$/.test(page) ? `windows-${page}` : undefined);
  if (encoding !== undefined) for (const group of groups) group.encoding = encoding;
}
