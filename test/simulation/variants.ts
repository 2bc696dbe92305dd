import type { TemporaryAccount } from '../emulators/account.ts';
import type { Faults } from '../emulators/faults.ts';
import type { InProcessEmulator, InProcessOptions } from '../emulators/in-process.ts';
import { createObsEmulator } from '../emulators/obs/emulator.ts';
import { createOssEmulator } from '../emulators/oss/emulator.ts';
import { createQingstorEmulator } from '../emulators/qingstor/emulator.ts';
import { cloneQuirks, createS3Emulator } from '../emulators/s3/emulator.ts';

/** What every emulator of the simulation is made with. */
interface EmulatorParts extends Pick<InProcessOptions<TemporaryAccount, never>, 'buckets'> {
  readonly accounts: readonly TemporaryAccount[];
  readonly faults: Faults;
  readonly clock: () => Date;
}

/** A provider, or a store of one with habits of its own. */
export interface Variant {
  readonly provider: 'oss' | 'obs' | 'qingstor' | 's3';
  readonly create: (parts: EmulatorParts) => InProcessEmulator<TemporaryAccount>;
  /** What its store has in the stores file. */
  readonly store: Readonly<Record<string, unknown>>;
  /** MiB of the smallest part. */
  readonly partSizeMiB: number;
  /** The class of an object that has to be restored first. */
  readonly archive: string;
  /** Says in its answers how long to wait. */
  readonly hint: string;
  readonly temporaryKeys: boolean;
  /** Whether it refuses a part of another source than the pinned one: if not, a look at the source has to. */
  readonly provesSource: boolean;
  readonly customerKeys: boolean;
}

const PATH = 'path';
const s3 = {
  provider: 's3',
  partSizeMiB: 5,
  archive: 'GLACIER',
  hint: 'retry-after',
  temporaryKeys: true,
  customerKeys: true,
} as const;
const here = { region: 'us-east-1', endpoint: 'http://127.0.0.1:4400', addressing: PATH };

/** By name, as a trace says it. */
export const VARIANTS: Readonly<Record<string, Variant>> = {
  oss: {
    provider: 'oss',
    create: createOssEmulator,
    store: { region: 'cn-hangzhou', endpoint: 'http://127.0.0.1:4400', addressing: PATH, signature: 'v4' },
    partSizeMiB: 1,
    archive: 'Archive',
    hint: 'x-oss-qos-delay-time',
    temporaryKeys: true,
    provesSource: true,
    customerKeys: false,
  },
  obs: {
    provider: 'obs',
    create: createObsEmulator,
    store: {
      region: 'cn-north-4',
      endpoint: 'http://127.0.0.1:4400',
      addressing: PATH,
      dialect: 'obs',
      signature: 'obs',
    },
    partSizeMiB: 5,
    archive: 'COLD',
    hint: 'retry-after',
    temporaryKeys: true,
    provesSource: true,
    customerKeys: true,
  },
  qingstor: {
    provider: 'qingstor',
    create: createQingstorEmulator,
    store: { region: 'pek3a', endpoint: 'http://127.0.0.1:4400', addressing: PATH },
    partSizeMiB: 4,
    archive: 'STANDARD_IA',
    hint: 'retry-after',
    temporaryKeys: false,
    provesSource: true,
    customerKeys: true,
  },
  /** Its endpoint says that it is Amazon, where conditions hold. */
  amazon: {
    ...s3,
    create: createS3Emulator,
    store: { region: 'us-east-1', endpoint: 'https://s3.us-east-1.amazonaws.com', addressing: PATH },
    provesSource: true,
  },
  /** Honours conditions, which nobody can know. */
  gateway: { ...s3, create: createS3Emulator, store: here, provesSource: true },
  /** Ignores conditions without a word. */
  clone: {
    ...s3,
    create: (parts) => createS3Emulator({ ...parts, quirks: cloneQuirks }),
    store: { ...here, quirks: { checksums: false } },
    provesSource: false,
  },
};
