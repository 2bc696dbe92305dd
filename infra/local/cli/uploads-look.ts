import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parseStores } from '@objectferry/shared/stores.ts';
import * as v from 'valibot';
import { quoted } from '../../../shared/quoted.ts';
import { readStoresDocument } from '../../stores-file.ts';
import { defaultStateFolder, openCopiesHere } from '../journal/journals.ts';
import { createLocalRuntime } from '../runtime.ts';
import { parseDuration } from '../uploads/duration.ts';
import type { Look } from '../uploads/find-uploads.ts';
import { type Ours, oursBy } from '../uploads/ours.ts';
import type { UploadsPlace } from '../uploads/place.ts';
import { readExecutions } from '../uploads/serve-executions.ts';

/** The flags that both commands have, as the shell gave them. */
export const LookFlags = {
  stores: v.string(),
  olderThan: v.optional(v.string()),
  stateFolder: v.optional(v.array(v.string()), []),
  json: v.optional(v.boolean(), false),
};
type LookFlags = v.InferOutput<ReturnType<typeof v.object<typeof LookFlags, undefined>>>;

export const Limit = v.pipe(v.string(), v.regex(/^[1-9]\d{0,5}$/, 'must be a number from 1.'), v.transform(Number));

/** What both commands work with. */
interface Tools {
  readonly look: Look;
  /** Looks again whose uploads are. */
  readonly readOurs: () => Ours;
}

/**
 * Opens the store that a place names, and does something there.
 *
 * @throws CopyError for a mistake in what was given, and what `act` throws.
 */
export async function looking(
  place: UploadsPlace,
  { stores: file, stateFolder }: Pick<LookFlags, 'stores' | 'stateFolder'>,
  act: (tools: Tools) => Promise<number>,
): Promise<number> {
  const stores = parseStores(readStoresDocument(file));
  const readOurs = () => oursHere(stateFolder);
  const { runtime: here, close } = createLocalRuntime({ stores, env: process.env, observe: () => undefined });
  try {
    const runtime = { ...here, remainingMs: () => Number.POSITIVE_INFINITY };
    return await act({ look: { runtime, client: clientFor(runtime, place), place, ours: readOurs() }, readOurs });
  } finally {
    await close();
  }
}

/** What `--older-than` says, in milliseconds. @throws CopyError InvalidRequest */
export function ageOf({ olderThan }: Pick<LookFlags, 'olderThan'>): number | undefined {
  return olderThan === undefined ? undefined : parseDuration('--older-than', olderThan);
}

/** Whether a mistake has to be told to a program. */
export function asksForJson(rawFlags: unknown): boolean {
  return v.is(v.object({ json: v.literal(true) }), rawFlags);
}

/** What the usual folders know, and those that were named: more knowledge never removes more. */
function oursHere(named: readonly string[]): Ours {
  for (const folder of named) requireFolder(folder);
  const folders = [defaultStateFolder(process.env), ...named];
  return oursBy(
    folders.flatMap((folder) => openCopiesHere(folder)),
    // A folder that serve was given holds its executions itself.
    [...folders.map((folder) => join(folder, 'executions')), ...named].flatMap((folder) => readExecutions(folder)),
  );
}

function requireFolder(folder: string): void {
  if (existsSync(folder)) return;
  throw new CopyError(
    'InvalidConfig',
    `--state-folder is ${quoted(folder)}, and there is no such folder: name one that copy or serve was given, or leave it out.`,
  );
}

function clientFor({ stores }: Look['runtime'], { store, bucket }: UploadsPlace): Look['client'] {
  try {
    // Every location has a key; this one is never asked for.
    return stores.open({ store, bucket, key: 'uploads' }, 'destination').client;
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    throw new CopyError(error.name, error.summary.replace(/^destination\.(store|bucket)/, 'The $1'), { cause: error });
  }
}
