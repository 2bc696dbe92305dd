import * as v from 'valibot';
import type { Endpoint } from '../../http/endpoint.ts';
import type { Encryption, StoreConfig } from '../provider.ts';
import {
  addressingProblem,
  bucketInFrontProblem,
  checkBetween,
  dottedBucketsProblem,
  type FieldProblem,
  regionProblem,
  storeFields,
  unsafeEndpoint,
} from '../xml/config.ts';
import { bucketInFront, regionOf } from './amazon.ts';

/** Where a store is not like Amazon's: other vendors are configuration, not code. */
export interface S3Quirks {
  /** Whether a condition on the source of a part copy is honoured or silently ignored. */
  readonly copyConditions: 'honoured' | 'ignored';
  /** Whether a write takes `If-None-Match: *`. */
  readonly forbidOverwrite: boolean;
  /** Whether CopyObject does so too: Amazon learned it a year after Complete, other stores not yet. */
  readonly forbidOverwriteByCopy: boolean;
  /** Whether whole-object checksums are kept. */
  readonly checksums: boolean;
  readonly tags: boolean;
  readonly versions: boolean;
  readonly acl: boolean;
  /** Whether Complete may answer without an ETag, as Ceph does. */
  readonly etagMayBeAbsent: boolean;
  readonly storageClasses: boolean;
  /** Kinds of encryption that a new object can be given. */
  readonly encryption: readonly Encryption['kind'][];
  /**
   * Whether Complete may leave part numbers out, and drops the parts that it does not name; undefined: at Amazon only. Ceph
   * refuses an upload that has more parts than are named, and others want parts of equal size.
   */
  readonly sparePartNumbers?: boolean | undefined;
  /** Whether part copies find a source by its exact key: some gateways decode it twice. */
  readonly exactPartSource: boolean;
  /** Smallest part that is not the last one, in bytes. */
  readonly minPartBytes: number;
  /** Names and values of all user metadata together, in bytes. */
  readonly maxMetadataBytes: number;
  /** Most parts of one upload. */
  readonly maxParts: number;
  /** Largest object in bytes; undefined for Amazon's own limit. */
  readonly maxObjectBytes?: number | undefined;
}

/** One S3 store of the stores file, defaults filled in. */
export interface S3Config extends StoreConfig {
  readonly provider: 's3';
  /** True: plain http is accepted for a host that is not this machine. */
  readonly insecure: boolean;
  readonly quirks: S3Quirks;
}

/**
 * Requests of one copy over all its spans. Amazon takes 3,500 writes and copies a second for each prefix, and a part
 * copy lasts seconds, so that 1,024 in flight stay well below.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
 */
const DEFAULT_MAX_IN_FLIGHT = 1024;

const MAX_PARTS = 10_000;

const MIB = 1024 ** 2;
const MIN_PART_BYTES = 5 * MIB;
/** No smaller part could be asked for, or larger one be the smallest. */
const MOST_MIN_PART_BYTES = 5 * 1024 * MIB;

/** Amazon's own; what a request's headers can hold at all bounds it. */
const MAX_METADATA_BYTES = 2 * 1024;
const MOST_METADATA_BYTES = 32 * 1024;

const ENCRYPTION_KINDS = ['provider', 'kms', 'customer'] as const;

const wholeCount = (most: number) =>
  v.pipe(
    v.number(),
    v.check(
      (count) => Number.isSafeInteger(count) && count >= 1 && count <= most,
      `must be a whole number from 1 to ${most}.`,
    ),
  );

const quirks = v.strictObject({
  copyConditions: v.optional(v.picklist(['honoured', 'ignored']), 'honoured'),
  forbidOverwrite: v.optional(v.boolean(), true),
  forbidOverwriteByCopy: v.optional(v.boolean(), true),
  checksums: v.optional(v.boolean(), true),
  tags: v.optional(v.boolean(), true),
  versions: v.optional(v.boolean(), true),
  acl: v.optional(v.boolean(), true),
  etagMayBeAbsent: v.optional(v.boolean(), false),
  storageClasses: v.optional(v.boolean(), true),
  encryption: v.optional(v.pipe(v.array(v.picklist(ENCRYPTION_KINDS)), v.readonly()), [...ENCRYPTION_KINDS]),
  sparePartNumbers: v.optional(v.boolean()),
  exactPartSource: v.optional(v.boolean(), true),
  minPartBytes: v.optional(wholeCount(MOST_MIN_PART_BYTES), MIN_PART_BYTES),
  maxMetadataBytes: v.optional(wholeCount(MOST_METADATA_BYTES), MAX_METADATA_BYTES),
  maxParts: v.optional(wholeCount(MAX_PARTS), MAX_PARTS),
  maxObjectBytes: v.optional(wholeCount(Number.MAX_SAFE_INTEGER)),
});

const fields = v.strictObject({
  ...storeFields({
    provider: 's3',
    region: v.pipe(
      v.string(),
      v.regex(
        /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
        'must be the region that requests are signed for, for example eu-west-1; stores without regions mostly take us-east-1.',
      ),
    ),
    endpoint: 'https://s3.eu-west-1.amazonaws.com',
    buckets: {
      pattern: /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|(?:[a-z0-9][a-z0-9.-]{0,61})?\*)$/,
      message:
        'must be a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens; a * may stand at its end only.',
    },
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
  }),
  quirks: v.optional(quirks, {}),
});

/** True where CopyObject can be told not to overwrite: no store does there what it does not do at Complete. */
export function forbidsOverwriteByCopy({ forbidOverwrite, forbidOverwriteByCopy }: S3Quirks): boolean {
  return forbidOverwrite && forbidOverwriteByCopy;
}

type Fields = v.InferOutput<typeof fields>;

type Problem = FieldProblem<'endpoint' | 'addressing' | 'region' | 'buckets'>;

/**
 * Parses one S3 store of the stores file. Every message continues a sentence that begins with the field's name, and
 * says what to change.
 */
export const s3Schema: v.GenericSchema<unknown, S3Config> = v.pipe(fields, checkBetween<Fields>(storeProblem));

function storeProblem(endpoint: Endpoint, store: Fields): Problem {
  return (
    unsafeEndpoint(endpoint, store.insecure) ??
    addressingProblem(endpoint, store) ??
    bucketInFrontProblem(bucketInFront(endpoint)) ??
    dottedBucketsProblem(store) ??
    regionProblem(regionOf(endpoint), store)
  );
}
