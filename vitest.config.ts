import { defineConfig } from 'vitest/config';

/** The same tests with their stores on real servers: see test/servers/setup.ts. */
const ON_SERVERS = { globalSetup: ['test/servers/setup.ts'], setupFiles: ['test/servers/stores.ts'] };

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts', 'web/src/**/*.test.ts'],
    // Tests in a browser have a configuration of their own: `npm run e2e`.
    exclude: ['test/console/**', '**/node_modules/**'],
    ...(process.env.COUNTERSIGN_TEST_STORES ? ON_SERVERS : {}),
    // Real engines take a moment to start, and longer on a busy machine. No test measures time.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // An embedded engine may take 1 GB: more of them at once than this do not fit on a small machine.
    maxWorkers: 2,
  },
});
