import { type Blueprint, createEmulator, type InProcessEmulator, type InProcessOptions } from '../in-process.ts';
import { type EmulatorOptions, type RunningEmulator, startEmulator } from '../start.ts';
import type { QingstorAccount, QingstorCall, QingstorQuirks } from './context.ts';
import { createQingstorService } from './service.ts';
import { createVerifier } from './signature.ts';

/** How an emulator of QingStor is started. */
export type QingstorEmulatorOptions = EmulatorOptions<QingstorAccount, QingstorQuirks>;

/** A running emulator of QingStor. */
export type QingstorEmulator = RunningEmulator<QingstorAccount>;

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

/** What makes an emulator a QingStor. */
const blueprint: Blueprint<QingstorAccount, QingstorQuirks, QingstorCall> = {
  region: 'pek3a',
  account: demoQingstorAccount,
  quirks: usualQuirks,
  model: { etagCase: 'lower' },
  storageClass: 'STANDARD',
  createService: ({ accounts, now, model, quirks, region }) =>
    createQingstorService({ model, quirks, zone: region }, createVerifier({ accounts, now })),
};

/** Starts a QingStor on the loopback interface. */
export function startQingstorEmulator(options: QingstorEmulatorOptions = {}): Promise<QingstorEmulator> {
  return startEmulator(blueprint, options);
}

/** Makes a QingStor inside this process, without a server. */
export function createQingstorEmulator(
  options: InProcessOptions<QingstorAccount, QingstorQuirks> = {},
): InProcessEmulator<QingstorAccount> {
  return createEmulator(blueprint, options);
}
