import { CopyRequest } from '@objectferry/shared/contract.ts';
import type { Decided } from '@objectferry/shared/copy/estimate-copy.ts';
import { inspectSource } from '@objectferry/shared/copy/inspect.ts';
import { routeOf } from '@objectferry/shared/copy/route.ts';
import { strategyFor } from '@objectferry/shared/copy/strategy.ts';
import type { Runtime } from '@objectferry/shared/runtime.ts';
import { parse } from '@objectferry/shared/schema.ts';
import { parseStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import { readStoresDocument } from '../../stores-file.ts';
import { createLocalRuntime } from '../runtime.ts';

/** What a deployment may have in flight is not bounded by this process. */
const ALL_IN_FLIGHT = 5120;

/** Decides about a real object as Initiate would, with HEAD requests and no others. @throws CopyError */
export async function lookAtSource({
  stores,
  request: raw,
  env,
}: {
  /** Path of the stores file. */
  readonly stores: string;
  readonly request: unknown;
  /** Where the keys are. */
  readonly env: Environment;
}): Promise<Decided> {
  const request = parse(CopyRequest, raw, 'The copy request');
  return withRuntime(parseStores(readStoresDocument(stores)), env, async (runtime) => {
    const route = routeOf(runtime, request);
    const source = await inspectSource(runtime, request);
    return { source, route, request, decided: await strategyFor(runtime, { source, route, request }) };
  });
}

/** Works with stores for as long as it takes. */
export async function withRuntime<T>(
  stores: StoreConfigs,
  env: Environment,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const options = { stores, env, observe: () => undefined, maxInFlight: ALL_IN_FLIGHT };
  const { runtime, close } = createLocalRuntime(options);
  try {
    return await work({ ...runtime, remainingMs: () => Number.POSITIVE_INFINITY });
  } finally {
    await close();
  }
}
