import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM } from './browser.ts';

/** Says before the first test what is missing and how to get it. */
export default function setup(): void {
  if (!existsSync(CHROMIUM)) {
    throw new Error(
      `No Chromium at ${CHROMIUM}. Get it with \`apt-get install chromium\`, or set CHROMIUM=path to one that is installed.`,
    );
  }
  if (!existsSync(join(import.meta.dirname, '../../web/dist/index.html'))) {
    throw new Error('The console is not built. Run `npm run build` first.');
  }
}
