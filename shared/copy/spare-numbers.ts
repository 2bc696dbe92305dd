import type { NewObject, ObjectStore } from '../provider/provider.ts';
import type { Plan } from './plan.ts';

/** A smaller part does not time out for its size. */
const SMALLEST_SPLIT_BYTES = 128 * 1024 * 1024;
/** One for the whole part and one for each half. */
const NUMBERS = 3;

/**
 * Whether parts get spare numbers on the wire, so that one that times out can be split: where the store allows numbers
 * to be left out, where parts are large and few enough, and where the source's own boundaries need not be kept.
 *
 * @param sourcePartSize Bytes of the source's parts, where they are to be kept.
 */
export function spareNumbers(
  { capabilities, limits }: ObjectStore,
  { partSize, partCount }: Plan,
  { object, sourcePartSize }: { readonly object: NewObject; readonly sourcePartSize: number | undefined },
): { readonly numbersPerPart?: typeof NUMBERS } {
  const { sparePartNumbers = 'never' } = capabilities;
  const allowed =
    sparePartNumbers === 'always' || (sparePartNumbers === 'withoutChecksum' && object.checksum === undefined);
  const worthwhile = partSize >= SMALLEST_SPLIT_BYTES && partSize !== sourcePartSize;
  const possible = Math.floor(partSize / 2) >= limits.minPartBytes && partCount * NUMBERS <= limits.maxParts;
  return allowed && worthwhile && possible ? { numbersPerPart: NUMBERS } : {};
}
