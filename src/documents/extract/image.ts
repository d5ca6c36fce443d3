/** Text in pictures, by tesseract where it is installed. */
import { Unreadable } from './part.ts';
import { runProgram } from './program.ts';

/** Languages asked for where they are installed: those in which this product speaks. */
const WANTED = ['eng', 'chi_sim', 'chi_tra'];
const SECONDS = 25;
const MAX_OUTPUT = 8 * 1024 * 1024;
const MAX_PICTURE = 64 * 1024 * 1024;

let languages: Promise<string[] | undefined> | undefined;

async function installed(): Promise<string[] | undefined> {
  try {
    const { output } = await runProgram('tesseract', ['--list-langs'], { seconds: 10, maxOutput: 65_536 });
    return output.toString('utf8').split(/\r?\n/);
  } catch {
    return undefined;
  }
}

/** Errors: Unreadable, also when there is no tesseract. */
export async function imageText(bytes: Uint8Array): Promise<string> {
  return await recognised(bytes, 'a picture; its text is read where tesseract is installed');
}

async function recognised(bytes: Uint8Array, missing: string): Promise<string> {
  languages ??= installed();
  const known = await languages;
  if (known === undefined) throw new Unreadable(missing);
  const wanted = WANTED.filter((language) => known.includes(language));
  const options = wanted.length > 0 ? ['-l', wanted.join('+')] : [];
  try {
    const { output } = await runProgram('tesseract', ['stdin', 'stdout', ...options], {
      input: bytes,
      seconds: SECONDS,
      maxOutput: MAX_OUTPUT,
      env: { OMP_THREAD_LIMIT: '1' },
    });
    return output.toString('utf8');
  } catch {
    throw new Unreadable('a picture that tesseract could not read');
  }
}

/** Pages of one file that are drawn and read; a page takes a second or two. */
const MAX_PAGES = 200;
/** The longer side of a drawn page: A4 at 200 dots an inch, however large a page says it is. */
const LONGER_SIDE = '2400';
/** Left for the last page, of the time that the file's reader has. */
const ALL_SECONDS = 24;

/**
 * The text of a PDF whose pages are pictures: drawn by poppler, read by tesseract, page by page through pipes. `more` says
 * how far it got when the time was too short for all of them. Errors: Unreadable, also when one of the two is missing.
 */
export async function picturedText(
  pdf: Uint8Array,
  pages: number,
): Promise<{ text: string; more: string | undefined }> {
  const until = performance.now() + ALL_SECONDS * 1000;
  const texts: string[] = [];
  for (let number = 1; number <= Math.min(pages, MAX_PAGES) && performance.now() < until; number++)
    texts.push(await recognised(await drawn(pdf, number), `${PICTURES}; they are read where tesseract is installed`));
  const text = texts.join('\n');
  if (text.trim() === '') throw new Unreadable(`${PICTURES} in which tesseract found no text`);
  return {
    text,
    more: texts.length < pages ? `its pages are pictures; read to page ${texts.length} of ${pages}` : undefined,
  };
}

const PICTURES = 'a PDF without text: its pages are pictures';

async function drawn(pdf: Uint8Array, page: number): Promise<Uint8Array> {
  // Without a name for what it draws, it draws into the pipe and writes no file.
  const words = ['-f', String(page), '-l', String(page), '-scale-to', LONGER_SIDE, '-gray', '-png', '-'];
  try {
    return (await runProgram('pdftoppm', words, { input: pdf, seconds: SECONDS, maxOutput: MAX_PICTURE })).output;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Unreadable(
      missing ? `${PICTURES}; they are read where poppler is installed` : `${PICTURES} that cannot be drawn`,
    );
  }
}
