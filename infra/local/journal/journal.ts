import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CopyError } from '@objectferry/shared/errors.ts';
import * as v from 'valibot';
import { ExecutionsFolder, makeFolder, unusable } from '../executions/folder.ts';
import { type ExecutionRecord, pinnedIn } from '../executions/record.ts';
import { copiesFolder, inTurn, recordIn } from './journals.ts';

/** An input that names an upload, whatever else it holds. */
const NamesUpload = v.object({ copy: v.object({ uploadId: v.string() }) });

/** What one copy has done so far, for the process after this one. */
export interface Journal extends Disposable {
  /** What a process before this one has left. */
  readonly left: ExecutionRecord | undefined;
  /** Has reached the disk when it returns. @throws what kept it from being written. */
  readonly write: (record: ExecutionRecord) => void;
  /** Forgets the copy: there is nothing to go on with, and nothing to clean up. Lets go of the journal as well. */
  readonly remove: () => void;
}

/** A copy of which nothing is remembered. */
export const NO_JOURNAL: Journal = {
  left: undefined,
  write: () => undefined,
  remove: () => undefined,
  [Symbol.dispose]: () => undefined,
};

/**
 * Opens the journal of one copy, and keeps every other process out of it until it is disposed of: a folder of its own,
 * so that different copies run side by side.
 *
 * @param id As `copyIdOf` gives it.
 * @throws CopyError InvalidRequest when another process runs this copy, or what it left cannot be read; InvalidConfig
 *   when the folder cannot be used.
 */
export function openJournal(stateFolder: string, id: string): Journal {
  const copies = copiesFolder(stateFolder);
  const path = join(copies, id);
  const { folder, left } = opened(copies, path, id);
  const close = once(() => folder[Symbol.dispose]());
  return {
    left,
    write: (record) => folder.write(record),
    remove: () =>
      inTurn(copies, () => {
        // First: without it the rest is an empty folder, which is used again or removed later.
        folder.remove(id);
        close();
        rmSync(path, { recursive: true, force: true });
      }),
    [Symbol.dispose]: close,
  };
}

function opened(copies: string, path: string, id: string) {
  try {
    makeFolder(copies);
    return inTurn(copies, () => {
      const folder = new ExecutionsFolder(path, { busy: () => runningElsewhere(path, id) });
      try {
        return { folder, left: leftIn(path, id) };
      } catch (error) {
        folder[Symbol.dispose]();
        throw error;
      }
    });
  } catch (error) {
    throw error instanceof CopyError ? error : unusable(copies, error);
  }
}

function leftIn(path: string, id: string): ExecutionRecord | undefined {
  if (!existsSync(join(path, `${id}.json`))) return undefined;
  const left = recordIn(path, id);
  if (left !== undefined && isReadable(left)) return left;
  // Files are replaced as a whole, so this is no half of one: it may name an upload that nobody else knows of.
  throw new CopyError(
    'InvalidRequest',
    `An earlier run of this copy has left a journal in ${path} that this version cannot read: see with objectferry uploads list what it left open, remove the folder, then start the copy again.`,
  );
}

function isReadable({ at, aborting }: ExecutionRecord): boolean {
  const named = aborting !== undefined && v.is(NamesUpload, aborting.input) ? aborting : at;
  return named === undefined || pinnedIn(named.input) !== undefined;
}

function runningElsewhere(path: string, id: string): CopyError {
  const by = recordIn(path, id)?.by;
  const who = by === undefined ? 'another process' : `process ${by.pid}`;
  const stop = by === undefined ? '' : `, or stop it first with kill ${by.pid}`;
  return new CopyError('InvalidRequest', `This very copy is being made by ${who}: wait for its end${stop}.`);
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
