import type { Account } from './account.ts';
import { startObsEmulator } from './obs/emulator.ts';
import { startOssEmulator } from './oss/emulator.ts';
import { startQingstorEmulator } from './qingstor/emulator.ts';
import { startS3Emulator } from './s3/emulator.ts';
import type { EmulatorOptions, RunningEmulator } from './start.ts';

/** What all emulators have in common. */
export type Emulator = RunningEmulator<Account>;

/** A provider that can be served on this machine. */
export interface EmulatedProvider {
  /** For a person. */
  readonly title: string;
  /** Two buckets whose names the provider allows. */
  readonly buckets: readonly [source: string, destination: string];
  /** What its store has in the stores file besides what every store has. */
  readonly storeFields: Readonly<Record<string, string>>;
  /** The operation that begins an upload, as its fault plans call it. */
  readonly initiate: string;
  /** MiB of the smallest part. */
  readonly partSizeMiB: number;
  readonly start: (
    options: Pick<
      EmulatorOptions<Account, never>,
      'port' | 'accounts' | 'buckets' | 'faults' | 'keepRequests' | 'onRequest'
    >,
  ) => Promise<Emulator>;
}

const BUCKETS = ['raw', 'archive'] as const;
const INITIATE = 'InitiateMultipartUpload';

/** One line per provider; its place decides its port. */
export const EMULATED: Readonly<Record<string, EmulatedProvider>> = {
  oss: {
    title: 'Alibaba Cloud OSS',
    buckets: BUCKETS,
    storeFields: { signature: 'v4' },
    initiate: INITIATE,
    partSizeMiB: 1,
    start: startOssEmulator,
  },
  obs: {
    title: 'Huawei OBS',
    buckets: BUCKETS,
    storeFields: { dialect: 'obs', signature: 'obs' },
    initiate: INITIATE,
    partSizeMiB: 5,
    start: startObsEmulator,
  },
  // Bucket names have six letters at least.
  qingstor: {
    title: 'QingStor',
    buckets: ['originals', 'archive'],
    storeFields: {},
    initiate: INITIATE,
    partSizeMiB: 4,
    start: startQingstorEmulator,
  },
  s3: {
    title: 'Amazon S3',
    buckets: BUCKETS,
    storeFields: {},
    initiate: 'CreateMultipartUpload',
    partSizeMiB: 5,
    start: startS3Emulator,
  },
};

/** The store of a stores file that points to an emulator, in path style. */
export function storeFor(name: string, { buckets, storeFields }: EmulatedProvider, { region, endpoint }: Emulator) {
  return {
    provider: name,
    region,
    endpoint,
    addressing: 'path',
    ...storeFields,
    credentials: { env: name.toUpperCase() },
    buckets: [...buckets],
  };
}
