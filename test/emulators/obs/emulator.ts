import { type Blueprint, createEmulator, type InProcessEmulator, type InProcessOptions } from '../in-process.ts';
import { type EmulatorOptions, type RunningEmulator, startEmulator } from '../start.ts';
import type { ObsAccount, ObsCall, ObsQuirks } from './context.ts';
import { createLockout } from './lockout.ts';
import { createObsService } from './service.ts';
import { createVerifier } from './signature.ts';

/** How an emulator of OBS is started. */
export type ObsEmulatorOptions = EmulatorOptions<ObsAccount, ObsQuirks>;

/** A running emulator of OBS. */
export type ObsEmulator = RunningEmulator<ObsAccount>;

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
  crc64: 'absent',
  restoreMs: 60_000,
};

/** What makes an emulator an OBS. */
const blueprint: Blueprint<ObsAccount, ObsQuirks, ObsCall> = {
  region: 'cn-north-4',
  account: demoObsAccount,
  quirks: usualQuirks,
  model: { etagCase: 'lower', defaultContentType: 'binary/octet-stream' },
  createService: ({ accounts, now, ...parts }) => {
    const { region, quirks } = parts;
    const endpointHosts = ['localhost', `obs.${region}.myhuaweicloud.com`, `obs.${region}.otc.t-systems.com`];
    const lockout = createLockout(quirks.wrongSignatures, now);
    const context = { ...parts, completed: new Map() };
    return createObsService(context, endpointHosts, createVerifier({ accounts, region, now, lockout }));
  },
};

/** Starts an OBS on the loopback interface. */
export function startObsEmulator(options: ObsEmulatorOptions = {}): Promise<ObsEmulator> {
  return startEmulator(blueprint, options);
}

/** Makes an OBS inside this process, without a server. */
export function createObsEmulator(
  options: InProcessOptions<ObsAccount, ObsQuirks> = {},
): InProcessEmulator<ObsAccount> {
  return createEmulator(blueprint, options);
}
