import type { ByteSpan, PinnedCopy } from '../contract.ts';
import type { ByteRange } from '../range.ts';
import { MAX_SPANS } from './plan.ts';

const MIB = 1024 * 1024;

/** Bytes of one request. Larger ones cost less, by the request, and more memory: each is held until it is compared. */
export const READ_BYTES = 4 * MIB;
/**
 * Pairs of ranges, one of each side, that a process reads at a time: 8 x 2 x 4 MiB = 64 MiB of buffers, whatever the
 * size of the object, and 16 connections, which fill what a Lambda function has of network.
 */
export const READ_PAIRS = 8;
/**
 * A function receives about 75 MB/s, so 37 MB/s of each side, and reads this much in half a minute. Below that another
 * invocation saves nobody time worth its start; above it more spans read side by side.
 */
const SPAN_BYTES = 1024 * MIB;

type Sized = Pick<PinnedCopy, 'size' | 'inFlight' | 'spanCount'>;

/** Cuts an object of one byte or more into the fewest spans that are read in reasonable time, aligned to requests. */
export function byteSpansOf(copy: Sized): ByteSpan[] {
  const { size } = copy;
  // More spans than pairs that may be in flight would sit idle.
  const wanted = Math.min(MAX_SPANS, pairsInFlight(copy), Math.ceil(size / SPAN_BYTES));
  const spanBytes = Math.ceil(size / wanted / READ_BYTES) * READ_BYTES;
  return Array.from({ length: Math.ceil(size / spanBytes) }, (_, index) => {
    const offset = index * spanBytes;
    return { offset, length: Math.min(spanBytes, size - offset) };
  });
}

/** Pairs of ranges that one span reads at a time. */
export function pairsPerSpan(copy: Sized): number {
  return Math.min(READ_PAIRS, Math.floor(pairsInFlight(copy) / byteSpansOf(copy).length));
}

/** The ranges of a span, one request of each side for each. */
export function* readRanges({ offset, length }: ByteSpan): Generator<ByteRange> {
  const end = offset + length;
  for (let next = offset; next < end; next += READ_BYTES) {
    yield { offset: next, length: Math.min(READ_BYTES, end - next) };
  }
}

/** What the copy had in flight it may have in flight again: a pair is two requests. */
function pairsInFlight({ inFlight, spanCount }: Sized): number {
  return Math.max(1, Math.floor((inFlight * spanCount) / 2));
}
