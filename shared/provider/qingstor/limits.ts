import type { Capabilities, Limits } from '../provider.ts';

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/**
 * The numbers of QingStor, in bytes unless the name says otherwise.
 *
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/object/multipart/
 */
export const QINGSTOR_LIMITS: Limits = {
  // The documented 50 TB is 10,000 parts of 5 GB, rounded.
  maxObjectBytes: 10_000 * 5 * GIB,
  maxCopyObjectBytes: 5 * GIB,
  minPartBytes: 4 * MIB,
  maxPartBytes: 5 * GIB,
  // The text of one error code speaks of 1000, the limits of 10,000.
  maxParts: 10_000,
  maxKeyBytes: 1023,
  maxMetadataBytes: 2 * KIB,
  maxPageItems: 1000,
};

/** What QingStor can do. */
export const QINGSTOR_CAPABILITIES: Capabilities = {
  // A zone without versioning shows no version id at HEAD, so that none is sent by itself.
  versions: true,
  tags: false,
  // There are ACLs of buckets only.
  acl: false,
  storageClasses: true,
  // Customer keys are all that is documented: https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/common/encryption/
  encryption: ['customer'],
  partConditions: true,
  partConditionsProven: true,
  exactPartSource: true,
  // x-qs-content-copy-range: https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/common_header/
  partRangeReported: true,
  // Gaps are allowed, but its highest number, and what becomes of parts that are not named, is not documented.
  sparePartNumbers: 'never',
  // The page of UploadPartCopy shows an answer without any ETag (QS-4).
  etagMayBeAbsent: true,
  forbidOverwrite: false,
  // Nothing is documented about copying appendable objects in parts, so only the one request is tried.
  appendable: 'oneRequest',
  checksums: [],
};

/**
 * Says in a sentence why QingStor can have no bucket of that name; undefined when it can. A name that passes can stand
 * in a host name and in a header.
 *
 * @see https://docs.qingcloud.com/qingstor/api/bucket/put.html
 */
export function bucketProblem(bucket: string): string | undefined {
  return /^[a-z0-9][a-z0-9-]{4,61}[a-z0-9]$/.test(bucket)
    ? undefined
    : 'A QingStor bucket name has 6 to 63 lower-case letters, digits and hyphens, and begins and ends with a letter or digit.';
}

/**
 * Says in a sentence why QingStor can have no object of that key; undefined when it can.
 *
 * @see https://docs.qingcloud.com/qingstor/api/object/put.html
 */
export function keyProblem(key: string): string | undefined {
  if (!key.isWellFormed()) return 'A QingStor key is well-formed Unicode text; this one has half of a surrogate pair.';
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > QINGSTOR_LIMITS.maxKeyBytes) {
    return `A QingStor key has 1 to 1023 bytes of UTF-8, not ${bytes}.`;
  }
  return key.startsWith('/') ? 'A QingStor key does not begin with /.' : undefined;
}
