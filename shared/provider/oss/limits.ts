import type { Capabilities, Limits } from '../provider.ts';

const KIB = 1024;
const GIB = 1024 ** 3;

/**
 * The numbers of OSS, in bytes unless the name says otherwise.
 *
 * @see https://www.alibabacloud.com/help/en/oss/user-guide/limits
 */
export const OSS_LIMITS: Limits = {
  // The documented 48.8 TB is 10,000 parts of 5 GB, rounded.
  maxObjectBytes: 10_000 * 5 * GIB,
  // The CopyObject page allows more inside one bucket without a change of class or encryption, but 1 GB is what
  // always works: https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject
  maxCopyObjectBytes: GIB,
  // Checked by OSS at CompleteMultipartUpload only.
  minPartBytes: 100 * KIB,
  maxPartBytes: 5 * GIB,
  maxParts: 10_000,
  // One less than S3: https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions
  maxKeyBytes: 1023,
  maxMetadataBytes: 8 * KIB,
  maxPageItems: 1000,
};

/** What OSS can do. */
export const OSS_CAPABILITIES: Capabilities = {
  versions: true,
  tags: true,
  acl: true,
  storageClasses: true,
  // No 'customer': some SDKs have constants for SSE-C, the public API describes none.
  encryption: ['provider', 'kms'],
  // "The source bucket and the destination bucket must be located within the same region":
  // https://www.alibabacloud.com/help/en/oss/developer-reference/uploadpartcopy
  partConditions: true,
  partConditionsProven: true,
  exactPartSource: true,
  // A range that OSS does not like is ignored, the whole object copied, and Content-Range left out (OSS-15).
  partRangeReported: true,
  // "can be non-consecutive": https://www.alibabacloud.com/help/en/oss/developer-reference/completemultipartupload
  sparePartNumbers: 'always',
  etagMayBeAbsent: false,
  // x-oss-forbid-overwrite has no effect on a bucket with versioning, where nothing is lost by a new version:
  // https://www.alibabacloud.com/help/en/oss/developer-reference/completemultipartupload
  forbidOverwrite: true,
  // CopyObject takes an appendable source into a bucket that never had versioning; part copies take none (OSS-8).
  appendable: 'oneRequest',
  // Not promised for copied parts and objects: https://www.alibabacloud.com/help/en/oss/user-guide/check-data-transmission-integrity-by-using-crc-64
  checksums: ['crc64ecma'],
  // "If the source and destination buckets are the same, and you do not change the encryption method or storage class
  // of the object": https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject
  shallowCopies: true,
};

/**
 * Says in a sentence why OSS can have no bucket of that name; undefined when it can. A name that passes can stand in
 * a host name and in a header.
 *
 * @see https://www.alibabacloud.com/help/en/oss/user-guide/bucket-naming-conventions
 */
export function bucketProblem(bucket: string): string | undefined {
  return /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/.test(bucket)
    ? undefined
    : 'An OSS bucket name has 3 to 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit.';
}

/**
 * Says in a sentence why OSS can have no object of that key; undefined when it can. Control characters are legal:
 * keys travel percent-encoded in targets, copy sources and listings, and never stand raw in a header.
 *
 * @see https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions
 */
export function keyProblem(key: string): string | undefined {
  if (!key.isWellFormed()) return 'An OSS key is well-formed Unicode text; this one has half of a surrogate pair.';
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > OSS_LIMITS.maxKeyBytes) return `An OSS key has 1 to 1023 bytes of UTF-8, not ${bytes}.`;
  if (key.startsWith('/') || key.startsWith('\\')) return 'An OSS key does not begin with / or \\.';
  return undefined;
}
