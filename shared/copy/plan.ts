import type { Span } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { Limits } from '../provider/provider.ts';
import type { ByteRange } from '../range.ts';

const MIB = 1024 * 1024;

/** Small enough that a retry is cheap, large enough that request prices stay far below storage prices. */
const PREFERRED_PART_BYTES = 64 * MIB;
/** The inline Map runs 40 iterations at once; more spans would only wait. */
export const MAX_SPANS = 40;
/** Lambda allows about 1,000 file descriptors; 128 sockets leave room and keep one vCPU busy. */
const MAX_IN_FLIGHT_PER_SPAN = 128;
/** A copy waits gladly this long to save invocations; beyond it, more spans work side by side. */
const TARGET_SECONDS = 10;
/** What providers were seen to do at worst: a request's fixed cost, and bytes per second of one part copy. */
const SECONDS_PER_REQUEST = 0.15;
const BYTES_PER_SECOND = 40_000_000;

export interface PlanInput {
  /** Bytes. */
  readonly size: number;
  /** Limits of the destination's provider. */
  readonly limits: Limits;
  /** A part size that was asked for; it is kept or refused, never changed. */
  readonly partSizeMiB?: number | undefined;
  /** Bytes of the parts that the source was made of: kept where the limits allow it, because equal boundaries give an equal ETag. */
  readonly sourcePartSize?: number | undefined;
  /** Requests that the whole copy may have in flight. */
  readonly maxInFlight: number;
}

export interface Plan {
  /** Bytes of every part but the last. */
  readonly partSize: number;
  readonly partCount: number;
  readonly spanCount: number;
  /** Requests that each span keeps in flight. */
  readonly inFlight: number;
}

/**
 * Cuts an object of one byte or more into equal parts, MiB-aligned unless the source's own boundaries are kept, and these into the fewest spans that finish in
 * the target time.
 *
 * @throws CopyError TooLarge, or InvalidRequest when a part size that was asked for cannot work.
 */
export function plan({ size, limits, partSizeMiB, sourcePartSize, maxInFlight }: PlanInput): Plan {
  const partSize =
    partSizeMiB === undefined
      ? (keptPartSize(size, limits, sourcePartSize) ?? choosePartSize(size, limits))
      : givenPartSize(size, limits, partSizeMiB);
  const partCount = Math.ceil(size / partSize);
  const secondsPerPart = SECONDS_PER_REQUEST + Math.min(size, partSize) / BYTES_PER_SECOND;
  const inFlightPerSpan = Math.min(maxInFlight, MAX_IN_FLIGHT_PER_SPAN);
  const wanted = Math.ceil((partCount * secondsPerPart) / (inFlightPerSpan * TARGET_SECONDS));
  // More spans than maxInFlight allows requests for would sit idle.
  const useful = Math.min(MAX_SPANS, partCount, Math.ceil(maxInFlight / inFlightPerSpan));
  const spanCount = Math.max(1, Math.min(wanted, useful));
  return { partSize, partCount, spanCount, inFlight: Math.max(1, Math.floor(maxInFlight / spanCount)) };
}

/** The bytes of one part (1-based). */
export function partRange(
  { size, partSize }: { readonly size: number; readonly partSize: number },
  partNumber: number,
): ByteRange {
  const offset = (partNumber - 1) * partSize;
  return { offset, length: Math.min(partSize, size - offset) };
}

/** Deals part numbers 1..partCount out to spans whose lengths differ by at most one. */
export function spansOf({ partCount, spanCount }: { readonly partCount: number; readonly spanCount: number }): Span[] {
  return Array.from({ length: spanCount }, (_, index) => {
    const before = Math.floor((index * partCount) / spanCount);
    const after = Math.floor(((index + 1) * partCount) / spanCount);
    return { first: before + 1, count: after - before };
  });
}

function keptPartSize(size: number, limits: Limits, sourcePartSize: number | undefined): number | undefined {
  if (sourcePartSize === undefined || sourcePartSize > limits.maxPartBytes) return undefined;
  const onePart = sourcePartSize >= size;
  if (!onePart && sourcePartSize < limits.minPartBytes) return undefined;
  return Math.ceil(size / sourcePartSize) > limits.maxParts ? undefined : sourcePartSize;
}

function choosePartSize(size: number, limits: Limits): number {
  const smallest = smallestPartSize(size, limits);
  const partSize = Math.max(smallest, alignUp(PREFERRED_PART_BYTES));
  return Math.min(partSize, Math.floor(limits.maxPartBytes / MIB) * MIB);
}

function givenPartSize(size: number, limits: Limits, partSizeMiB: number): number {
  const partSize = partSizeMiB * MIB;
  const smallest = smallestPartSize(size, limits);
  if (partSize < smallest) {
    throw new CopyError(
      'InvalidRequest',
      `options.partSizeMiB is ${partSizeMiB}, too small for an object of ${size} bytes: give ${smallest / MIB} or more, or leave it out.`,
    );
  }
  if (partSize > limits.maxPartBytes) {
    throw new CopyError(
      'InvalidRequest',
      `options.partSizeMiB is ${partSizeMiB}, above the provider's largest part: give ${Math.floor(limits.maxPartBytes / MIB)} or less.`,
    );
  }
  return partSize;
}

/** The smallest MiB-aligned part size that needs no more parts than the provider allows. */
function smallestPartSize(size: number, limits: Limits): number {
  const smallest = alignUp(Math.max(limits.minPartBytes, Math.ceil(size / limits.maxParts)));
  if (size > limits.maxObjectBytes || smallest > limits.maxPartBytes) {
    throw new CopyError(
      'TooLarge',
      `The source has ${size} bytes; the provider's largest object has ${limits.maxObjectBytes}.`,
    );
  }
  return smallest;
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / MIB) * MIB;
}
