import { CopyError } from '@objectferry/shared/errors.ts';
import type { Transport } from '@objectferry/shared/http/transport.ts';
import { createTransport, SPARE_CONNECTIONS } from '@objectferry/shared/http/undici-transport.ts';
import type { CopyEvent, ProcessRuntime } from '@objectferry/shared/runtime.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import { createProcessRuntime } from '#functions/process-runtime.ts';
import type { Environment } from '#functions/secrets.ts';

/** All spans share one process here, and a shell allows it about 1,000 open files. */
const MAX_IN_FLIGHT_HERE = 256;

export interface LocalRuntimeOptions {
  readonly stores: StoreConfigs;
  readonly env: Environment;
  readonly observe: (event: CopyEvent) => void;
  /** Requests that a copy may have in flight at most, whatever its store allows. */
  readonly maxInFlight?: number | undefined;
  /** Connections to each origin; more than requests in flight by default. */
  readonly connectionsPerOrigin?: number | undefined;
}

/** A runtime of this process, and what it is made of for those who need more than handlers do. */
export interface LocalRuntime {
  readonly runtime: ProcessRuntime;
  readonly transport: Transport;
  /** Text of a named secret, from the environment. @throws CopyError InvalidConfig */
  readonly readSecret: (id: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** A runtime for handlers that run in this process, with the sockets they share. */
export function createLocalRuntime({
  stores,
  env,
  observe,
  maxInFlight = MAX_IN_FLIGHT_HERE,
  connectionsPerOrigin = MAX_IN_FLIGHT_HERE + SPARE_CONNECTIONS,
}: LocalRuntimeOptions): LocalRuntime {
  const transport = createTransport({ connectionsPerOrigin });
  const readSecret = (id: string) => readSecretHere(id, env);
  const runtime = createProcessRuntime({ stores: capped(stores, maxInFlight), transport, env, readSecret, observe });
  return { runtime, transport, readSecret, close: () => transport.close() };
}

function capped(stores: StoreConfigs, maxInFlight: number): StoreConfigs {
  return Object.fromEntries(
    Object.entries(stores).map(([name, config]) => [
      name,
      { ...config, maxInFlight: Math.min(config.maxInFlight, maxInFlight) },
    ]),
  );
}

/** On this machine a secret is an environment variable: `objectferry/north` is read from `OBJECTFERRY_NORTH`. */
async function readSecretHere(id: string, env: Environment): Promise<string> {
  const name = id.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  const text = env[name];
  if (text !== undefined && text !== '') return text;
  throw new CopyError('InvalidConfig', `The secret ${id} is not here: set ${name} in the environment to its text.`);
}
