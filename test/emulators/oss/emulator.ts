import type { FaultPlan } from '../fault-plan.ts';
import { createFaults, type FaultHit, type Target } from '../faults.ts';
import { serveOnLoopback } from '../http-server.ts';
import { ObjectModel } from '../object-model.ts';
import type { BucketOptions } from '../object-types.ts';
import { createPipeline } from '../pipeline.ts';
import { createRequestLog, type RequestLog } from '../request-log.ts';
import type { OssAccount, OssQuirks } from './context.ts';
import { createOssService } from './service.ts';
import { createVerifier } from './signature.ts';

/** How an emulator is started; everything has a default. */
export interface OssEmulatorOptions {
  readonly port?: number;
  /** The region of the endpoint, `cn-hangzhou` if not said otherwise. */
  readonly region?: string;
  readonly accounts?: readonly OssAccount[];
  /** Names, or buckets with their own settings. */
  readonly buckets?: readonly (string | BucketOptions)[];
  readonly faults?: FaultPlan;
  /** What time it is, for signatures, conditions and restores. */
  readonly clock?: () => Date;
  readonly quirks?: Partial<OssQuirks>;
  /** How many requests the log keeps in full. */
  readonly keepRequests?: number;
  /** Told of every authenticated request before it is worked on. */
  readonly onRequest?: (target: Target) => void;
}

/** A running emulator. */
export interface OssEmulator extends AsyncDisposable {
  /** For path style. */
  readonly endpoint: string;
  /** For virtual hosts: `<bucket>.localhost`, which the client has to resolve to 127.0.0.1. */
  readonly virtualHostEndpoint: string;
  readonly region: string;
  readonly accounts: readonly OssAccount[];
  readonly model: ObjectModel;
  readonly requests: RequestLog;
  readonly faults: { setPlan(plan: FaultPlan): void; readonly log: readonly FaultHit[] };
  close(): Promise<void>;
}

/** The account that an emulator has when none is given. */
export const demoOssAccount: OssAccount = {
  accessKeyId: 'LTAI5tOBJECTFERRYDEMO',
  secretAccessKey: 'objectferry-demo-secret-for-oss',
};

const usualQuirks: OssQuirks = {
  conditionStatus: 304,
  crcForCopiedParts: true,
  versionMarkerHead: 405,
  completeTwice: 'no-such-upload',
  immutableRefuses: 'copies',
  restoreMs: 60_000,
};

/** Starts an OSS on the loopback interface. */
export async function startOssEmulator(options: OssEmulatorOptions = {}): Promise<OssEmulator> {
  const region = options.region ?? 'cn-hangzhou';
  const accounts = options.accounts ?? [demoOssAccount];
  const clock = options.clock ?? (() => new Date());
  const model = new ObjectModel({ region, clock });
  for (const bucket of options.buckets ?? []) {
    model.createBucket(typeof bucket === 'string' ? { name: bucket } : bucket);
  }
  const faults = createFaults(options.faults);
  const requests = createRequestLog(options.keepRequests);
  const context = { model, region, quirks: { ...usualQuirks, ...options.quirks }, completed: new Map() };
  const endpointHosts = ['localhost', `oss-${region}.aliyuncs.com`, `oss-${region}-internal.aliyuncs.com`];
  const service = createOssService(context, endpointHosts, createVerifier({ accounts, region, now: clock }));
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
