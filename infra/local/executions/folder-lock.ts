import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CopyError } from '@objectferry/shared/errors.ts';

const LOCK_FILE = 'lock.db';
/** SQLITE_BUSY: somebody else holds the lock. */
const BUSY = 5;

/**
 * Keeps every other process out of a folder until the function returned is called, or this process is gone, however it
 * went. Node has no file locks of its own, and a file with a process id in it outlives a `kill -9`; the lock of a
 * database is the operating system's.
 *
 * @throws CopyError InvalidConfig when another process, or another part of this one, works in the folder.
 * @see https://www.sqlite.org/lockingv3.html
 */
export function lockFolder(folder: string): () => void {
  const database = new DatabaseSync(join(folder, LOCK_FILE));
  try {
    // Nothing is ever written, so there is nothing to keep a journal of.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    throw new CopyError(
      'InvalidConfig',
      `Another objectferry serve works in ${folder}: end it first, or choose another folder with --state-folder.`,
    );
  }
  return () => database.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === BUSY;
}
