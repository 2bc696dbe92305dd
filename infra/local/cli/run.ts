import type { CopyEvent } from '@objectferry/shared/runtime.ts';
import type { StoreConfigs } from '@objectferry/shared/stores.ts';
import type { Environment } from '#functions/secrets.ts';
import { type Journal, NO_JOURNAL } from '../journal/journal.ts';
import { type ResumableCopy, type ResumableResult, runResumable } from '../journal/resumable-copy.ts';
import { createLocalRuntime } from '../runtime.ts';
import { onInterrupt } from './interruption.ts';
import { showProgress } from './show-progress.ts';

export interface RunOptions {
  readonly request: unknown;
  readonly stores: StoreConfigs;
  readonly env: Environment;
  /** Shows no progress. */
  readonly quiet: boolean;
  /** What lets the same command go on after a crash; without it nothing is remembered. */
  readonly remembered?: Remembered | undefined;
}

/** A journal, and what is written into it. */
export interface Remembered extends Pick<ResumableCopy, 'id' | 'by'> {
  readonly journal: Journal;
}

/** How a copy ended, whether a signal asked it to, and whether it had begun: an upload was open. */
export type RunResult = ResumableResult & { readonly stopped: boolean; readonly begun: boolean };

const FORGOTTEN: Remembered = { journal: NO_JOURNAL, id: 'forgotten', by: { pid: process.pid, command: '' } };

/**
 * Runs one copy through the state machine on this machine and shows on stderr how far it is. Ctrl-C, SIGTERM and the
 * end of the terminal stop it cleanly: the upload is aborted first.
 */
export async function run({ request, stores, env, quiet, remembered = FORGOTTEN }: RunOptions): Promise<RunResult> {
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
  }, leavingSentence(remembered));
  let result: ResumableResult | undefined;
  try {
    const { tell, warn } = display;
    result = await runResumable({ ...remembered, request, runtime, signal: stop.signal, tell, warn });
    return { ...result, stopped: stop.signal.aborted, begun };
  } finally {
    release();
    display.end(result?.status === 'SUCCEEDED' ? 'done' : stop.signal.aborted ? 'stopped' : 'failed');
    await close();
  }
}

function leavingSentence({ journal }: Remembered): string {
  const open = 'Stopped at once: the upload may still be open at the provider.';
  return journal === NO_JOURNAL ? open : `${open} The same command cleans up before it copies.`;
}
