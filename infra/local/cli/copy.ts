import { routeOf } from '@objectferry/shared/copy/route.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import { readStoresDocument } from '../../stores-file.ts';
import { createLocalRuntime } from '../runtime.ts';
import { BAD_REQUEST } from './exit-code.ts';
import { type Flags, parseFlags, requestFrom } from './options.ts';
import { parseRequest } from './parse-request.ts';
import { remember } from './remember.ts';
import { explain, reportEnd } from './report.ts';
import type { Remembered } from './run.ts';

/**
 * `objectferry copy`: checks everything that can be checked without a request, then runs the copy, here or behind an
 * endpoint.
 *
 * @returns the exit code.
 */
export async function copy(source: string, destination: string, rawFlags: unknown): Promise<number> {
  const flags = parseFlags(rawFlags);
  const { endpoint } = flags;
  if (endpoint !== undefined) {
    const { copyThrough } = await import('./copy-through.ts');
    return copyThrough(source, destination, { ...flags, endpoint });
  }
  const misplaced = onlyWithEndpoint(flags);
  if (misplaced !== undefined) {
    return explain('InvalidRequest', `${misplaced} is of use only with --endpoint: give both, or none.`, flags.json);
  }
  return copyHere(source, destination, flags);
}

function onlyWithEndpoint({ auth, region, detach, idempotencyKey }: Flags): string | undefined {
  if (auth !== undefined) return '--auth';
  if (region !== undefined) return '--region';
  if (detach) return '--detach';
  return idempotencyKey === undefined ? undefined : '--idempotency-key';
}

async function copyHere(source: string, destination: string, flags: Flags): Promise<number> {
  const job = await jobOf(source, destination, flags).catch((error: unknown) => {
    if (error instanceof CopyError) return error;
    throw error;
  });
  if (job instanceof CopyError) {
    explain(job.name, job.message, flags.json);
    return BAD_REQUEST;
  }
  try {
    // Loaded late: with it comes all of the CDK, and a mistake should be told at once.
    const { run } = await import('./run.ts');
    return reportEnd(await run({ ...job, env: process.env, quiet: flags.json }), flags.json);
  } finally {
    job.remembered?.journal[Symbol.dispose]();
  }
}

interface Job {
  readonly request: unknown;
  readonly stores: StoreConfigs;
  readonly remembered: Remembered | undefined;
}

/** @throws CopyError for a mistake in the request, the stores or the credentials, before anything is started. */
async function jobOf(source: string, destination: string, flags: Flags): Promise<Job> {
  const request = requestFrom(source, destination, flags);
  const stores = parseStores(readStoresDocument(flags.stores));
  const { runtime, close } = createLocalRuntime({ stores, env: process.env, observe: () => undefined });
  try {
    const parsed = parseRequest(request, flags);
    const route = routeOf(runtime, parsed);
    await Promise.all([route.source.credentials(), route.destination.credentials()]);
    const { stateFolder } = flags;
    const argv = process.argv.slice(2);
    return { request, stores, remembered: remember({ request: parsed, stores, stateFolder, env: process.env, argv }) };
  } finally {
    await close();
  }
}
