import type { TemporaryAccount } from '../emulators/account.ts';
import { EMULATED, type EmulatedProvider, type Emulator } from '../emulators/catalogue.ts';
import type { Target } from '../emulators/faults.ts';
import type { BucketOptions } from '../emulators/object-types.ts';
import { startObsEmulator } from '../emulators/obs/emulator.ts';
import { startOssEmulator } from '../emulators/oss/emulator.ts';
import { startQingstorEmulator } from '../emulators/qingstor/emulator.ts';
import { startS3Emulator } from '../emulators/s3/emulator.ts';

/** The columns of the table, in their order. */
export const PROVIDERS = ['oss', 'obs', 'qingstor', 's3'] as const;

/** A column of the table. */
export type ProviderName = (typeof PROVIDERS)[number];

/** What the faults have to know of a provider besides how to start it. */
export interface FaultProvider {
  readonly emulated: EmulatedProvider;
  readonly start: (options: StartOptions) => Promise<Emulator>;
  /** The number of the first part on the wire. */
  readonly firstPart: 0 | 1;
  /** Its answers are XML documents; those of QingStor are JSON, and most of its writes answer without any. */
  readonly documents: 'xml' | 'json';
  /** Objects have tags. */
  readonly tags: boolean;
  /** An object keeps its versions. */
  readonly versions: boolean;
  /** Keys that come with a token and end. */
  readonly sessionTokens: boolean;
  /** The answer to a part names the bytes that were copied. */
  readonly reportsRanges: boolean;
  /** The storage class whose objects cannot be read, where there is one. */
  readonly archive: string | undefined;
  /** The header, besides Retry-After, that says how many milliseconds to wait. */
  readonly delayHeader: string | undefined;
  /** The actions that reading the source and writing the destination take. */
  readonly actions: { readonly read: string; readonly write: readonly string[] };
}

interface StartOptions {
  readonly accounts: readonly TemporaryAccount[];
  readonly buckets: readonly BucketOptions[];
  readonly clock: () => Date;
  readonly onArrival: (target: Target) => void;
}

const XML = { firstPart: 1, documents: 'xml', tags: true, versions: true, sessionTokens: true } as const;

/** Every provider that the table has a column for. */
export const FAULT_PROVIDERS: Readonly<Record<ProviderName, FaultProvider>> = {
  oss: {
    ...XML,
    emulated: emulated('oss'),
    start: startOssEmulator,
    reportsRanges: true,
    archive: 'Archive',
    delayHeader: 'x-oss-qos-delay-time',
    actions: { read: 'oss:GetObject', write: ['oss:PutObject'] },
  },
  obs: {
    ...XML,
    emulated: emulated('obs'),
    start: startObsEmulator,
    reportsRanges: false,
    archive: 'COLD',
    delayHeader: 'x-obs-qos-delay-time',
    actions: { read: 'obs:object:GetObject', write: ['obs:object:PutObject'] },
  },
  qingstor: {
    emulated: emulated('qingstor'),
    start: startQingstorEmulator,
    firstPart: 0,
    documents: 'json',
    tags: false,
    versions: true,
    sessionTokens: false,
    reportsRanges: true,
    archive: undefined,
    delayHeader: undefined,
    actions: {
      read: 'get_object',
      write: ['initiate_multipart_upload', 'upload_multipart', 'complete_multipart_upload', 'create_object'],
    },
  },
  s3: {
    ...XML,
    emulated: emulated('s3'),
    start: startS3Emulator,
    reportsRanges: false,
    archive: 'GLACIER',
    delayHeader: undefined,
    actions: { read: 's3:GetObject', write: ['s3:PutObject'] },
  },
};

function emulated(name: ProviderName): EmulatedProvider {
  const provider = EMULATED[name];
  if (provider === undefined) throw new TypeError(`${name} is not emulated.`);
  return provider;
}
