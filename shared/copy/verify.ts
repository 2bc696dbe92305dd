import type { Check } from '../contract.ts';
import type { ChecksumName, Checksums, ObjectStore } from '../provider/provider.ts';

const CHECKSUMS = ['crc64ecma', 'crc64nvme', 'crc32', 'crc32c'] as const;

/**
 * Compares two values that prove something. Three outcomes, never two: what one side does not know is `unavailable`,
 * neither right nor wrong.
 */
export function compare(
  name: Check['name'],
  source: string | undefined,
  destination: string | undefined,
  same: (a: string, b: string) => boolean = Object.is,
): Check {
  const values = {
    ...(source === undefined ? {} : { source }),
    ...(destination === undefined ? {} : { destination }),
  };
  if (source === undefined || destination === undefined) return { name, result: 'unavailable', ...values };
  return { name, result: same(source, destination) ? 'equal' : 'different', ...values };
}

/** A checksum of the source that the destination's store knows, too. */
export function commonChecksum(checksums: Checksums, { capabilities }: ObjectStore): ChecksumName | undefined {
  return capabilities.checksums.find((name) => checksums[name] !== undefined);
}

/** True only when something proves it: no checksum differs, and one at least is equal. */
export function areSameBytes(source: Checksums, destination: Checksums): boolean {
  const results = compareChecksums(source, destination).map(({ result }) => result);
  return results.includes('equal') && !results.includes('different');
}

/** One check for every checksum that either side has. */
export function compareChecksums(source: Checksums, destination: Checksums): Check[] {
  return CHECKSUMS.filter((name) => source[name] !== undefined || destination[name] !== undefined).map((name) =>
    compare(name, source[name], destination[name]),
  );
}
