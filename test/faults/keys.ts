import type { TemporaryAccount } from '../emulators/account.ts';

/**
 * The keys that a cell begins with. Their id stays when they change: OBS lets only the account that began an upload go
 * on with it, and its emulator knows accounts by their id.
 */
export const FIRST_KEYS: TemporaryAccount = {
  accessKeyId: 'AKIDFAULTTABLE000001',
  secretAccessKey: 'the-first-secret',
};
