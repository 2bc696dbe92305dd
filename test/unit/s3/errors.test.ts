import { describe, expect, it } from 'vitest';
import { RETRYABLE_ERRORS } from '../../../shared/errors.ts';
import { errorOf } from '../../../shared/provider/s3/errors.ts';
import { deleteObject, getObject, headObject } from '../../../shared/provider/xml/object-requests.ts';
import type { StoreRequest } from '../../../shared/provider/xml/request.ts';
import { completeMultipartUpload, uploadPart, uploadPartCopy } from '../../../shared/provider/xml/upload-requests.ts';
import { object, upload } from '../oss/fixtures.ts';
import { s3Error } from './canned-s3.ts';

const head = headObject({ object });
const get = getObject({ object, range: { offset: 0, length: 1 } });
const copy = uploadPartCopy({ upload, partNumber: 3, source: object }, 'x-amz-');
const put = uploadPart({ upload, partNumber: 3, body: Buffer.from('x') });
const complete = completeMultipartUpload({ upload, parts: [], overwrite: false });
const remove = deleteObject(object);

function answerOf(status: number, body = '', headers: Readonly<Record<string, string>> = {}) {
  return { status, headers, body: Buffer.from(body) };
}

const named = (request: StoreRequest, status: number, body?: string, headers?: Readonly<Record<string, string>>) =>
  errorOf(answerOf(status, body, headers), request, 'eu-west-1');

describe('errors by code', () => {
  it.each<readonly [number, string, string]>([
    [400, 'AuthorizationHeaderMalformed', 'InvalidConfig'],
    [400, 'BadDigest', 'IncompleteAnswer'],
    [400, 'EntityTooLarge', 'TooLarge'],
    [400, 'EntityTooSmall', 'InvalidRequest'],
    [400, 'ExpiredToken', 'Unauthenticated'],
    [400, 'InvalidArgument', 'InvalidRequest'],
    [400, 'InvalidPart', 'ChecksumMismatch'],
    [400, 'InvalidPartOrder', 'InvalidRequest'],
    [400, 'InvalidRequest', 'InvalidRequest'],
    [400, 'InvalidToken', 'Unauthenticated'],
    [400, 'KMS.DisabledException', 'InvalidRequest'],
    [400, 'KeyTooLongError', 'InvalidRequest'],
    [400, 'MalformedXML', 'InvalidRequest'],
    [400, 'RequestTimeout', 'Timeout'],
    [400, 'AccessControlListNotSupported', 'Unsupported'],
    [400, 'XAmzContentSHA256Mismatch', 'IncompleteAnswer'],
    [301, 'PermanentRedirect', 'InvalidConfig'],
    [307, 'TemporaryRedirect', 'InvalidConfig'],
    [403, 'AccessDenied', 'AccessDenied'],
    [403, 'InvalidAccessKeyId', 'Unauthenticated'],
    [403, 'InvalidObjectState', 'SourceArchived'],
    [403, 'RequestTimeTooSkewed', 'Unauthenticated'],
    [403, 'SignatureDoesNotMatch', 'Unauthenticated'],
    [404, 'NoSuchBucket', 'BucketNotFound'],
    [404, 'NoSuchKey', 'SourceNotFound'],
    [404, 'NoSuchUpload', 'UploadGone'],
    [404, 'NoSuchVersion', 'SourceNotFound'],
    [405, 'MethodNotAllowed', 'SourceNotFound'],
    [409, 'ConditionalRequestConflict', 'ProviderUnavailable'],
    [409, 'OperationAborted', 'ProviderUnavailable'],
    [412, 'PreconditionFailed', 'PreconditionFailed'],
    [416, 'InvalidRange', 'SourceChanged'],
    [429, 'TooManyRequests', 'Throttled'],
    [500, 'InternalError', 'ProviderUnavailable'],
    [501, 'NotImplemented', 'Unsupported'],
    [503, 'ServiceUnavailable', 'ProviderUnavailable'],
    [503, 'SlowDown', 'Throttled'],
    [418, 'Teapot', 'Unknown'],
  ])('%i %s of a part copy is %s', (status, code, name) => {
    const error = named(copy, status, s3Error(code, 'Said.'));
    expect(error).toMatchObject({
      name,
      facts: { provider: 's3', operation: 'UploadPartCopy', partNumber: 3, status, code },
    });
    expect(error.summary).toMatch(/\.$|Said\.$/);
  });

  it.each(['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'ExpiredToken'])('S3-1 %s is never retried', (code) => {
    expect(RETRYABLE_ERRORS).not.toContain(named(copy, 403, s3Error(code)).name);
  });

  it('412 of a completion says that the destination is there', () => {
    expect(named(complete, 412, s3Error('PreconditionFailed')).name).toBe('DestinationExists');
    expect(named(complete, 412).name).toBe('DestinationExists');
    expect(named(copy, 412).name).toBe('PreconditionFailed');
  });

  it.each([
    [
      copy,
      400,
      'InvalidRequest',
      'The source of a copy request may not specifically refer to a delete marker by version id.',
      'SourceNotFound',
    ],
    [
      copy,
      400,
      'InvalidRequest',
      'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
      'TooLarge',
    ],
    [copy, 400, 'InvalidArgument', 'Range specified is not valid for source object of size: 5', 'SourceChanged'],
    [remove, 400, 'InvalidRequest', 'Object is WORM protected and cannot be overwritten', 'Immutable'],
    [remove, 403, 'AccessDenied', 'Access Denied because object protected by object lock.', 'Immutable'],
  ] as const)('the text decides for %#', (request, status, code, message, name) => {
    expect(named(request, status, s3Error(code, message)).name).toBe(name);
  });
});

describe('errors without a document', () => {
  it.each<readonly [StoreRequest, number, string]>([
    [head, 400, 'InvalidRequest'],
    [head, 301, 'InvalidConfig'],
    [head, 304, 'PreconditionFailed'],
    [head, 403, 'AccessDenied'],
    [head, 404, 'SourceNotFound'],
    [head, 405, 'SourceNotFound'],
    [head, 412, 'PreconditionFailed'],
    [get, 404, 'SourceNotFound'],
    [copy, 404, 'Unknown'],
    [put, 401, 'Unauthenticated'],
    [put, 408, 'Timeout'],
    [put, 429, 'Throttled'],
    [put, 500, 'ProviderUnavailable'],
    [put, 501, 'Unsupported'],
    [put, 502, 'ProviderUnavailable'],
    [put, 503, 'ProviderUnavailable'],
    [put, 504, 'ProviderUnavailable'],
  ])('%# status %i is %s', (request, status, name) => {
    expect(named(request, status).name).toBe(name);
    expect(named(request, status, '<html><body>proxy</body></html>').name).toBe(name);
  });

  it('a delete marker says so in a header', () => {
    expect(named(head, 404, '', { 'x-amz-delete-marker': 'true' })).toMatchObject({ name: 'SourceNotFound' });
    expect(named(head, 405, '', { 'x-amz-delete-marker': 'true' }).summary).toContain('is a delete marker');
  });

  it('a HEAD that is refused without a reason names the usual ones', () => {
    expect(named(head, 400).summary).toContain('customer key');
  });
});

describe('the wrong region', () => {
  it.each<readonly [StoreRequest, number, string, Readonly<Record<string, string>>]>([
    [copy, 400, s3Error('AuthorizationHeaderMalformed', '', '<Region>us-east-1</Region>'), {}],
    [copy, 301, s3Error('PermanentRedirect'), { 'x-amz-bucket-region': 'us-east-1' }],
    [head, 301, '', { 'x-amz-bucket-region': 'us-east-1' }],
    [head, 400, '', { 'x-amz-bucket-region': 'us-east-1' }],
  ])('is named in the sentence: %#', (request, status, body, headers) => {
    expect(named(request, status, body, headers)).toMatchObject({
      name: 'InvalidConfig',
      summary: expect.stringContaining("is in region us-east-1, the store in eu-west-1: correct the store's region"),
    });
  });

  it('is said without a hint, too, and not of a hint at the right one', () => {
    expect(named(copy, 307, s3Error('TemporaryRedirect')).summary).toContain('correct its region and endpoint');
    expect(named(head, 400, '', { 'x-amz-bucket-region': 'eu-west-1' }).name).toBe('InvalidRequest');
  });
});

describe('what an error says', () => {
  it('has both ids, the wait, and no line breaks', () => {
    const error = named(put, 503, s3Error('SlowDown\n'), {
      'x-amz-request-id': 'ID1',
      'x-amz-id-2': 'ID2\u0007',
      'retry-after': '2',
    });
    expect(error.facts).toMatchObject({ requestIds: ['ID1', 'ID2'], retryAfterMs: 2000, code: 'SlowDown' });
  });

  it('shows the message of S3 for what has no sentence of its own', () => {
    expect(named(put, 400, s3Error('InvalidArgument', 'Part number must be\nan integer')).summary).toMatch(
      /^S3 refused UploadPart for ".*": Part number must be an integer$/,
    );
  });
});
