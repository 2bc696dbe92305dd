import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CopyError } from '@objectferry/shared/errors.ts';
import { type ExecutionRecord, recordFrom } from '../executions/record.ts';

const SUFFIX = '.json';

/**
 * The executions that a folder of `serve` holds, read beside the server that may be at work there: its lock is not
 * asked for. A file that goes, or is being created, while this reads is left out.
 *
 * @throws CopyError InvalidConfig when the folder is there and cannot be read: what runs is not known then.
 */
export function readExecutions(folder: string): ExecutionRecord[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
    return names.map((name) => readRecord(join(folder, name))).filter((record) => record !== undefined);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw new CopyError(
      'InvalidConfig',
      `The state folder ${folder} cannot be read (${codeOf(cause) ?? 'unknown reason'}), so that it is not known which copies run: choose another with --state-folder.`,
      { cause },
    );
  }
}

function readRecord(file: string): ExecutionRecord | undefined {
  try {
    return recordFrom(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
