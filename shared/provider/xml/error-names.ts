import type { ErrorName } from '../../errors.ts';
import type { StoreRequest } from './request.ts';

/**
 * Codes that mean the same at every provider of the dialect; each provider adds its own.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export const COMMON_CODES: Readonly<Record<string, ErrorName>> = {
  NoSuchKey: 'SourceNotFound',
  NoSuchVersion: 'SourceNotFound',
  NoSuchBucket: 'BucketNotFound',
  NoSuchUpload: 'UploadGone',
  InvalidObjectState: 'SourceArchived',
  PreconditionFailed: 'PreconditionFailed',
  NotModified: 'PreconditionFailed',
  AccessDenied: 'AccessDenied',
  InvalidAccessKeyId: 'Unauthenticated',
  SignatureDoesNotMatch: 'Unauthenticated',
  RequestTimeTooSkewed: 'Unauthenticated',
  EntityTooLarge: 'TooLarge',
  RequestTimeout: 'Timeout',
  // The bytes were damaged on the way there: the damage of a cut answer in the other direction, and worth another try.
  InvalidDigest: 'IncompleteAnswer',
  // The parts there are not the parts that were copied. Another try of the same completion cannot help.
  InvalidPart: 'ChecksumMismatch',
  // Only a range beyond the end gets this, and ranges are made from the size that was read before.
  InvalidRange: 'SourceChanged',
  InvalidArgument: 'InvalidRequest',
  InvalidBucketName: 'InvalidRequest',
  InternalError: 'ProviderUnavailable',
  ServiceUnavailable: 'ProviderUnavailable',
};

/** True for the codes with which every provider of the dialect asks for fewer requests. */
export function isThrottleCode(code: string): boolean {
  return /Qps|RateLimit|SlowDown|TooManyRequests/i.test(code);
}

/** The name by status alone, for answers without an error document. */
export function statusName(status: number, { method, source }: StoreRequest): ErrorName {
  // A part copy answers 404 for a missing source and for a missing upload: without a code nobody knows which.
  const readsOnly = source !== undefined && (method === 'HEAD' || method === 'GET');
  if (status === 404) return readsOnly ? 'SourceNotFound' : 'Unknown';
  // Nobody is redirected in the right region; redirects are never followed.
  if (status >= 300 && status < 400 && status !== 304) return 'RegionMismatch';
  if (status >= 500) return 'ProviderUnavailable';
  return BY_STATUS.get(status) ?? 'Unknown';
}

const BY_STATUS: ReadonlyMap<number, ErrorName> = new Map([
  [200, 'IncompleteAnswer'],
  [304, 'PreconditionFailed'],
  [401, 'Unauthenticated'],
  [403, 'AccessDenied'],
  [408, 'Timeout'],
  [412, 'PreconditionFailed'],
  [416, 'SourceChanged'],
]);

/**
 * Where no object is asked about, the key that is not there is that of the upload: Ceph answers List Parts of an aborted
 * upload so.
 */
export function isUploadGone(code: string, operation: string): boolean {
  return code === 'NoSuchKey' && operation === 'ListParts';
}
