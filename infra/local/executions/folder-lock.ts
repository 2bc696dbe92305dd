import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CopyError } from '@objectferry/shared/errors.ts';

const LOCK_FILE = 'lock.db';
/** SQLITE_BUSY: somebody else holds the lock. */
const BUSY = 5;

export interface LockOptions {
  /** What is thrown when somebody else holds the lock. */
  readonly busy: () => CopyError;
  /** How long somebody else may hold it before that, in milliseconds; the process does nothing else meanwhile. */
  readonly waitMs?: number;
}

/**
 * Keeps every other process out of a folder until the function returned is called, or this process is gone, however it
 * went. Node has no file locks of its own, and a file with a process id in it outlives a `kill -9`; the lock of a
 * database is the operating system's.
 *
 * @throws CopyError that `busy` gives when another process, or another part of this one, works in the folder.
 * @see https://www.sqlite.org/lockingv3.html
 */
export function lockFolder(folder: string, { busy, waitMs = 0 }: LockOptions): () => void {
  const database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: waitMs });
  try {
    // Nothing is ever written, so there is nothing to keep a journal of.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw isBusy(error) ? busy() : error;
  }
  return () => database.close();
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === BUSY;
}
