import type { FaultPlan } from './fault-plan.ts';
import { createFaults, type FaultHit, type Target } from './faults.ts';
import { serveOnLoopback } from './http-server.ts';
import { type ModelOptions, ObjectModel } from './object-model.ts';
import type { BucketOptions } from './object-types.ts';
import { createPipeline, type Service } from './pipeline.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';

/** How an emulator is started; everything has a default. */
export interface EmulatorOptions<Account, Quirks> {
  readonly port?: number;
  /** The region, or zone, of the endpoint. */
  readonly region?: string;
  readonly accounts?: readonly Account[];
  /** Names, or buckets with their own settings. */
  readonly buckets?: readonly (string | BucketOptions)[];
  readonly faults?: FaultPlan;
  /** What time it is, for signatures, conditions and restores. */
  readonly clock?: () => Date;
  readonly quirks?: Partial<Quirks>;
  /** How many requests the log keeps in full. */
  readonly keepRequests?: number;
  /** Told of every authenticated request before it is worked on. */
  readonly onRequest?: (target: Target) => void;
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

/** What a provider's service is made with. */
interface ServiceParts<Account, Quirks> {
  readonly model: ObjectModel;
  readonly region: string;
  readonly accounts: readonly Account[];
  readonly quirks: Quirks;
  readonly now: () => Date;
}

/** What makes an emulator that of one provider. */
interface Blueprint<Account, Quirks, Call extends Target> {
  /** The region, or zone, if not said otherwise. */
  readonly region: string;
  /** The account that there is when none is given. */
  readonly account: Account;
  readonly quirks: Quirks;
  readonly model?: Omit<ModelOptions, 'region' | 'clock'>;
  /** The storage class of buckets that do not say theirs. */
  readonly storageClass?: string;
  readonly createService: (parts: ServiceParts<Account, Quirks>) => Service<Call>;
}

/** Starts a provider's service on the loopback interface. */
export async function startEmulator<Account, Quirks, Call extends Target>(
  blueprint: Blueprint<Account, Quirks, Call>,
  options: EmulatorOptions<Account, Quirks>,
): Promise<RunningEmulator<Account>> {
  const region = options.region ?? blueprint.region;
  const accounts = options.accounts ?? [blueprint.account];
  const now = options.clock ?? (() => new Date());
  const model = new ObjectModel({ region, clock: now, ...blueprint.model });
  for (const bucket of options.buckets ?? []) {
    const { storageClass } = blueprint;
    model.createBucket({
      ...(storageClass === undefined ? {} : { storageClass }),
      ...(typeof bucket === 'string' ? { name: bucket } : bucket),
    });
  }
  const faults = createFaults(options.faults);
  const requests = createRequestLog(options.keepRequests);
  const quirks = { ...blueprint.quirks, ...options.quirks };
  const service = blueprint.createService({ model, region, accounts, quirks, now });
  const respond = createPipeline(service, { faults, log: requests, onRequest: options.onRequest });
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
