import { type Blueprint, createEmulator, type InProcessEmulator, type InProcessOptions } from '../in-process.ts';
import { type EmulatorOptions, type RunningEmulator, startEmulator } from '../start.ts';
import type { S3Account, S3Call, S3Context, S3Quirks } from './context.ts';
import { createS3Service } from './service.ts';
import { createVerifier } from './signature.ts';

/** How an emulator of S3 is started. */
export interface S3EmulatorOptions extends EmulatorOptions<S3Account, S3Quirks> {
  /** The account id that owns all buckets, for `x-amz-expected-bucket-owner`. */
  readonly ownerId?: string;
}

/** A running emulator of S3. */
export type S3Emulator = RunningEmulator<S3Account>;

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
  writeConditions: 'honoured',
  uploadTags: 'kept',
  completeEtag: 'told',
  partSourceDecodedTwice: false,
  minPartBytes: 5 * 2 ** 20,
  maxParts: 10_000,
  maxMetadataBytes: 2048,
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

/** What makes an emulator an S3 whose buckets this account owns. */
function blueprintFor(ownerId = '123456789012'): Blueprint<S3Account, S3Quirks, S3Call> {
  return {
    region: 'us-east-1',
    account: demoS3Account,
    quirks: amazonsQuirks,
    model: { etagCase: 'lower', defaultContentType: 'binary/octet-stream' },
    createService: ({ accounts, now, ...parts }) => {
      const { region } = parts;
      const context: S3Context = { ...parts, ownerId, uploadChecksums: new Map(), completed: new Map() };
      const endpointHosts = ['localhost', `s3.${region}.amazonaws.com`, 's3.amazonaws.com'];
      return createS3Service(context, endpointHosts, createVerifier({ accounts, region, now }));
    },
  };
}

/** Starts an S3 on the loopback interface. */
export function startS3Emulator(options: S3EmulatorOptions = {}): Promise<S3Emulator> {
  return startEmulator(blueprintFor(options.ownerId), options);
}

/** Makes an S3 inside this process, without a server. */
export function createS3Emulator(options: InProcessOptions<S3Account, S3Quirks> = {}): InProcessEmulator<S3Account> {
  return createEmulator(blueprintFor(), options);
}
