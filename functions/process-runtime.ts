import { READ_PAIRS } from '@objectferry/shared/copy/read-plan.ts';
import { createGate } from '@objectferry/shared/gate.ts';
import type { Transport } from '@objectferry/shared/http/transport.ts';
import type { CopyEvent, ProcessRuntime } from '@objectferry/shared/runtime.ts';
import { openStores, type StoreConfigs } from '@objectferry/shared/stores.ts';
import { credentialSource, customerKeyFrom, type Environment, type ReadSecret } from './secrets.ts';
import { randomToken, systemClock } from './system.ts';

/** What differs between a deployed handler and one on somebody's machine. */
export interface ProcessParts {
  readonly stores: StoreConfigs;
  readonly transport: Transport;
  readonly env: Environment;
  readonly readSecret: ReadSecret;
  readonly observe: (event: CopyEvent) => void;
}

/** A runtime with the machine's own clock and chance. */
export function createProcessRuntime({ stores, transport, env, readSecret, observe }: ProcessParts): ProcessRuntime {
  return {
    stores: openStores(stores, {
      transport,
      now: systemClock.now,
      credentials: (config, store) => credentialSource(config, store, { env, readSecret }),
    }),
    clock: systemClock,
    random: Math.random,
    newToken: randomToken,
    customerKey: (id) => customerKeyFrom(readSecret, id),
    reading: createGate(READ_PAIRS),
    taken: new Map(),
    observe,
  };
}
