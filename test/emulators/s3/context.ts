import type { TemporaryAccount } from '../account.ts';
import type { Answer, WireRequest } from '../answer.ts';
import type { Target } from '../faults.ts';
import type { ObjectModel } from '../object-model.ts';
import type { Bucket } from '../object-types.ts';
import type { Tweaks } from '../pipeline.ts';
import type { Query } from '../query.ts';
import { Refusal } from '../refusal.ts';
import type { UploadChecksum } from './checksums.ts';

/** Who may call, and with which secret. */
export type S3Account = TemporaryAccount;

/** Where the stores that speak S3 differ: how this emulator behaves. The defaults are Amazon's. */
export interface S3Quirks {
  /** UploadPartCopy and CopyObject take no notice of `x-amz-copy-source-if-*`, as Ceph and several gateways. */
  readonly conditionsIgnored: boolean;
  /** The answer to a Complete of an upload that is complete: Amazon repeats the first answer, most clones forget the upload. */
  readonly completeTwice: 'repeat' | 'no-such-upload';
  /** The refusal of a bad copy range: 400 InvalidArgument on Amazon, 416 InvalidRange on Ceph and others. */
  readonly rangeError: 400 | 416;
  /** Whether a range may be copied from a source of at most 5 MiB; Amazon refuses it. */
  readonly smallSourceRanges: 'refused' | 'allowed';
  /** Whether the store knows any `x-amz-checksum-*`. */
  readonly checksums: boolean;
  /** What stands around an ETag in a document; with nothing there, it has no quotes in headers either. */
  readonly etagQuoting: '"' | '&quot;' | '&#34;' | '';
  /** Blanks before the documents of operations that take long, as a sign of life. */
  readonly leadingBlanks: boolean;
  /** Whether `If-None-Match` and `If-Match` of a write hold, or mean nothing. */
  readonly writeConditions: 'honoured' | 'ignored';
  /** Whether tags given when an upload begins are kept, or dropped without a word as on Ceph. */
  readonly uploadTags: 'kept' | 'dropped';
  /** Whether the answer to a Complete has the ETag, or an empty one as on Ceph. */
  readonly completeEtag: 'told' | 'empty';
  /** Whether UploadPartCopy decodes the name of its source twice, so that keys with `%` are others. */
  readonly partSourceDecodedTwice: boolean;
  /** Bytes of the smallest part that is not the last. */
  readonly minPartBytes: number;
  readonly maxParts: number;
  /** Bytes of names and values of all user metadata together. */
  readonly maxMetadataBytes: number;
  /** How long a restore takes. */
  readonly restoreMs: number;
}

/** A Complete that has been answered, kept for its repetition. */
interface CompletedUpload {
  readonly place: string;
  readonly document: string;
  readonly answer: Answer;
}

/** What an operation works with. */
export interface S3Context {
  readonly model: ObjectModel;
  readonly region: string;
  /** The account that owns all buckets. */
  readonly ownerId: string;
  readonly quirks: S3Quirks;
  /** By upload id: what was agreed on checksums. */
  readonly uploadChecksums: Map<string, UploadChecksum>;
  readonly completed: Map<string, CompletedUpload>;
}

/** A request to S3, taken apart but not judged. */
export interface S3Call extends Target {
  readonly request: WireRequest;
  readonly query: Query;
  /** Known once the signature has been verified. */
  account: S3Account | undefined;
  /** The body without the frame of aws-chunked, once the signature has been verified. */
  body: Buffer;
  /** What came behind an aws-chunked body. */
  trailers: ReadonlyMap<string, string>;
}

/** A call about a bucket. */
export interface BucketCall extends S3Call {
  readonly bucket: string;
}

/** A call about a key in a bucket. */
export interface ObjectCall extends BucketCall {
  readonly key: string;
}

/** Carries out one operation, or throws the refusal that S3 would answer. */
export type S3Operation<C extends S3Call> = (context: S3Context, call: C, tweaks: Tweaks) => Answer;

/** The value of a request header. */
export function header(call: Pick<S3Call, 'request'>, name: string): string | undefined {
  return call.request.headers.get(name);
}

/** The refusal of a missing right. */
export function accessDenied(message = 'Access Denied'): Refusal {
  return new Refusal(403, 'AccessDenied', message);
}

/** The refusal of a request that makes no sense to S3. */
export function invalidRequest(message: string): Refusal {
  return new Refusal(400, 'InvalidRequest', message);
}

/** The refusal of a value. */
export function invalidArgument(message: string, name: string, value = ''): Refusal {
  return new Refusal(400, 'InvalidArgument', message, { fields: { ArgumentName: name, ArgumentValue: value } });
}

/** The refusal for a bucket that is not there. */
export function noSuchBucket(name: string): Refusal {
  return new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { fields: { BucketName: name } });
}

/** The call's bucket, as long as this region's endpoint serves it and its owner is who the client expects. */
export function findBucket({ model, region, ownerId }: S3Context, call: BucketCall): Bucket {
  const bucket = model.bucket(call.bucket);
  if (!bucket) {
    throw noSuchBucket(call.bucket);
  }
  if (bucket.region !== region) {
    throw new Refusal(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
        'Please send all future requests to this endpoint.',
      {
        headers: { 'x-amz-bucket-region': bucket.region },
        fields: { Bucket: bucket.name, Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com` },
      },
    );
  }
  checkOwner(call, 'x-amz-expected-bucket-owner', ownerId);
  return bucket;
}

/** Refuses a bucket whose owner is not the one that the client names. */
export function checkOwner(call: S3Call, name: string, ownerId: string): void {
  const expected = header(call, name);
  if (expected !== undefined && expected !== ownerId) {
    throw accessDenied();
  }
}

/** The header that names a version; buckets that never had versioning say nothing. */
export function versionHeader(bucket: Bucket, versionId: string, name = 'x-amz-version-id'): Record<string, string> {
  return bucket.versioning === 'never' ? {} : { [name]: versionId };
}

/** The namespace of S3 documents. */
export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Headers of an answer that has a document. */
export const xmlHeaders = { 'content-type': 'application/xml' } as const;
