import type { PinnedCopy } from '../contract.ts';
import { CopyError } from '../errors.ts';
import type { Checksums, ListedPart, ObjectStore } from '../provider/provider.ts';
import { joinedCrc64, type Piece } from './crc64.ts';
import { commonChecksum } from './verify.ts';

/**
 * Where the provider lists a checksum of every part, they say before the object becomes visible whether it will be the
 * source: a wrong one never stands at the destination then. Says nothing where any of them is missing.
 *
 * @param parts complete and in order.
 * @throws CopyError ChecksumMismatch
 */
export function refuseWrongParts({ checksums, destination }: PinnedCopy, parts: readonly ListedPart[]): void {
  const whole = numberOf(checksums.crc64ecma);
  const pieces = parts.flatMap(({ crc64ecma, size }): Piece[] => {
    const crc64 = numberOf(crc64ecma);
    return crc64 === undefined ? [] : [{ crc64, size }];
  });
  if (whole === undefined || pieces.length < parts.length) return;
  const joined = joinedCrc64(pieces);
  if (joined === whole) return;
  throw new CopyError(
    'ChecksumMismatch',
    `The parts of ${destination.bucket}/${destination.key} are not the source, so they were not put together: their crc64ecma is ${joined}, expected ${whole}.`,
  );
}

/** The checksum that the upload was begun with, where its store knows one of the source: it refuses to make any other object. */
export function expectedChecksums({ checksums }: PinnedCopy, client: ObjectStore): Checksums | undefined {
  const name = commonChecksum(checksums, client);
  return name === undefined ? undefined : { [name]: checksums[name] };
}

function numberOf(decimal: string | undefined): bigint | undefined {
  return decimal !== undefined && /^\d{1,20}$/.test(decimal) ? BigInt(decimal) : undefined;
}
