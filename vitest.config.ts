import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from './test/compile-cache.ts';
import { LongestFirst } from './test/longest-first.ts';

const root = import.meta.dirname;
const include = 'test/**/*.test.ts';

/**
 * What changes the process or has to be loaded anew, as the text of a test file shows it: such a file gets a process of
 * its own. The others share a few, because half a minute of loading the same modules 200 times tells nothing about them.
 */
const ALONE =
  /\bvi\.(?:stubEnv|stubGlobal|resetModules|mock|doMock|spyOn)\(|\bprocess\.(?:on|once|chdir)\(|\/(?:deployed-handlers|lambda-world|queue-world|template)\.ts'/;
const alone = globSync(include, { cwd: root }).filter((file) => ALONE.test(readFileSync(join(root, file), 'utf8')));

export default defineConfig({
  test: {
    reporters: [process.env['CI'] === undefined ? 'default' : 'dot', './test/summary-reporter.ts'],
    // Many tests wait for processes and retries: a third worker keeps two cores busy meanwhile.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 180_000,
    // What a test waits for is late on a busy machine, and only then.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 180_000,
    setupFiles: ['test/every-file.ts'],
    env: {
      // Handlers log as on AWS, which is not what a test run is read for.
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      // Also for the processes that tests start. With coverage, vitest turns it off.
      NODE_COMPILE_CACHE: COMPILE_CACHE,
    },
    coverage: {
      include: ['shared/**/*.ts', 'functions/**/*.ts', 'infra/**/*.ts'],
      reporter: ['text', 'json-summary'],
    },
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: [include],
          exclude: [...configDefaults.exclude, ...alone],
          isolate: false,
          setupFiles: ['test/shared-process.ts', 'test/every-file.ts'],
        },
      },
    ],
  },
});
