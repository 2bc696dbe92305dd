import { CopyRequest } from '@objectferry/shared/contract.ts';
import { routeOf } from '@objectferry/shared/copy/route.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import { readStoresDocument } from '../../stores-file.ts';
import { createLocalRuntime } from '../runtime.ts';
import { parseFlags, requestFrom } from './options.ts';
import { explain, reportEnd } from './report.ts';
import { run } from './run.ts';

/**
 * `objectferry copy`: checks everything that can be checked without a request, then runs the copy here.
 *
 * @returns the exit code.
 */
export async function copy(source: string, destination: string, rawFlags: unknown): Promise<number> {
  let json = false;
  try {
    const flags = parseFlags(rawFlags);
    json = flags.json;
    const request = requestFrom(source, destination, flags);
    const stores = parseStores(readStoresDocument(flags.stores));
    await refuseBadStart(request, stores);
    const result = await run({ request, stores, env: process.env, show: json ? undefined : process.stderr });
    return reportEnd(result, json);
  } catch (error) {
    if (!(error instanceof CopyError)) throw error;
    return explain(error.name, error.message, json);
  }
}

/** A mistake in the request, the stores or the credentials ends the command before anything is started. */
async function refuseBadStart(raw: unknown, stores: StoreConfigs): Promise<void> {
  const { runtime, close } = createLocalRuntime({ stores, env: process.env, observe: () => undefined });
  try {
    const request = parse(CopyRequest, raw, 'The copy request');
    const { source, destination } = routeOf(runtime, request);
    await Promise.all([source, destination].map((store) => store.credentials()));
  } finally {
    await close();
  }
}
