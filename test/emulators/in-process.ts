import type { FaultPlan } from './fault-plan.ts';
import { createFaults, type Faults, type Target } from './faults.ts';
import type { Responder } from './http-server.ts';
import { type ModelOptions, ObjectModel } from './object-model.ts';
import type { BucketOptions } from './object-types.ts';
import { createPipeline, type Service } from './pipeline.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';

/** How an emulator is made; everything has a default. */
export interface InProcessOptions<Account, Quirks> {
  /** The region, or zone, of the endpoint. */
  readonly region?: string;
  readonly accounts?: readonly Account[];
  /** Names, or buckets with their own settings. */
  readonly buckets?: readonly (string | BucketOptions)[];
  /** A plan, or whatever else decides on each request. */
  readonly faults?: FaultPlan | Faults;
  /** What time it is, for signatures, conditions and restores. */
  readonly clock?: () => Date;
  readonly quirks?: Partial<Quirks>;
  /** How many requests the log keeps in full. */
  readonly keepRequests?: number;
  /** Told of every request before its signature is looked at. */
  readonly onArrival?: (target: Target) => void;
  /** Told of every authenticated request before it is worked on. */
  readonly onRequest?: (target: Target) => void;
}

/** An emulator without a server: whoever has it hands it requests and gets answers. */
export interface InProcessEmulator<Account> {
  readonly region: string;
  readonly accounts: readonly Account[];
  readonly model: ObjectModel;
  readonly requests: RequestLog;
  readonly faults: Faults;
  readonly respond: Responder;
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
export interface Blueprint<Account, Quirks, Call extends Target> {
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

/** Makes a provider's service inside this process. */
export function createEmulator<Account, Quirks, Call extends Target>(
  blueprint: Blueprint<Account, Quirks, Call>,
  options: InProcessOptions<Account, Quirks>,
): InProcessEmulator<Account> {
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
  const faults = isPlan(options.faults) ? createFaults(options.faults) : options.faults;
  const requests = createRequestLog(options.keepRequests);
  const quirks = { ...blueprint.quirks, ...options.quirks };
  const service = blueprint.createService({ model, region, accounts, quirks, now });
  const { onArrival, onRequest } = options;
  const respond = createPipeline(service, { faults, log: requests, now, onArrival, onRequest });
  return { region, accounts, model, requests, faults, respond };
}

function isPlan(faults: FaultPlan | Faults | undefined): faults is FaultPlan | undefined {
  return faults === undefined || !('next' in faults);
}
