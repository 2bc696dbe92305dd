import { setTimeout } from 'node:timers/promises';
import type { CopyStatus } from '@objectferry/shared/api.ts';
import type { ApiClient } from '../api-client.ts';
import { NOTHING_YET, type Progress } from './progress.ts';
import { display } from './show-progress.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const SLOWER = 1.3;

export interface FollowOptions {
  readonly id: string;
  /** Shows no progress. */
  readonly quiet: boolean;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

/**
 * Asks how a copy is doing until it has ended, ever less often, and shows it on stderr.
 *
 * @returns its last status; undefined when nobody watches any more.
 */
export async function follow(client: ApiClient, { id, quiet, signal }: FollowOptions): Promise<CopyStatus | undefined> {
  process.stderr.on('error', () => undefined);
  let last: CopyStatus | undefined;
  const shown = display(process.stderr, quiet, () => lookOf(last));
  try {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * SLOWER)) {
      last = await client.status(id);
      if (last.state !== 'running') break;
      await setTimeout(pause, undefined, { signal });
    }
    shown.end(last.state === 'succeeded' ? 'done' : last.state === 'stopped' ? 'stopped' : 'failed');
    return last;
  } catch (error) {
    shown.end('running');
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** What the display draws of a status. */
function lookOf(status: CopyStatus | undefined): { readonly progress: Progress; readonly elapsedMs: number } {
  const strategy = status?.receipt?.strategy ?? status?.strategy;
  const nothing = { progress: NOTHING_YET, elapsedMs: 0 };
  if (status === undefined || (strategy !== 'whole' && strategy !== 'parts')) return nothing;
  const { receipt, progress } = status;
  if (receipt !== undefined) {
    const { size, partCount = 0 } = receipt;
    const all = { partsDone: partCount, bytesDone: size, bytesCopied: size };
    return { progress: { ...NOTHING_YET, strategy, size, partCount, ...all }, elapsedMs: receipt.seconds * 1000 };
  }
  if (progress === undefined) return { progress: { ...NOTHING_YET, strategy, size: status.size ?? 0 }, elapsedMs: 0 };
  const { size, partCount, partsDone, bytesDone, bytesPerSecond } = progress;
  return {
    progress: { ...NOTHING_YET, strategy, size, partCount, partsDone, bytesDone, bytesCopied: bytesDone },
    // The API tells the rate, the display makes it of bytes and time.
    elapsedMs: bytesPerSecond === 0 ? 0 : (bytesDone * 1000) / bytesPerSecond,
  };
}
