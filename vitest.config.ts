import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // two cores: one file at a time may use worker threads of its own
    maxWorkers: 2,
    env: { NO_COLOR: '1' },
  },
});
