import { type CopyError, type ErrorName, isRetryable } from '../errors.ts';
import type { Runtime } from '../runtime.ts';

/** The one request-level policy: full jitter between 0 and a doubling bound. */
const FIRST_BOUND_MS = 200;
/** The longest pause that is not the provider's own wish. */
export const LONGEST_PAUSE_MS = 20_000;
/** Six tries wait 3 s on average. */
const TRIES = 6;
/** Twelve wait more than a minute: the provider's bad minute shall not end a copy of ten hours. */
const PATIENT_TRIES = 12;
/** What time heals; a malformed answer or a missing ETag comes back at once or not at all. */
const OUTAGES: readonly ErrorName[] = ['Throttled', 'ProviderUnavailable', 'ConnectionLost', 'Timeout'];
/** A provider's hint is followed up to here: a handler that waits is paid for. */
const LONGEST_HINT_MS = 300_000;
/** Time that one try of a small request needs. */
const TRY_MS = 1_000;

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Time one try can take, in milliseconds; without that much time left there is no further try. */
  readonly tryMs?: number | undefined;
  /** Sit an outage out, because much work would be lost. */
  readonly patient?: boolean | undefined;
}

/**
 * Repeats a request that may be repeated: on the retryable names only, honouring the provider's hint, inside the time
 * of the invocation.
 *
 * @throws the last error.
 */
export async function withRetry<T>(
  { clock, random, observe, remainingMs }: Runtime,
  request: () => Promise<T>,
  { signal, tryMs = TRY_MS, patient = false }: RetryOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      if (!isRetryable(error) || attempt === triesFor(error, patient)) throw error;
      const delayMs = delayFor(attempt, error.facts.retryAfterMs, random);
      if (delayMs > LONGEST_HINT_MS || remainingMs() < delayMs + tryMs) throw error;
      observe({ type: 'retry', error, delayMs });
      await clock.sleep(delayMs, signal);
    }
  }
}

function triesFor({ name }: CopyError, patient: boolean): number {
  return patient && OUTAGES.includes(name) ? PATIENT_TRIES : TRIES;
}

/** Milliseconds to wait after the given attempt (1-based): full jitter, but never less than the provider asks for. */
export function delayFor(attempt: number, hintMs: number | undefined, random: () => number): number {
  const bound = Math.min(LONGEST_PAUSE_MS, FIRST_BOUND_MS * 2 ** (attempt - 1));
  return Math.max(Math.round(random() * bound), hintMs ?? 0);
}
