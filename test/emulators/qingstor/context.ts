import type { Account } from '../account.ts';
import type { Answer, WireRequest } from '../answer.ts';
import type { Target } from '../faults.ts';
import type { ObjectModel } from '../object-model.ts';
import type { Bucket } from '../object-types.ts';
import type { Tweaks } from '../pipeline.ts';
import { Refusal } from '../refusal.ts';
import type { Address } from './addressing.ts';

/** Who may call, and with which secret. */
export type QingstorAccount = Account;

/** Where documents disagree about QingStor: how this emulator behaves. */
export interface QingstorQuirks {
  /** Whether a copied part or object is answered with an ETag header: the API specification has one, the sample has none. */
  readonly etagOnCopy: boolean;
  /** The status of `upload_not_exists`: 404 by the operations' pages, 400 by the table of error codes. */
  readonly uploadMissingStatus: 400 | 404;
  /** Whether listings of uploads and objects say `has_more`; older servers do not. */
  readonly hasMore: boolean;
  /** Whether completing an encrypted upload takes its key again; the API specification lists the headers, the page on encryption does not. */
  readonly keyAtComplete: boolean;
}

/** What an operation works with. */
export interface QingstorContext {
  readonly model: ObjectModel;
  readonly zone: string;
  readonly quirks: QingstorQuirks;
}

/** A request to QingStor, taken apart but not judged. */
export interface QingstorCall extends Target, Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly request: WireRequest;
  /** Known once the signature has been verified. */
  account: QingstorAccount | undefined;
}

/** A call about a bucket, which may or may not exist. */
export interface BucketCall extends QingstorCall {
  readonly bucket: string;
}

/** A call about a key in a bucket. */
export interface ObjectCall extends BucketCall {
  readonly key: string;
}

/** Carries out one operation, or throws the refusal that QingStor would answer. */
export type QingstorOperation<C extends QingstorCall> = (context: QingstorContext, call: C, tweaks: Tweaks) => Answer;

/** The value of a request header. */
export function header(call: QingstorCall, name: string): string | undefined {
  return call.request.headers.get(name);
}

/** The bucket of that name, as long as this zone's endpoint serves it. Which code QingStor gives for another zone is not documented. */
export function findBucket({ model, zone }: QingstorContext, name: string): Bucket {
  const bucket = model.bucket(name);
  if (!bucket) {
    throw new Refusal(404, 'bucket_not_exists', 'The bucket you are accessing does not exist.');
  }
  if (bucket.region !== zone) {
    throw new Refusal(
      400,
      'invalid_location',
      `The bucket is in the zone ${bucket.region}: send the request to that zone's endpoint.`,
    );
  }
  return bucket;
}

/** The header that names a version; buckets that never had versioning say nothing. */
export function versionHeader(bucket: Bucket, versionId: string): Record<string, string> {
  return bucket.versioning === 'never' ? {} : { 'x-qs-version-id': versionId };
}

/** An answer with a document. */
export function jsonAnswer(document: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(document) };
}
