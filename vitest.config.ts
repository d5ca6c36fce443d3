import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'web/src/**/*.test.ts'],
    // Tests in a browser have a configuration of their own: `npm run e2e`.
    exclude: ['test/console/**', '**/node_modules/**'],
    // Real engines take a moment to start, and longer on a busy machine. No test measures time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // An embedded engine may take 1 GB: more of them at once than this do not fit on a small machine.
    maxWorkers: 2,
  },
});
