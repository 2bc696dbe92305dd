import { type App, type AppProps, Stack } from 'aws-cdk-lib';
import { createApp } from './app.ts';
import { createCopyFunctions } from './copy-functions.ts';
import { CopyMachine, type CopyMachineProps } from './copy-machine.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { StoreAccess } from './store-access.ts';
import { NO_STORES } from './stores-file.ts';

/** The machine alone, and the functions that its states invoke. */
export interface MachineApp {
  readonly app: App;
  readonly stack: Stack;
  readonly functions: CopyMachineProps['functions'];
}

/**
 * The machine without all that is around it on AWS: what runs here needs no more, and starts half a second earlier
 * without it. A test compares the definition with the one that is deployed.
 */
export function createMachineApp(props: AppProps): MachineApp {
  const app = createApp(props);
  const stack = new Stack(app, 'Objectferry');
  const logRetention = DEFAULT_SETTINGS.logRetentionDays;
  const access = new StoreAccess(stack, 'StoreAccess', NO_STORES);
  const functions = createCopyFunctions(stack, { access, logRetention });
  new CopyMachine(stack, 'Copy', { functions, logRetention });
  return { app, stack, functions };
}
