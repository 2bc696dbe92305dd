import { CopyError, isRetryable } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { copyRange, isWrongRange, type PartTarget, refuseWrongPart } from './copy-range.ts';
import type { DigestedPart } from './digest.ts';
import type { Pace, Place } from './pace.ts';
import { LONGEST_PAUSE_MS, withRetry } from './retry.ts';
import { copyTimeoutMs } from './timeouts.ts';
import { halvesOf, type Piece, wholeOf } from './wire-parts.ts';

/** So often a part may time out before it counts as too large for its time: once happens to anybody. */
const TIMEOUTS_BEFORE_SPLIT = 2;

interface PartWork {
  readonly pace: Pace;
  /** For the first request. */
  readonly place: Place | undefined;
  readonly signal: AbortSignal;
  /** ETags of halves that are there already, by their numbers on the wire. */
  readonly halves: ReadonlyMap<number, string>;
}

/**
 * Copies a planned part by one request, or, once that has timed out twice and there are numbers for it, by one for each
 * half. What the provider still makes of the whole does no harm: it has a number of its own.
 *
 * @returns the pieces that the part consists of, or why it was left to another invocation: it was not the part that
 * failed then, but the time that ended.
 * @throws CopyError the first failure that is not worth another try.
 */
export async function copyPart(
  runtime: Runtime,
  target: PartTarget,
  part: number,
  work: PartWork,
): Promise<readonly DigestedPart[] | CopyError> {
  const whole = wholeOf(target.copy, part);
  const tryMs = copyTimeoutMs(whole.range.length);
  let wrong: unknown;
  const send = requestsOf(runtime, target, work, (error) => {
    wrong = error;
  });
  try {
    return await wholeOrHalves(runtime, send, { whole, halves: halvesOf(target.copy, part), work });
  } catch (error) {
    if (!isRetryable(error)) throw error;
    refuseWrongPart(wrong);
    if (runtime.remainingMs() >= tryMs + LONGEST_PAUSE_MS) throw error;
    return error;
  }
}

type Send = (piece: Piece) => Promise<string>;

async function wholeOrHalves(
  runtime: Runtime,
  send: Send,
  { whole, halves, work }: { readonly whole: Piece; readonly halves: readonly Piece[]; readonly work: PartWork },
): Promise<readonly DigestedPart[]> {
  const patiently = { signal: work.signal, patient: true };
  let timeouts = 0;
  const unlessTooLarge = async (error: unknown): Promise<undefined> => {
    if (error instanceof CopyError && error.name === 'Timeout') timeouts += 1;
    if (halves.length === 0 || timeouts < TIMEOUTS_BEFORE_SPLIT || !isRetryable(error)) throw error;
    runtime.observe({ type: 'retry', error, delayMs: 0 });
    return undefined;
  };
  // Where one half is there the whole has timed out before.
  if (!halves.some(({ partNumber }) => work.halves.has(partNumber))) {
    const tryMs = copyTimeoutMs(whole.range.length);
    const etag = await withRetry(runtime, () => send(whole).catch(unlessTooLarge), { ...patiently, tryMs });
    if (etag !== undefined) return [digested(whole, etag)];
  }
  const pieces: DigestedPart[] = [];
  for (const half of halves) {
    const tryMs = copyTimeoutMs(half.range.length);
    const known = work.halves.get(half.partNumber);
    pieces.push(digested(half, known ?? (await withRetry(runtime, () => send(half), { ...patiently, tryMs }))));
  }
  return pieces;
}

/** Requests one after another, each with a place of its own. */
function requestsOf(
  runtime: Runtime,
  target: PartTarget,
  { pace, place: first, signal }: PartWork,
  onWrongRange: (error: unknown) => void,
): Send {
  let place = first;
  return async (piece) => {
    place ??= await pace.enter(signal);
    try {
      if (runtime.remainingMs() < copyTimeoutMs(piece.range.length)) {
        throw new CopyError('Throttled', 'There was no time left for another try.');
      }
      const begun = pace.begin();
      const etag = await copyRange(target, piece, signal).catch((error: unknown) => {
        pace.failed(begun, error);
        if (isWrongRange(error)) onWrongRange(error);
        throw error;
      });
      pace.succeeded();
      return etag;
    } finally {
      // Nobody keeps a place while he waits for his next try.
      place.leave();
      place = undefined;
    }
  };
}

function digested({ partNumber, range }: Piece, etag: string): DigestedPart {
  return { partNumber, etag, size: range.length };
}
