import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CopyError } from '@objectferry/shared/errors.ts';
import { quoted } from '../../../shared/quoted.ts';
import { defaultStateFolder } from '../journal/journals.ts';
import { lockFolder } from './folder-lock.ts';
import { type ExecutionRecord, recordFrom } from './record.ts';

const SUFFIX = '.json';
/** What can be an id can be the name of a file, on any file system, and leads nowhere else. */
const ID = /^[A-Za-z0-9_-]{1,80}$/;

/** True for a text that may name an execution. */
export function isExecutionId(text: string): boolean {
  return ID.test(text);
}

/** Where executions are kept unless told otherwise. */
export function defaultFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(defaultStateFolder(env), 'executions');
}

/** What a folder says to whoever comes second. */
export interface FolderOptions {
  /** Default: that another server works in it. */
  readonly busy?: () => CopyError;
}

/**
 * A folder with one file per execution, which one process at a time works in. Every write has reached the disk when it
 * returns. Writes are synchronous because their order is what makes them worth anything: the file says that an upload
 * is open before the first part is copied into it. They are a few per copy, of a few KiB.
 */
export class ExecutionsFolder implements Disposable {
  readonly #path: string;
  readonly #unlock: () => void;

  /** @throws CopyError InvalidConfig when it cannot be written; what `busy` gives when another process works in it. */
  constructor(path: string, { busy = () => takenByServer(path) }: FolderOptions = {}) {
    this.#path = path;
    try {
      makeFolder(path);
      this.#unlock = lockFolder(path, { busy });
    } catch (error) {
      throw error instanceof CopyError ? error : unusable(path, error);
    }
  }

  /** Every execution, in no order; files that hold none are set aside under the name `….broken`. */
  readAll(): ExecutionRecord[] {
    const names = readdirSync(this.#path).filter((name) => name.endsWith(SUFFIX));
    return names.map((name) => this.#readOrSetAside(name)).filter((record) => record !== undefined);
  }

  /** One execution that is known to be there. */
  read(id: string): ExecutionRecord {
    const record = recordFrom(readFileSync(this.#file(id), 'utf8'));
    if (record?.id === id) return record;
    throw new Error(`${this.#file(id)} does not hold the execution ${id} any more: somebody else has written to it.`);
  }

  /** Writes a new execution. @returns false when there is a file of this name, whoever wrote it. */
  create(record: ExecutionRecord): boolean {
    const file = this.#file(record.id);
    try {
      writeFileSync(file, JSON.stringify(record), { flag: 'wx', mode: 0o600, flush: true });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      // A full disk: half a file must not keep the same id from being started later.
      rmSync(file, { force: true });
      throw error;
    }
    this.#flushNames();
    return true;
  }

  /** Replaces what is known of an execution: a reader, or a crash, finds the old text or the new one. */
  write(record: ExecutionRecord): void {
    const file = this.#file(record.id);
    const fresh = `${file}.new`;
    writeFileSync(fresh, JSON.stringify(record), { mode: 0o600, flush: true });
    renameSync(fresh, file);
    this.#flushNames();
  }

  /** Forgets an execution. */
  remove(id: string): void {
    rmSync(this.#file(id), { force: true });
  }

  [Symbol.dispose](): void {
    this.#unlock();
  }

  #file(id: string): string {
    if (!isExecutionId(id)) throw new TypeError(`${quoted(id)} is not the id of an execution.`);
    return join(this.#path, `${id}${SUFFIX}`);
  }

  #readOrSetAside(name: string): ExecutionRecord | undefined {
    const file = join(this.#path, name);
    const record = recordFrom(readFileSync(file, 'utf8'));
    if (record !== undefined && `${record.id}${SUFFIX}` === name) return record;
    // A file that was cut while it was created: its execution was not started, and nobody was told so.
    renameSync(file, `${file}.broken`);
    return undefined;
  }

  /** A new name, or a name for other bytes, is on the disk once its folder is. */
  #flushNames(): void {
    flushFolder(this.#path);
  }
}

/** Makes a folder for its owner alone. It, and those above it that had to be made, have reached the disk then. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const above = dirname(resolve(first));
  for (let folder = resolve(path); folder !== above; folder = dirname(folder)) flushFolder(dirname(folder));
}

/** The error of a folder that cannot be read or written. */
export function unusable(path: string, cause: unknown): CopyError {
  return new CopyError(
    'InvalidConfig',
    `The state folder ${path} cannot be used (${reasonOf(cause)}): choose another with --state-folder.`,
    { cause },
  );
}

function takenByServer(path: string): CopyError {
  return new CopyError(
    'InvalidConfig',
    `Another objectferry serve works in ${path}: end it first, or choose another folder with --state-folder.`,
  );
}

function flushFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function reasonOf(error: unknown): string {
  // What a database says of its file stands in its words; its code only says that it was a database.
  if (error instanceof Error && 'errstr' in error) return String(error.errstr);
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
