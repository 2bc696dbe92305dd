import type { FaultPlan } from './fault-plan.ts';
import type { FaultHit, Target } from './faults.ts';
import { serveOnLoopback } from './http-server.ts';
import { type Blueprint, createEmulator, type InProcessOptions } from './in-process.ts';
import type { ObjectModel } from './object-model.ts';
import type { RequestLog } from './request-log.ts';

/** How an emulator is started; everything has a default. */
export interface EmulatorOptions<Account, Quirks> extends Omit<InProcessOptions<Account, Quirks>, 'faults'> {
  readonly port?: number;
  readonly faults?: FaultPlan;
}

/** A running emulator. */
export interface RunningEmulator<Account> extends AsyncDisposable {
  /** For path style. */
  readonly endpoint: string;
  /** For virtual hosts: buckets stand in front of `localhost`, which the client has to resolve to 127.0.0.1. */
  readonly virtualHostEndpoint: string;
  readonly region: string;
  readonly accounts: readonly Account[];
  readonly model: ObjectModel;
  readonly requests: RequestLog;
  readonly faults: { setPlan(plan: FaultPlan): void; readonly log: readonly FaultHit[] };
  close(): Promise<void>;
}

/** Starts a provider's service on the loopback interface. */
export async function startEmulator<Account, Quirks, Call extends Target>(
  blueprint: Blueprint<Account, Quirks, Call>,
  options: EmulatorOptions<Account, Quirks>,
): Promise<RunningEmulator<Account>> {
  const { region, accounts, model, requests, faults, respond } = createEmulator(blueprint, options);
  const server = await serveOnLoopback(respond, options.port);
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    virtualHostEndpoint: `http://localhost:${server.port}`,
    region,
    accounts,
    model,
    requests,
    faults,
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
