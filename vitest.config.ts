import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup/left-over.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores are enough for the whole suite; more workers only make the timing-sensitive
    // process tests compete with each other.
    maxWorkers: 3,
  },
});
