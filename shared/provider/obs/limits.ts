import type { Capabilities, Limits } from '../provider.ts';
import type { ObsConfig } from './config.ts';

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/**
 * The numbers of OBS, in bytes unless the name says otherwise.
 *
 * @see https://support.huaweicloud.com/intl/en-us/productdesc-obs/obs_03_0360.html
 */
export const OBS_LIMITS: Limits = {
  // The documented 48.8 TB is 10,000 parts of 5 GB, rounded.
  maxObjectBytes: 10_000 * 5 * GIB,
  maxCopyObjectBytes: 5 * GIB,
  // The pages of the x-obs- dialect say 100 KB, those of the x-amz- dialect 5 MB: this is right for both.
  minPartBytes: 5 * MIB,
  maxPartBytes: 5 * GIB,
  maxParts: 10_000,
  maxKeyBytes: 1024,
  maxMetadataBytes: 8 * KIB,
  maxPageItems: 1000,
};

/**
 * What OBS can do in each of its dialects.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0005.html
 */
export function capabilitiesOf(dialect: ObsConfig['dialect']): Capabilities {
  const native = dialect === 'obs';
  return {
    versions: true,
    tags: true,
    acl: true,
    storageClasses: true,
    // SSE-OBS has no header in the x-amz- dialect.
    encryption: native ? ['provider', 'kms', 'customer'] : ['kms', 'customer'],
    // The pages of the x-amz- dialect do not list the four conditions on a copy source: they may be ignored there.
    partConditions: native,
    partConditionsProven: native,
    exactPartSource: true,
    partRangeReported: false,
    // "Part numbers can be inconsecutive": https://support.huaweicloud.com/intl/en-us/sdk-dotnet-devg-obs/obs_25_0408.html
    sparePartNumbers: native ? 'always' : 'never',
    // A part without an ETag in the answer's body failed, whatever List Parts says (OBS-1).
    etagMayBeAbsent: false,
    // No header of OBS refuses to overwrite.
    forbidOverwrite: false,
    // CopyObject makes a normal object of an appendable one; for part copies nothing is documented.
    appendable: 'oneRequest',
    // Not all regions tell it; where the source has none, nothing is promised of the copy.
    checksums: ['crc64ecma'],
  };
}

/**
 * Says in a sentence why OBS can have no bucket of that name; undefined when it can. A name that passes can stand in a
 * host name and in a header.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0021.html
 */
export function bucketProblem(bucket: string): string | undefined {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    return 'An OBS bucket name has 3 to 63 lower-case letters, digits, hyphens and dots, and begins and ends with a letter or digit.';
  }
  if (/\.\.|\.-|-\./.test(bucket)) return 'An OBS bucket name has no two dots, and no dot and hyphen, side by side.';
  return /^\d+\.\d+\.\d+\.\d+$/.test(bucket) ? 'An OBS bucket name does not look like an IP address.' : undefined;
}

/**
 * Says in a sentence why OBS can have no object of that key; undefined when it can. Leading slashes are legal, and so
 * are control characters: keys travel percent-encoded and never stand raw in a header.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0080.html
 */
export function keyProblem(key: string): string | undefined {
  if (!key.isWellFormed()) return 'An OBS key is well-formed Unicode text; this one has half of a surrogate pair.';
  const bytes = Buffer.byteLength(key);
  return bytes === 0 || bytes > OBS_LIMITS.maxKeyBytes
    ? `An OBS key has 1 to 1024 bytes of UTF-8, not ${bytes}.`
    : undefined;
}
