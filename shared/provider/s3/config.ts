import * as v from 'valibot';
import { type Endpoint, isAddressHost, parseEndpoint } from '../../http/endpoint.ts';
import type { StoreConfig } from '../provider.ts';
import {
  bucketsField,
  checkBetween,
  credentialsField,
  endpointField,
  type FieldProblem,
  maxInFlightField,
  unsafeEndpoint,
} from '../xml/config.ts';
import { regionOf } from './amazon.ts';

/** Where a store is not like Amazon's: other vendors are configuration, not code. */
export interface S3Quirks {
  /** Whether a condition on the source of a part copy is honoured or silently ignored. */
  readonly copyConditions: 'honoured' | 'ignored';
  /** Whether Complete takes `If-None-Match: *`. */
  readonly forbidOverwrite: boolean;
  /** Whether whole-object checksums are kept. */
  readonly checksums: boolean;
  readonly tags: boolean;
  readonly versions: boolean;
  readonly acl: boolean;
  /** Whether Complete may answer without an ETag, as Ceph does. */
  readonly etagMayBeAbsent: boolean;
  readonly storageClasses: boolean;
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
  checksums: v.optional(v.boolean(), true),
  tags: v.optional(v.boolean(), true),
  versions: v.optional(v.boolean(), true),
  acl: v.optional(v.boolean(), true),
  etagMayBeAbsent: v.optional(v.boolean(), false),
  storageClasses: v.optional(v.boolean(), true),
  maxParts: v.optional(wholeCount(MAX_PARTS), MAX_PARTS),
  maxObjectBytes: v.optional(wholeCount(Number.MAX_SAFE_INTEGER)),
});

const fields = v.strictObject({
  provider: v.literal('s3'),
  region: v.pipe(
    v.string(),
    v.regex(
      /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
      'must be the region that requests are signed for, for example eu-west-1; stores without regions mostly take us-east-1.',
    ),
  ),
  endpoint: endpointField('https://s3.eu-west-1.amazonaws.com'),
  addressing: v.optional(v.picklist(['virtual', 'path']), 'virtual'),
  insecure: v.optional(v.boolean(), false),
  credentials: credentialsField,
  buckets: bucketsField(
    /^(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|(?:[a-z0-9][a-z0-9.-]{0,61})?\*)$/,
    'must be a bucket name of 3 to 63 lower-case letters, digits, dots and hyphens; a * may stand at its end only.',
  ),
  maxInFlight: maxInFlightField(DEFAULT_MAX_IN_FLIGHT),
  quirks: v.optional(quirks, {}),
});

type Fields = v.InferOutput<typeof fields>;

type Problem = FieldProblem<'endpoint' | 'addressing' | 'region' | 'buckets'>;

/**
 * Parses one S3 store of the stores file. Every message continues a sentence that begins with the field's name, and
 * says what to change.
 */
export const s3Schema: v.GenericSchema<unknown, S3Config> = v.pipe(fields, checkBetween<Fields>(storeProblem));

function storeProblem(endpoint: Endpoint, store: Fields): Problem {
  return (
    unsafeEndpoint(endpoint, store.insecure) ?? addressingProblem(endpoint, store) ?? regionProblem(endpoint, store)
  );
}

function addressingProblem(endpoint: Endpoint, store: Fields): Problem {
  if (store.addressing === 'virtual' && isAddressHost(endpoint)) {
    return ['addressing', 'is virtual, but no bucket can stand in front of an IP address, use path.'];
  }
  const dotted = store.buckets.map((bucket) => dottedBucketProblem(store, bucket)).find((text) => text !== undefined);
  return dotted === undefined ? undefined : ['buckets', `has a name with a dot: ${dotted}`];
}

function regionProblem(endpoint: Endpoint, { region }: Fields): Problem {
  const said = regionOf(endpoint);
  if (said === undefined || said === region) return undefined;
  return ['region', `is ${region}, but the endpoint is in ${said}, make them equal.`];
}

/**
 * Says in a sentence why a bucket with dots in its name cannot be reached; undefined when it can: a certificate for
 * `*.s3.…` covers one label only.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function dottedBucketProblem(
  { addressing, endpoint }: Pick<StoreConfig, 'addressing' | 'endpoint'>,
  bucket: string,
): string | undefined {
  if (!bucket.includes('.') || addressing === 'path' || parseEndpoint(endpoint)?.scheme !== 'https') return undefined;
  return `no certificate covers ${bucket} in front of the endpoint, so give the store addressing: path.`;
}
