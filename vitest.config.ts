import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: [process.env['CI'] === undefined ? 'default' : 'dot', './test/summary-reporter.ts'],
    // Of two cores vitest uses one by itself.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Handlers log as on AWS, which is not what a test run is read for.
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    coverage: {
      include: ['shared/**/*.ts', 'functions/**/*.ts', 'infra/**/*.ts'],
      reporter: ['text', 'json-summary'],
    },
  },
});
