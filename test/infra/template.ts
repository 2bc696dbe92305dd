import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { DeploymentConfig } from '#infra/config.ts';
import { createCopyApp } from '#infra/copy-app.ts';
import { NO_STORES } from '#infra/stores-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'objectferry-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The application without bundles, which no assertion needs and which take seconds; output goes to a new folder. */
export function createTestApp(stores: DeploymentConfig['stores'] = NO_STORES): ReturnType<typeof createCopyApp> {
  const outdir = mkdtempSync(join(folder, 'app-'));
  return createCopyApp(
    { outdir, builtinCloudFormationValidation: false, context: { 'aws:cdk:bundling-stacks': [] } },
    { stores },
  );
}
