/** Text of PDF files, by pdf.js: no script of the file runs, no font or address is loaded, nothing is drawn. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { picturedText } from './image.ts';
import { Unreadable } from './part.ts';

const MAX_PAGES = 20_000;
const home = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** `more` says what of it was not read. Errors: Unreadable. */
export async function pdfText(bytes: Uint8Array): Promise<{ text: string; more: string | undefined }> {
  const { getDocument, VerbosityLevel } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = getDocument({
    data: new Uint8Array(bytes), // a copy: pdf.js takes what it is given away
    verbosity: VerbosityLevel.ERRORS,
    disableFontFace: true,
    useSystemFonts: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    // Tables of how Chinese, Japanese and Korean fonts number their characters.
    cMapUrl: join(home, 'cmaps/'),
    cMapPacked: true,
    standardFontDataUrl: join(home, 'standard_fonts/'),
  });
  try {
    const document = await task.promise;
    const pages: string[] = [];
    for (let number = 1; number <= Math.min(document.numPages, MAX_PAGES); number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join(''));
      page.cleanup();
    }
    const text = pages.join('\n');
    if (text.trim() === '') return await picturedText(bytes, document.numPages);
    return { text, more: undefined };
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    const name = error instanceof Error ? error.name : '';
    throw new Unreadable(name === 'PasswordException' ? 'encrypted: it opens with a password alone' : 'a damaged PDF');
  } finally {
    await task.destroy().catch(() => {});
  }
}
