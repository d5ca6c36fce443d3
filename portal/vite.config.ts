import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/**
 * The portal's pages as one script and one style, under fixed names, without dates or paths of the machine: the same
 * source gives the same bytes, so that anybody can build them and compare the hash with what a server hands out.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/portal/',
  publicDir: false,
  plugins: [integrity()],
  build: {
    outDir: process.env.PORTAL_OUT ?? 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: false,
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      output: { entryFileNames: 'portal.js', assetFileNames: 'portal.[ext]', codeSplitting: false },
    },
  },
});

/** Subresource integrity: a browser that has the page refuses a script or style that is not the one it was built with. */
function integrity(): Plugin {
  return {
    name: 'integrity',
    enforce: 'post',
    writeBundle({ dir = '' }) {
      const page = join(dir, 'index.html');
      const hashed = readFileSync(page, 'utf8').replaceAll(
        /(src|href)="\/portal\/([^"]+)"/g,
        (found, _, name: string) => {
          const digest = createHash('sha384')
            .update(readFileSync(join(dir, name)))
            .digest('base64');
          return `${found} integrity="sha384-${digest}"`;
        },
      );
      writeFileSync(page, hashed);
    },
  };
}
