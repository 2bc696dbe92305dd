import type { FaultPlan } from '../fault-plan.ts';
import { createFaults, type FaultHit, type Target } from '../faults.ts';
import { serveOnLoopback } from '../http-server.ts';
import { ObjectModel } from '../object-model.ts';
import type { BucketOptions } from '../object-types.ts';
import { createPipeline } from '../pipeline.ts';
import { createRequestLog, type RequestLog } from '../request-log.ts';
import type { QingstorAccount, QingstorQuirks } from './context.ts';
import { createQingstorService } from './service.ts';
import { createVerifier } from './signature.ts';

/** How an emulator is started; everything has a default. */
export interface QingstorEmulatorOptions {
  readonly port?: number;
  /** The zone of the endpoint, `pek3a` if not said otherwise. */
  readonly region?: string;
  readonly accounts?: readonly QingstorAccount[];
  /** Names, or buckets with their own settings. */
  readonly buckets?: readonly (string | BucketOptions)[];
  readonly faults?: FaultPlan;
  /** What time it is, for signatures and conditions. */
  readonly clock?: () => Date;
  readonly quirks?: Partial<QingstorQuirks>;
  /** How many requests the log keeps in full. */
  readonly keepRequests?: number;
  /** Told of every authenticated request before it is worked on. */
  readonly onRequest?: (target: Target) => void;
}

/** A running emulator. */
export interface QingstorEmulator extends AsyncDisposable {
  /** For path style. */
  readonly endpoint: string;
  /** For virtual hosts: `<bucket>.localhost` or `<bucket>.<zone>.localhost`, which the client has to resolve to 127.0.0.1. */
  readonly virtualHostEndpoint: string;
  /** The zone. */
  readonly region: string;
  readonly accounts: readonly QingstorAccount[];
  readonly model: ObjectModel;
  readonly requests: RequestLog;
  readonly faults: { setPlan(plan: FaultPlan): void; readonly log: readonly FaultHit[] };
  close(): Promise<void>;
}

/** The account that an emulator has when none is given. */
export const demoQingstorAccount: QingstorAccount = {
  accessKeyId: 'QYOBJECTFERRYDEMO',
  secretAccessKey: 'objectferry-demo-secret-for-qingstor',
};

const usualQuirks: QingstorQuirks = {
  etagOnCopy: true,
  uploadMissingStatus: 404,
  hasMore: true,
  keyAtComplete: true,
};

/** Starts a QingStor on the loopback interface. */
export async function startQingstorEmulator(options: QingstorEmulatorOptions = {}): Promise<QingstorEmulator> {
  const region = options.region ?? 'pek3a';
  const accounts = options.accounts ?? [demoQingstorAccount];
  const clock = options.clock ?? (() => new Date());
  const model = new ObjectModel({ region, clock, etagCase: 'lower' });
  for (const bucket of options.buckets ?? []) {
    model.createBucket({ storageClass: 'STANDARD', ...(typeof bucket === 'string' ? { name: bucket } : bucket) });
  }
  const faults = createFaults(options.faults);
  const requests = createRequestLog(options.keepRequests);
  const context = { model, zone: region, quirks: { ...usualQuirks, ...options.quirks } };
  const service = createQingstorService(context, createVerifier({ accounts, now: clock }));
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
