import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: [process.env['CI'] === undefined ? 'default' : 'dot', './test/summary-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      include: ['shared/**/*.ts', 'functions/**/*.ts', 'infra/**/*.ts'],
      reporter: ['text', 'json-summary'],
    },
  },
});
