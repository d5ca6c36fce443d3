import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * The console is served by our own server under `script-src 'self'; style-src 'self'`, so nothing may be inlined:
 * no data: assets, no inline module-preload helper, no <style>.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    chunkSizeWarningLimit: 1200,
  },
});
