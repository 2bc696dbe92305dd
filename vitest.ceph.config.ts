import { defineConfig } from 'vitest/config';

/** Tests against a real server, apart from the others because Ceph has to be installed: `npm run ceph:install`. */
export default defineConfig({
  test: {
    include: ['test/ceph/*.ceph.ts'],
    globalSetup: ['test/ceph/setup.ts'],
    reporters: [process.env['CI'] === undefined ? 'default' : 'dot', './test/summary-reporter.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
