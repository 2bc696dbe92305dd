import type { TemporaryAccount } from '../account.ts';
import type { Answer, WireRequest } from '../answer.ts';
import type { Target } from '../faults.ts';
import type { ObjectModel } from '../object-model.ts';
import type { Bucket } from '../object-types.ts';
import type { Tweaks } from '../pipeline.ts';
import type { Query } from '../query.ts';
import { Refusal } from '../refusal.ts';

/** Who may call, and with which secret. */
export type OssAccount = TemporaryAccount;

/** Where documents and reports disagree about OSS, or endpoints do: how this emulator behaves. */
export interface OssQuirks {
  /** Status of a failed if-none-match or if-modified-since of a copy: 304 by today's documentation, 412 by the older one. */
  readonly conditionStatus: 304 | 412;
  /** Whether copied parts and objects have a CRC-64; OSS promises it only for uploads. */
  readonly crcForCopiedParts: boolean;
  /** HEAD and GET of a version that is a delete marker. */
  readonly versionMarkerHead: 404 | 405;
  /** The answer to a Complete of an upload that is complete: OSS forgets the upload; `repeat` gives the first answer again. */
  readonly completeTwice: 'no-such-upload' | 'repeat';
  /** What a retention policy refuses: replacing and deleting, every write, or also copies out of the bucket. */
  readonly immutableRefuses: 'overwrites' | 'writes' | 'copies';
  /** Whether CopyObject of any size works inside a bucket; older documents know 1 GB as the limit everywhere. */
  readonly shallowCopies: boolean;
  /** How long a restore takes. */
  readonly restoreMs: number;
}

/** What an operation works with. */
export interface OssContext {
  readonly model: ObjectModel;
  readonly region: string;
  readonly quirks: OssQuirks;
  /** Answers of Complete by upload id, for the quirk that repeats them. */
  readonly completed: Map<string, Answer>;
}

/** A request to OSS, taken apart but not judged. */
export interface OssCall extends Target {
  readonly request: WireRequest;
  readonly query: Query;
  /** Known once the signature has been verified. */
  account: OssAccount | undefined;
}

/** A call about a bucket that exists, and about a key where the operation needs one. */
export interface BucketCall extends OssCall {
  readonly bucket: string;
}

/** A call about a key in a bucket that exists. */
export interface ObjectCall extends BucketCall {
  readonly key: string;
}

/** Carries out one operation, or throws the refusal that OSS would answer. */
export type OssOperation<C extends OssCall> = (context: OssContext, call: C, tweaks: Tweaks) => Answer;

/** The value of a request header. */
export function header(call: OssCall, name: string): string | undefined {
  return call.request.headers.get(name);
}

/** The bucket of that name, as long as this region's endpoint serves it. */
export function findBucket({ model, region }: OssContext, name: string): Bucket {
  const bucket = model.bucket(name);
  if (!bucket) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { fields: { BucketName: name } });
  }
  if (bucket.region !== region) {
    throw new Refusal(
      403,
      'AccessDenied',
      'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
        'Please send all future requests to this endpoint.',
      { fields: { Bucket: name, Endpoint: `oss-${bucket.region}.aliyuncs.com` } },
    );
  }
  return bucket;
}

/** The header that names a version; buckets that never had versioning say nothing. */
export function versionHeader(bucket: Bucket, versionId: string, name = 'x-oss-version-id'): Record<string, string> {
  return bucket.versioning === 'never' ? {} : { [name]: versionId };
}

/** The checksum header, where the service knows the checksum. */
export function crcHeader(crc64: bigint | undefined): Record<string, string> {
  return crc64 === undefined ? {} : { 'x-oss-hash-crc64ecma': crc64.toString() };
}

/** The namespace of OSS documents. */
export const ossNamespace = 'http://doc.oss-cn-hangzhou.aliyuncs.com';

/** Headers of an answer that has a document. */
export const xmlHeaders = { 'content-type': 'application/xml' } as const;
