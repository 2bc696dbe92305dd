import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import type { MachineResult } from '../engine.ts';
import { runCopy } from '../local-copy.ts';
import { createLocalRuntime } from '../runtime.ts';
import { startProgress } from './progress.ts';

/** Exit code of a program that Ctrl-C ended, as shells expect it. */
export const STOPPED = 130;

export interface RunOptions {
  readonly request: unknown;
  readonly stores: StoreConfigs;
  readonly env: Environment;
  /** Where progress is shown; absent: nowhere. */
  readonly show?: NodeJS.WriteStream | undefined;
}

/** How a copy ended, and whether it was Ctrl-C that ended it. */
export type RunResult = MachineResult & { readonly stopped: boolean };

/**
 * Runs one copy through the state machine on this machine and shows how far it is. Ctrl-C stops it cleanly: the upload
 * is aborted first.
 */
export async function run({ request, stores, env, show }: RunOptions): Promise<RunResult> {
  const progress = startProgress(show);
  const { runtime, close } = createLocalRuntime({ stores, env, observe: progress.observe });
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) {
      process.stderr.write('Stopped at once: the upload may still be open at the provider.\n');
      process.exit(STOPPED);
    }
    process.stderr.write('\nStopping: the upload is being aborted (press Ctrl-C again to leave at once).\n');
    stop.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const result = await runCopy({ request, runtime, signal: stop.signal });
    return { ...result, stopped: stop.signal.aborted };
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    progress.end();
    await close();
  }
}
