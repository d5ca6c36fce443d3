import { defineConfig } from 'vitest/config';

/** The console in a real browser: `npx vitest run --config test/console/vitest.config.ts`, after `npm run build`. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['**/*.e2e.ts'],
    globalSetup: ['./setup.ts'],
    // One browser at a time: two would compete for the same cores and make each other slow.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
