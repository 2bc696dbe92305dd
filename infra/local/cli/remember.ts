import { resolve } from 'node:path';
import type { CopyRequest } from '@objectferry/shared/contract.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import { copyIdOf } from '../journal/copy-id.ts';
import { openJournal } from '../journal/journal.ts';
import { defaultStateFolder } from '../journal/journals.ts';
import type { Remembered } from './run.ts';

export interface RememberOptions {
  readonly request: CopyRequest;
  readonly stores: StoreConfigs;
  /** Where somebody wants journals to be; default: where the environment says. */
  readonly stateFolder: string | undefined;
  readonly env: Environment;
  /** Arguments that the program was started with: they name secrets, and hold none. */
  readonly argv: readonly string[];
}

/**
 * Opens the journal of the copy that a command asks for. Where nobody chose the folder and it cannot be used, as in a
 * home that is read-only, the copy is made without one, and a sentence says so.
 *
 * @throws CopyError InvalidRequest when the same copy is being made; InvalidConfig when the folder that was chosen cannot
 *   be used.
 */
export function remember({ request, stores, stateFolder, env, argv }: RememberOptions): Remembered | undefined {
  const id = copyIdOf(request, stores);
  try {
    const folder = resolve(stateFolder ?? defaultStateFolder(env));
    const by = { pid: process.pid, command: ['objectferry', ...argv].map(quoted).join(' ') };
    return { journal: openJournal(folder, id), id, by };
  } catch (error) {
    if (!(error instanceof CopyError) || error.name !== 'InvalidConfig' || stateFolder !== undefined) throw error;
    process.stderr.write(`This copy cannot be resumed if it is interrupted: ${error.summary}\n`);
    return undefined;
  }
}

/** As a shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
