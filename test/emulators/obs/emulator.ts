import type { FaultPlan } from '../fault-plan.ts';
import { createFaults, type FaultHit, type Target } from '../faults.ts';
import { serveOnLoopback } from '../http-server.ts';
import { ObjectModel } from '../object-model.ts';
import type { BucketOptions } from '../object-types.ts';
import { createPipeline } from '../pipeline.ts';
import { createRequestLog, type RequestLog } from '../request-log.ts';
import type { ObsAccount, ObsQuirks } from './context.ts';
import { createLockout } from './lockout.ts';
import { createObsService } from './service.ts';
import { createVerifier } from './signature.ts';

/** How an emulator is started; everything has a default. */
export interface ObsEmulatorOptions {
  readonly port?: number;
  /** The region of the endpoint, `cn-north-4` if not said otherwise. */
  readonly region?: string;
  readonly accounts?: readonly ObsAccount[];
  /** Names, or buckets with their own settings. */
  readonly buckets?: readonly (string | BucketOptions)[];
  readonly faults?: FaultPlan;
  /** What time it is, for signatures, conditions and restores. */
  readonly clock?: () => Date;
  readonly quirks?: Partial<ObsQuirks>;
  /** How many requests the log keeps in full. */
  readonly keepRequests?: number;
  /** Told of every authenticated request before it is worked on. */
  readonly onRequest?: (target: Target) => void;
}

/** A running emulator. */
export interface ObsEmulator extends AsyncDisposable {
  /** For path style. */
  readonly endpoint: string;
  /** For virtual hosts: `<bucket>.localhost`, which the client has to resolve to 127.0.0.1. */
  readonly virtualHostEndpoint: string;
  readonly region: string;
  readonly accounts: readonly ObsAccount[];
  readonly model: ObjectModel;
  readonly requests: RequestLog;
  readonly faults: { setPlan(plan: FaultPlan): void; readonly log: readonly FaultHit[] };
  close(): Promise<void>;
}

/** The account that an emulator has when none is given. */
export const demoObsAccount: ObsAccount = {
  accessKeyId: 'HPUAOBJECTFERRYDEMO0',
  secretAccessKey: 'objectferry-demo-secret-for-obs',
};

const usualQuirks: ObsQuirks = {
  pathStyle: 'served',
  leastPartBytes: { native: 100 * 1024, amz: 5 * 2 ** 20 },
  amzCopyConditions: 'checked',
  versionMarkerHead: 404,
  completeTwice: 'no-such-upload',
  wrongSignatures: { most: 20, lockMs: 60_000 },
  restoreMs: 60_000,
};

/** Starts an OBS on the loopback interface. */
export async function startObsEmulator(options: ObsEmulatorOptions = {}): Promise<ObsEmulator> {
  const region = options.region ?? 'cn-north-4';
  const accounts = options.accounts ?? [demoObsAccount];
  const now = options.clock ?? (() => new Date());
  const model = new ObjectModel({ region, clock: now, etagCase: 'lower', defaultContentType: 'binary/octet-stream' });
  for (const bucket of options.buckets ?? []) {
    model.createBucket(typeof bucket === 'string' ? { name: bucket } : bucket);
  }
  const faults = createFaults(options.faults);
  const requests = createRequestLog(options.keepRequests);
  const context = { model, region, quirks: { ...usualQuirks, ...options.quirks }, completed: new Map() };
  const endpointHosts = ['localhost', `obs.${region}.myhuaweicloud.com`, `obs.${region}.otc.t-systems.com`];
  const lockout = createLockout(context.quirks.wrongSignatures, now);
  const service = createObsService(context, endpointHosts, createVerifier({ accounts, region, now, lockout }));
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
