/** Text in pictures, by tesseract where it is installed. */
import { Unreadable } from './part.ts';
import { runProgram } from './program.ts';

/** Languages asked for where they are installed: those in which this product speaks. */
const WANTED = ['eng', 'chi_sim', 'chi_tra'];
const SECONDS = 25;
const MAX_OUTPUT = 8 * 1024 * 1024;

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
  languages ??= installed();
  const known = await languages;
  if (known === undefined) throw new Unreadable('a picture; its text is read where tesseract is installed');
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
