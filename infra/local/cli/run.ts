import type { CopyEvent } from '@objectferry/shared/runtime.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import type { MachineResult } from '../engine.ts';
import { runCopy } from '../local-copy.ts';
import { createLocalRuntime } from '../runtime.ts';
import { onInterrupt } from './interruption.ts';
import { showProgress } from './show-progress.ts';

export interface RunOptions {
  readonly request: unknown;
  readonly stores: StoreConfigs;
  readonly env: Environment;
  /** Shows no progress. */
  readonly quiet: boolean;
}

/** How a copy ended, whether a signal asked it to, and whether it had begun: an upload was open. */
export type RunResult = MachineResult & { readonly stopped: boolean; readonly begun: boolean };

/**
 * Runs one copy through the state machine on this machine and shows on stderr how far it is. Ctrl-C, SIGTERM and the
 * end of the terminal stop it cleanly: the upload is aborted first.
 */
export async function run({ request, stores, env, quiet }: RunOptions): Promise<RunResult> {
  // When nobody reads stderr any more, the copy goes on all the same.
  process.stderr.on('error', () => undefined);
  const display = showProgress(process.stderr, quiet);
  let begun = false;
  const observe = (event: CopyEvent): void => {
    if (event.type === 'planned' && event.strategy === 'parts') begun = true;
    display.observe(event);
  };
  const { runtime, close } = createLocalRuntime({ stores, env, observe });
  const stop = new AbortController();
  const release = onInterrupt(() => {
    display.stopping('Stopping and cleaning up (press Ctrl-C again to leave at once).');
    stop.abort();
  }, 'Stopped at once: the upload may still be open at the provider.');
  let result: MachineResult | undefined;
  try {
    result = await runCopy({ request, runtime, signal: stop.signal });
    return { ...result, stopped: stop.signal.aborted, begun };
  } finally {
    release();
    display.end(result?.status === 'SUCCEEDED' ? 'done' : stop.signal.aborted ? 'stopped' : 'failed');
    await close();
  }
}
