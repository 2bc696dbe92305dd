import type { Capabilities, ChecksumName, Limits } from '../provider.ts';
import { partitionOf } from './amazon.ts';
import { forbidsOverwriteByCopy, type S3Config, type S3Quirks } from './config.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/**
 * The numbers of Amazon S3, in bytes unless the name says otherwise.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
export const S3_LIMITS: Limits = {
  // The documented 48.8 TiB is 10,000 parts of 5 GiB; stores that stop at the older 5 TiB say so in their quirks.
  maxObjectBytes: 10_000 * 5 * GIB,
  maxCopyObjectBytes: 5 * GIB,
  // Checked at CompleteMultipartUpload only.
  minPartBytes: 5 * MIB,
  maxPartBytes: 5 * GIB,
  maxParts: 10_000,
  maxKeyBytes: 1024,
  maxMetadataBytes: 2 * 1024,
  maxPageItems: 1000,
};

/** Checksums that S3 can compute over a whole object that is written in parts; the strongest first. */
export const CHECKSUMS: readonly ChecksumName[] = ['crc64nvme', 'crc32c', 'crc32'];

/** The limits of one store. */
export function limitsOf({ maxObjectBytes, maxParts, minPartBytes, maxMetadataBytes }: S3Quirks): Limits {
  return {
    ...S3_LIMITS,
    maxParts,
    minPartBytes,
    maxMetadataBytes,
    maxObjectBytes: Math.min(maxObjectBytes ?? S3_LIMITS.maxObjectBytes, maxParts * S3_LIMITS.maxPartBytes),
  };
}

/** What one store can do. */
export function capabilitiesOf({ quirks, ...store }: S3Config): Capabilities {
  const honoured = quirks.copyConditions === 'honoured';
  return {
    versions: quirks.versions,
    tags: quirks.tags,
    acl: quirks.acl,
    storageClasses: quirks.storageClasses,
    encryption: quirks.encryption,
    partConditions: honoured,
    // Several gateways ignore the conditions of UploadPartCopy without a word, and a stores file may not say so.
    partConditionsProven: honoured && partitionOf(store) !== undefined,
    exactPartSource: quirks.exactPartSource,
    partRangeReported: false,
    // With a checksum Amazon wants all numbers: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompletedPart.html
    sparePartNumbers: (quirks.sparePartNumbers ?? partitionOf(store) !== undefined) ? 'withoutChecksum' : 'never',
    etagMayBeAbsent: quirks.etagMayBeAbsent,
    // Both writes have to: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    forbidOverwrite: forbidsOverwriteByCopy(quirks),
    appendable: 'absent',
    checksums: quirks.checksums ? CHECKSUMS : [],
  };
}

/**
 * Says in a sentence why S3 can have no bucket of that name; undefined when it can. A name that passes can stand in a
 * path and in a header.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function bucketProblem(bucket: string): string | undefined {
  const possible = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes('..');
  return possible && !/^\d+(?:\.\d+){3}$/.test(bucket)
    ? undefined
    : 'An S3 bucket name has 3 to 63 lower-case letters, digits, hyphens and single dots, begins and ends with a letter or digit, and is no IP address.';
}

/**
 * Says in a sentence why S3 can have no object of that key; undefined when it can. Leading and repeated slashes are
 * part of a key.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
 */
export function keyProblem(key: string): string | undefined {
  if (!key.isWellFormed()) return 'An S3 key is well-formed Unicode text; this one has half of a surrogate pair.';
  const bytes = Buffer.byteLength(key);
  return bytes === 0 || bytes > S3_LIMITS.maxKeyBytes
    ? `An S3 key has 1 to 1024 bytes of UTF-8, not ${bytes}.`
    : undefined;
}
