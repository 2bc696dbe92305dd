import type { PinnedCopy, VerifySpanInput, VerifySpanReport } from '../contract.ts';
import { CopyError, isRetryable } from '../errors.ts';
import { createGate } from '../gate.ts';
import type { ByteRange } from '../range.ts';
import type { Runtime } from '../runtime.ts';
import { openBothSides, type ReadBack } from './read-back.ts';
import { pairsPerSpan, READ_BYTES, READ_PAIRS, readRanges } from './read-plan.ts';
import { LONGEST_PAUSE_MS } from './retry.ts';
import { tallied } from './tally.ts';
import { REPORT_MS, readTimeoutMs } from './timeouts.ts';
import { runWorkers } from './workers.ts';

interface SpanState {
  /** Where the ranges begin that are equal. */
  readonly equal: Set<number>;
  /** The first byte that differs, of those that were compared. */
  different: Difference | undefined;
  /** Why a range was left for another invocation. */
  left: CopyError | undefined;
}

interface Difference {
  /** In the object, from 0. */
  readonly offset: number;
  readonly source: number | undefined;
  readonly destination: number | undefined;
}

/**
 * Reads a run of bytes of source and destination and compares them, range by range, keeping none. Begins no range when
 * what remains of the time is less than it can take, and returns what is left. An invocation that is repeated reads
 * again.
 *
 * @throws CopyError ChecksumMismatch with the first byte that differs, SourceChanged, DestinationChanged, the first
 * failure that is not worth another try, or, when not even the first range could be read, what stood in the way.
 */
export async function verifySpan(
  outer: Runtime,
  { copy, destination, byteSpan }: VerifySpanInput,
): Promise<VerifySpanReport> {
  const { runtime: counted, tally } = tallied(outer);
  const runtime = { ...counted, remainingMs: () => outer.remainingMs() - REPORT_MS };
  const state: SpanState = { equal: new Set(), different: undefined, left: undefined };
  try {
    const readBack = await openBothSides(runtime, copy, destination);
    const { through } = runtime.reading ?? createGate(READ_PAIRS);
    await runWorkers(claims(readRanges(byteSpan), state, runtime.remainingMs), pairsPerSpan(copy), (range, signal) =>
      through(() => compareRange(runtime, readBack, range, state, signal)),
    );
  } catch (error) {
    throw sayUnproven(error, copy);
  }
  if (state.different !== undefined) throw mismatch(copy, state.different);
  const bytes = equalBytes(byteSpan, state);
  const left = byteSpan.length - bytes;
  if (bytes === 0) throw sayUnproven(state.left ?? tooShort(), copy);
  return { bytes, ...tally(), rest: left === 0 ? null : { offset: byteSpan.offset + bytes, length: left } };
}

/** Hands out ranges in order, for as long as all is well and there is time for one more. */
function* claims(ranges: Iterable<ByteRange>, state: SpanState, remainingMs: () => number): Generator<ByteRange> {
  for (const range of ranges) {
    if (state.different !== undefined || state.left !== undefined || isTooLate(range, remainingMs)) return;
    yield range;
  }
}

function isTooLate({ length }: ByteRange, remainingMs: () => number): boolean {
  return remainingMs() < readTimeoutMs(length);
}

async function compareRange(
  runtime: Runtime,
  readBack: ReadBack,
  range: ByteRange,
  state: SpanState,
  signal: AbortSignal,
): Promise<void> {
  // Time has passed since it was claimed, where others were before it at the gate.
  if (isTooLate(range, runtime.remainingMs)) return;
  try {
    const { source, destination } = await readBack(range, signal);
    if (Buffer.compare(source, destination) === 0) {
      state.equal.add(range.offset);
      runtime.observe({ type: 'read', bytes: range.length });
      return;
    }
    const at = source.findIndex((byte, index) => byte !== destination[index]);
    const offset = range.offset + at;
    // Ranges end in any order; those before this one are still read to their end.
    if (state.different !== undefined && state.different.offset < offset) return;
    state.different = { offset, source: source[at], destination: destination[at] };
  } catch (error) {
    // With too little time for another try it is not the range that failed, but the time that ended.
    const isTimeOver = runtime.remainingMs() < readTimeoutMs(range.length) + LONGEST_PAUSE_MS;
    if (!isRetryable(error) || !isTimeOver) throw error;
    state.left = error;
  }
}

/** Bytes from the beginning of the span without a gap: what is behind one is read again. */
function equalBytes({ offset, length }: VerifySpanInput['byteSpan'], { equal }: SpanState): number {
  let end = offset;
  while (equal.has(end)) end += READ_BYTES;
  return Math.min(end - offset, length);
}

function mismatch({ source, destination }: PinnedCopy, difference: Difference): CopyError {
  return new CopyError(
    'ChecksumMismatch',
    `The destination ${destination.bucket}/${destination.key} is not a copy of the source ${source.bucket}/${source.key}: read back, byte ${difference.offset} (the first is 0) is ${hex(difference.destination)}, expected ${hex(difference.source)}.`,
  );
}

function hex(byte: number | undefined): string {
  return `0x${(byte ?? 0).toString(16).padStart(2, '0')}`;
}

function tooShort(): CopyError {
  return new CopyError('Timeout', `One invocation is too short to read ${READ_BYTES} bytes of both sides back.`);
}

/** Everything is copied by now, so whoever reads the error has to know that the destination is there. */
function sayUnproven(error: unknown, { destination: { bucket, key } }: PinnedCopy): unknown {
  if (!(error instanceof CopyError)) return error;
  const hint = `The destination ${bucket}/${key} was written, but is not proven to be a copy.`;
  return new CopyError(error.name, `${error.summary} ${hint}`, error.facts);
}
