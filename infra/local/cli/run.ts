import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import type { MachineResult } from '../engine.ts';
import { runCopy } from '../local-copy.ts';
import { createLocalRuntime } from '../runtime.ts';
import { STOPPED } from './exit-code.ts';
import { showProgress } from './show-progress.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
// One request to stop may come as several signals: `timeout` and service managers send to a process and to its group.
const SAME_STOP_MS = 500;

export interface RunOptions {
  readonly request: unknown;
  readonly stores: StoreConfigs;
  readonly env: Environment;
  /** Shows no progress. */
  readonly quiet: boolean;
}

/** How a copy ended, and whether a signal asked it to. */
export type RunResult = MachineResult & { readonly stopped: boolean };

/**
 * Runs one copy through the state machine on this machine and shows on stderr how far it is. Ctrl-C, SIGTERM and the
 * end of the terminal stop it cleanly: the upload is aborted first.
 */
export async function run({ request, stores, env, quiet }: RunOptions): Promise<RunResult> {
  // When nobody reads stderr any more, the copy goes on all the same.
  process.stderr.on('error', () => undefined);
  const display = showProgress(process.stderr, quiet);
  const { runtime, close } = createLocalRuntime({ stores, env, observe: display.observe });
  const stop = new AbortController();
  const interrupt = interruption(stop, display.stopping);
  for (const signal of SIGNALS) process.on(signal, interrupt);
  let result: MachineResult | undefined;
  try {
    result = await runCopy({ request, runtime, signal: stop.signal });
    return { ...result, stopped: stop.signal.aborted };
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    display.end(result?.status === 'SUCCEEDED' ? 'done' : stop.signal.aborted ? 'stopped' : 'failed');
    await close();
  }
}

/** What a signal does: the first stops the copy, another one ends the process. */
function interruption(stop: AbortController, say: (notice: string) => void): () => void {
  let first: number | undefined;
  return () => {
    if (first === undefined) {
      first = Date.now();
      say('Stopping and cleaning up (press Ctrl-C again to leave at once).');
      stop.abort();
    } else if (Date.now() - first > SAME_STOP_MS) {
      process.stderr.write('Stopped at once: the upload may still be open at the provider.\n');
      process.exit(STOPPED);
    }
  };
}
