import { type CopyError, isRetryable } from '../errors.ts';
import type { Runtime } from '../runtime.ts';

/** The one request-level policy: full jitter between 0 and a doubling bound. */
const TRIES = 6;
const FIRST_BOUND_MS = 200;
const LAST_BOUND_MS = 20_000;
/** A provider's hint is followed up to here; a longer one is left to the state machine's own retry. */
const LONGEST_HINT_MS = 60_000;

/** Thrown instead of another try when the invocation has no time left for it. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that may still be spent; absent: no bound. */
  readonly remainingMs?: (() => number) | undefined;
  /** Time one try can take, in milliseconds; less remaining than this means no further try. */
  readonly tryMs?: number | undefined;
}

/**
 * Repeats a request that may be repeated, on the retryable names only, honouring the provider's hint.
 *
 * @throws the last error; OutOfTime when the time is up before the tries are.
 */
export async function withRetry<T>(
  { clock, random, observe }: Runtime,
  request: () => Promise<T>,
  { signal, remainingMs, tryMs = 0 }: RetryOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (!isRetryable(error) || attempt === TRIES) throw error;
      const delayMs = delayFor(attempt, error.facts.retryAfterMs, random);
      refuseLongWait(error, delayMs, remainingMs?.() ?? Number.POSITIVE_INFINITY, tryMs);
      observe({ type: 'retry', error, delayMs });
      await clock.sleep(delayMs, signal);
    }
  }
}

function refuseLongWait(error: CopyError, delayMs: number, remainingMs: number, tryMs: number): void {
  if (delayMs > LONGEST_HINT_MS) throw error;
  if (remainingMs < delayMs + tryMs) throw new OutOfTime('No time is left for another try.', { cause: error });
}

/** Milliseconds to wait after the given attempt (1-based): full jitter, but never less than the provider asks for. */
export function delayFor(attempt: number, hintMs: number | undefined, random: () => number): number {
  const bound = Math.min(LAST_BOUND_MS, FIRST_BOUND_MS * 2 ** (attempt - 1));
  return Math.max(Math.round(random() * bound), hintMs ?? 0);
}
