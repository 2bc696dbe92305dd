import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { CopyError } from '@objectferry/shared/errors.ts';
import { lockFolder } from '../executions/folder-lock.ts';
import { type ExecutionRecord, pinnedIn, recordFrom } from '../executions/record.ts';

/** Openings and removals of journals take milliseconds. */
const TURN_MS = 10_000;

/** An upload that a journal of this machine names. */
export interface JournaledUpload {
  readonly store: string;
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  /** When its copy began. */
  readonly startedAt: Date;
  /** A process works on it; its process died; its copy failed and was told to keep the parts. */
  readonly state: 'running' | 'interrupted' | 'kept';
  /** What goes on with it. */
  readonly command: string;
}

/**
 * Where this machine remembers what it has begun, unless told otherwise.
 *
 * @throws CopyError InvalidConfig when nothing says so, and there is no home folder.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function defaultStateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const own = env['OBJECTFERRY_STATE_FOLDER'];
  if (own !== undefined && own !== '') return own;
  const given = env['XDG_STATE_HOME'];
  // The specification has a relative path be ignored.
  const state = given !== undefined && isAbsolute(given) ? given : join(homeFolder(), '.local', 'state');
  return join(state, 'objectferry');
}

function homeFolder(): string {
  try {
    return homedir();
  } catch (cause) {
    throw new CopyError('InvalidConfig', 'This user has no home folder: name a folder with --state-folder.', { cause });
  }
}

/** The folder with one journal per copy. */
export function copiesFolder(stateFolder: string): string {
  return join(stateFolder, 'copies');
}

/**
 * Does something while no journal of the folder is opened or removed: otherwise one process could take the lock of a
 * journal that another one is just removing, and a third one the lock of the same journal made anew.
 */
export function inTurn<Result>(copies: string, work: () => Result): Result {
  const busy = () => new CopyError('InvalidConfig', `Somebody else keeps ${copies} locked: see who has it open.`);
  const release = lockFolder(copies, { busy, waitMs: TURN_MS });
  try {
    return work();
  } finally {
    release();
  }
}

/**
 * Uploads of one-shot copies that were begun here and, as far as their journals know, are still open.
 *
 * @throws CopyError InvalidConfig when the folder cannot be looked at, or another process keeps it locked for long.
 */
export function openCopiesHere(stateFolder: string): readonly JournaledUpload[] {
  const copies = copiesFolder(stateFolder);
  if (namesIn(copies).length === 0) return [];
  try {
    return inTurn(copies, () => namesIn(copies).flatMap((id) => uploadOf(copies, id)));
  } catch (cause) {
    if (cause instanceof CopyError) throw cause;
    throw new CopyError('InvalidConfig', `The journals in ${copies} cannot be looked at: ${String(cause)}.`, { cause });
  }
}

function uploadOf(copies: string, id: string): JournaledUpload[] {
  const folder = join(copies, id);
  const record = recordIn(folder, id);
  if (record === undefined && existsSync(recordFile(folder, id))) {
    throw new CopyError(
      'InvalidConfig',
      `The journal in ${folder} cannot be read, so nobody knows whose uploads are open: run its copy again with the version that wrote it, or remove the folder.`,
    );
  }
  const copy = pinnedIn(record?.aborting?.input) ?? pinnedIn(record?.at?.input);
  if (record === undefined || copy?.uploadId === undefined) return [];
  const { store, bucket, key } = copy.destination;
  const startedAt = new Date(record.startedAt);
  const state = stateOf(record, folder);
  return [{ store, bucket, key, uploadId: copy.uploadId, startedAt, state, command: record.by?.command ?? '' }];
}

function stateOf({ state }: ExecutionRecord, folder: string): JournaledUpload['state'] {
  try {
    lockFolder(folder, { busy: () => new CopyError('InvalidConfig', 'A copy works here.') })();
  } catch (error) {
    if (error instanceof CopyError) return 'running';
    throw error;
  }
  return state === 'failed' ? 'kept' : 'interrupted';
}

/** The record of a journal's folder; undefined before the first one is written, and when it is of another version. */
export function recordIn(folder: string, id: string): ExecutionRecord | undefined {
  try {
    return recordFrom(readFileSync(recordFile(folder, id), 'utf8'));
  } catch {
    return undefined;
  }
}

function recordFile(folder: string, id: string): string {
  return join(folder, `${id}.json`);
}

function namesIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    // Taken for empty, it would make strangers of the uploads of copies that run.
    throw new CopyError('InvalidConfig', `The journals in ${folder} cannot be looked at: ${String(cause)}.`, { cause });
  }
}
