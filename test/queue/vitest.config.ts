import { defineConfig } from 'vitest/config';

/** Ten thousand events take a minute, which is too long for every change: `npm run test:queue`. */
// biome-ignore lint/style/noDefaultExport: vitest looks for it there.
export default defineConfig({
  test: {
    include: ['test/queue/*.full.ts'],
    reporters: ['default', './test/summary-reporter.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
  },
});
