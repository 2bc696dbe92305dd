import { CopyError } from '../errors.ts';
import type { Limits } from '../provider/provider.ts';

const MIB = 1024 * 1024;
/** Sizes that are tried are multiples of this: finer steps save nothing that anybody notices. */
const STEP_BYTES = 8 * MIB;
/** A larger part makes a retry expensive and the last request a long wait: only the limits or a cap ask for one. */
const LARGEST_CHOSEN_BYTES = 512 * MIB;

/** The part sizes to choose from, ascending, all inside the limits. @throws CopyError TooLarge */
export function partSizes(size: number, limits: Limits, largest: number = LARGEST_CHOSEN_BYTES): number[] {
  const smallest = smallestPartSize(size, limits);
  const most = Math.min(largest, floorMib(limits.maxPartBytes));
  const sizes = [smallest];
  const first = Math.max(STEP_BYTES, Math.ceil((smallest + 1) / STEP_BYTES) * STEP_BYTES);
  for (let next = first; next <= most; next += next < LARGEST_CHOSEN_BYTES ? STEP_BYTES : next) sizes.push(next);
  return sizes;
}

/**
 * The source's own part size where the limits allow it.
 *
 * @param sourcePartSize Bytes; undefined where they are not known, or not to be kept.
 */
export function keptPartSize(size: number, limits: Limits, sourcePartSize: number | undefined): number | undefined {
  if (sourcePartSize === undefined || sourcePartSize > limits.maxPartBytes) return undefined;
  const onePart = sourcePartSize >= size;
  if (!onePart && sourcePartSize < limits.minPartBytes) return undefined;
  return Math.ceil(size / sourcePartSize) > limits.maxParts ? undefined : sourcePartSize;
}

/** A part size that was asked for, in bytes. @throws CopyError TooLarge, or InvalidRequest with one that works. */
export function givenPartSize(size: number, limits: Limits, partSizeMiB: number): number {
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
  const smallest = Math.ceil(Math.max(limits.minPartBytes, Math.ceil(size / limits.maxParts)) / MIB) * MIB;
  if (size > limits.maxObjectBytes || smallest > limits.maxPartBytes) {
    throw new CopyError(
      'TooLarge',
      `The source has ${size} bytes; the provider's largest object has ${limits.maxObjectBytes}.`,
    );
  }
  return smallest;
}

function floorMib(bytes: number): number {
  return Math.floor(bytes / MIB) * MIB;
}
