import { env } from 'node:process';
import { afterAll, expect, vi } from 'vitest';

// vitest runs this before every test file that shares its process with others: it refuses what the next one would notice.

const REASON = 'this test file shares its process: add what it calls or imports to ALONE in vitest.config.ts';

function refuse(): never {
  throw new Error(REASON);
}

vi.stubEnv = vi.stubGlobal = vi.resetModules = refuse;
const before = environment();
afterAll(() => expect(environment(), REASON).toEqual(before));

function environment(): NodeJS.ProcessEnv {
  // The logger names itself to the clients of AWS when it is loaded.
  const { AWS_SDK_UA_APP_ID, ...others } = env;
  return others;
}
