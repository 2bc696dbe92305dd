import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string | undefined;

/** The folder of the test file that runs, which is gone when its tests are through. */
export function temporaryFolder(): string {
  folder ??= mkdtempSync(join(tmpdir(), 'objectferry-test-'));
  return folder;
}

/** Called after every test file; the next one has another folder. */
export function removeTemporaryFolder(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folder = undefined;
}
