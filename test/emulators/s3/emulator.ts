import type { FaultPlan } from '../fault-plan.ts';
import { createFaults, type FaultHit, type Target } from '../faults.ts';
import { serveOnLoopback } from '../http-server.ts';
import { ObjectModel } from '../object-model.ts';
import type { BucketOptions } from '../object-types.ts';
import { createPipeline } from '../pipeline.ts';
import { createRequestLog, type RequestLog } from '../request-log.ts';
import type { S3Account, S3Context, S3Quirks } from './context.ts';
import { createS3Service } from './service.ts';
import { createVerifier } from './signature.ts';

/** How an emulator is started; everything has a default. */
export interface S3EmulatorOptions {
  readonly port?: number;
  /** The region of the endpoint, `us-east-1` if not said otherwise. */
  readonly region?: string;
  readonly accounts?: readonly S3Account[];
  /** The account id that owns all buckets, for `x-amz-expected-bucket-owner`. */
  readonly ownerId?: string;
  /** Names, or buckets with their own settings. */
  readonly buckets?: readonly (string | BucketOptions)[];
  readonly faults?: FaultPlan;
  /** What time it is, for signatures, conditions and restores. */
  readonly clock?: () => Date;
  readonly quirks?: Partial<S3Quirks>;
  /** How many requests the log keeps in full. */
  readonly keepRequests?: number;
  /** Told of every authenticated request before it is worked on. */
  readonly onRequest?: (target: Target) => void;
}

/** A running emulator. */
export interface S3Emulator extends AsyncDisposable {
  /** For path style. */
  readonly endpoint: string;
  /** For virtual hosts: `<bucket>.localhost`, which the client has to resolve to 127.0.0.1. */
  readonly virtualHostEndpoint: string;
  readonly region: string;
  readonly accounts: readonly S3Account[];
  readonly model: ObjectModel;
  readonly requests: RequestLog;
  readonly faults: { setPlan(plan: FaultPlan): void; readonly log: readonly FaultHit[] };
  close(): Promise<void>;
}

/** The account that an emulator has when none is given. */
export const demoS3Account: S3Account = {
  accessKeyId: 'AKIAOBJECTFERRYDEMO0',
  secretAccessKey: 'objectferry-demo-secret-for-s3',
};

const amazonsQuirks: S3Quirks = {
  conditionsIgnored: false,
  completeTwice: 'repeat',
  rangeError: 400,
  smallSourceRanges: 'refused',
  checksums: true,
  etagQuoting: '&quot;',
  leadingBlanks: false,
  restoreMs: 60_000,
};

/** Quirks of a store that speaks S3 without being Amazon's, as MinIO and Ceph have them between them. */
export const cloneQuirks: S3Quirks = {
  ...amazonsQuirks,
  conditionsIgnored: true,
  completeTwice: 'no-such-upload',
  rangeError: 416,
  smallSourceRanges: 'allowed',
  checksums: false,
  etagQuoting: '&#34;',
};

/** Starts an S3 on the loopback interface. */
export async function startS3Emulator(options: S3EmulatorOptions = {}): Promise<S3Emulator> {
  const region = options.region ?? 'us-east-1';
  const accounts = options.accounts ?? [demoS3Account];
  const clock = options.clock ?? (() => new Date());
  const model = new ObjectModel({ region, clock, defaultContentType: 'binary/octet-stream', etagCase: 'lower' });
  for (const bucket of options.buckets ?? []) {
    model.createBucket(typeof bucket === 'string' ? { name: bucket } : bucket);
  }
  const faults = createFaults(options.faults);
  const requests = createRequestLog(options.keepRequests);
  const context: S3Context = {
    model,
    region,
    ownerId: options.ownerId ?? '123456789012',
    quirks: { ...amazonsQuirks, ...options.quirks },
    uploadChecksums: new Map(),
    completed: new Map(),
  };
  const endpointHosts = ['localhost', `s3.${region}.amazonaws.com`, 's3.amazonaws.com'];
  const service = createS3Service(context, endpointHosts, createVerifier({ accounts, region, now: clock }));
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
