import { defineConfig } from 'vitest/config';

/** The portal in a real browser against a real server: `npm run e2e`, or with this configuration after a build. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['**/*.e2e.ts'],
    globalSetup: ['../console/setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
