import { type Blueprint, createEmulator, type InProcessEmulator, type InProcessOptions } from '../in-process.ts';
import { type EmulatorOptions, type RunningEmulator, startEmulator } from '../start.ts';
import type { OssAccount, OssCall, OssQuirks } from './context.ts';
import { createOssService } from './service.ts';
import { createVerifier } from './signature.ts';

/** How an emulator of OSS is started. */
export type OssEmulatorOptions = EmulatorOptions<OssAccount, OssQuirks>;

/** A running emulator of OSS. */
export type OssEmulator = RunningEmulator<OssAccount>;

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
  shallowCopies: true,
  restoreMs: 60_000,
};

/** What makes an emulator an OSS. */
const blueprint: Blueprint<OssAccount, OssQuirks, OssCall> = {
  region: 'cn-hangzhou',
  account: demoOssAccount,
  quirks: usualQuirks,
  createService: ({ accounts, now, ...parts }) => {
    const { region } = parts;
    const endpointHosts = ['localhost', `oss-${region}.aliyuncs.com`, `oss-${region}-internal.aliyuncs.com`];
    const context = { ...parts, completed: new Map() };
    return createOssService(context, endpointHosts, createVerifier({ accounts, region, now }));
  },
};

/** Starts an OSS on the loopback interface. */
export function startOssEmulator(options: OssEmulatorOptions = {}): Promise<OssEmulator> {
  return startEmulator(blueprint, options);
}

/** Makes an OSS inside this process, without a server. */
export function createOssEmulator(
  options: InProcessOptions<OssAccount, OssQuirks> = {},
): InProcessEmulator<OssAccount> {
  return createEmulator(blueprint, options);
}
