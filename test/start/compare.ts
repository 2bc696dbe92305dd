import type { ObjectStore, ObjectVersion } from '@objectferry/shared/provider/provider.ts';

const RANGE_BYTES = 8 * 1024 * 1024;

/**
 * Reads an object back range by range and compares every byte.
 *
 * @returns a sentence about the first difference; undefined when there is none.
 */
export async function firstDifference(
  client: ObjectStore,
  object: ObjectVersion,
  expected: Buffer,
): Promise<string | undefined> {
  const { size } = await client.head({ object });
  if (size !== expected.length) return `The copy has ${size} bytes, the original ${expected.length}.`;
  for (let offset = 0; offset < size; offset += RANGE_BYTES) {
    const length = Math.min(RANGE_BYTES, size - offset);
    const bytes = await client.getRange({ object, range: { offset, length } });
    if (!expected.subarray(offset, offset + length).equals(bytes)) {
      return `The copy differs from the original between byte ${offset} and byte ${offset + length}.`;
    }
  }
  return undefined;
}
