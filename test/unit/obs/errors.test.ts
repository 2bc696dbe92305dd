import { describe, expect, it } from 'vitest';
import { isRetryable } from '../../../shared/errors.ts';
import { dialectOf } from '../../../shared/provider/obs/dialect.ts';
import { headObject } from '../../../shared/provider/obs/object-requests.ts';
import { uploadPart, uploadPartCopy } from '../../../shared/provider/obs/upload-requests.ts';
import type { StoreRequest } from '../../../shared/provider/xml/request.ts';
import { completeMultipartUpload } from '../../../shared/provider/xml/upload-requests.ts';
import { errorXml } from '../oss/canned-server.ts';

const dialect = dialectOf('obs');
const upload = { bucket: 'dst-bucket', key: 'd', uploadId: 'U' };
const source = { bucket: 'src-bucket', key: 's' };
const REQUESTS = {
  head: headObject({ object: source }, dialect),
  version: headObject({ object: { ...source, versionId: 'V' } }, dialect),
  part: uploadPartCopy({ upload, partNumber: 3, source }, dialect),
  upload: uploadPart({ upload, partNumber: 3, body: Buffer.from('x') }, dialect),
  complete: completeMultipartUpload({ upload, parts: [], overwrite: true }),
} satisfies Record<string, StoreRequest>;

function failed(
  request: StoreRequest,
  status: number,
  code: string,
  message = '',
  headers: Record<string, string> = {},
) {
  const body = code === '' ? Buffer.alloc(0) : Buffer.from(errorXml(code, message));
  return dialect.errorOf({ status, headers, body }, request);
}

describe('one mapping', () => {
  it.each([
    // requirement, request, status, code, message, name
    ['OBS-10', 'part', 403, 'AccessDenied', '', 'AccessDenied'],
    ['OBS-10', 'part', 404, 'NoSuchBucket', '', 'BucketNotFound'],
    ['OBS-10', 'part', 404, 'NoSuchKey', '', 'SourceNotFound'],
    ['OBS-10', 'part', 404, 'NoSuchVersion', '', 'SourceNotFound'],
    ['OBS-10', 'part', 404, 'NoSuchUpload', '', 'UploadGone'],
    [
      'OBS-5',
      'part',
      403,
      'InvalidObjectState',
      "Operation is not valid for the source object's storage class",
      'SourceArchived',
    ],
    ['OBS-11', 'part', 403, 'AccessDenied', 'The initiator of the upload is another user', 'AccessDenied'],
    ['OBS-12', 'part', 400, 'InvalidArgument', 'partNumber', 'InvalidRequest'],
    ['OBS-12', 'part', 400, 'EntityTooLarge', '', 'TooLarge'],
    ['4.3', 'part', 400, 'InvalidPartOrder', '', 'InvalidRequest'],
    ['4.3', 'complete', 400, 'EntityTooSmall', '', 'InvalidRequest'],
    ['4.3', 'complete', 400, 'MalformedXML', '', 'InvalidRequest'],
    ['4.3', 'complete', 400, 'InvalidPart', '', 'ChecksumMismatch'],
    ['4.3', 'part', 400, 'UnexpectedContent', '', 'InvalidRequest'],
    ['4.3', 'upload', 400, 'BadDigest', '', 'IncompleteAnswer'],
    ['4.3', 'complete', 400, 'InvalidCRC64', '', 'IncompleteAnswer'],
    ['4.3', 'part', 400, 'KMS.DisabledException', '', 'InvalidRequest'],
    ['4.3', 'part', 403, 'InArrearOrInsufficientBalance', '', 'AccessDenied'],
    ['4.3', 'part', 403, 'InsufficientStorageSpace', '', 'AccessDenied'],
    ['4.3', 'complete', 403, 'AccessDenied', 'The object is protected by WORM', 'Immutable'],
    ['4.3', 'part', 403, 'InvalidAccessKeyId', '', 'Unauthenticated'],
    ['4.3', 'part', 403, 'SignatureDoesNotMatch', '', 'Unauthenticated'],
    ['4.3', 'part', 400, 'TooManyWrongSignature', '', 'Unauthenticated'],
    ['4.3', 'part', 403, 'RequestTimeTooSkewed', '', 'Unauthenticated'],
    ['4.3', 'part', 403, 'VirtualHostDomainRequired', '', 'InvalidConfig'],
    ['4.3', 'part', 301, 'PermanentRedirect', '', 'RegionMismatch'],
    ['4.3', 'part', 307, '', '', 'RegionMismatch'],
    ['4.3', 'part', 400, 'InvalidRequest', 'Source and destination are not in the same region', 'RegionMismatch'],
    ['4.3', 'part', 405, 'FsNotSupport', '', 'Unsupported'],
    ['4.3', 'part', 408, 'RequestTimeout', '', 'Timeout'],
    ['4.3', 'part', 400, 'RequestTimeout', '', 'Timeout'],
    ['4.3', 'complete', 409, 'OperationAborted', '', 'ProviderUnavailable'],
    ['4.3', 'part', 409, 'ServiceNotSupported', '', 'Unsupported'],
    ['4.3', 'part', 412, 'PreconditionFailed', '', 'PreconditionFailed'],
    ['4.3', 'part', 416, 'InvalidRange', '', 'SourceChanged'],
    ['4.3', 'part', 429, 'TooManyRequests', '', 'Throttled'],
    ['4.3', 'part', 429, '', '', 'Throttled'],
    ['4.3', 'part', 503, 'SlowDown', '', 'Throttled'],
    ['4.3', 'part', 400, 'TooManyObjectCopied', '', 'Throttled'],
    ['4.3', 'part', 500, 'InternalError', '', 'ProviderUnavailable'],
    ['4.3', 'part', 503, 'ServiceUnavailable', '', 'ProviderUnavailable'],
    ['4.7', 'head', 404, '', '', 'SourceNotFound'],
    ['4.7', 'version', 405, '', '', 'SourceNotFound'],
    ['a proxy', 'part', 502, '', '', 'ProviderUnavailable'],
    ['a proxy', 'part', 404, '', '', 'Unknown'],
    ['a proxy', 'head', 400, '', '', 'InvalidRequest'],
    ['a code of tomorrow', 'part', 418, 'Teapot', '', 'Unknown'],
  ] as const)('%s: %s %i %s %s is %s', (_, request, status, code, message, name) => {
    expect(failed(REQUESTS[request], status, code, message).name).toBe(name);
  });

  it.each([
    'SignatureDoesNotMatch',
    'InvalidAccessKeyId',
    'TooManyWrongSignature',
    'AccessDenied',
    'NoSuchKey',
    'NoSuchBucket',
    'NoSuchUpload',
    'InvalidObjectState',
  ])('OBS-5 OBS-10 %s is never retried, whatever the status', (code) => {
    for (const status of [200, 400, 403, 404, 500])
      expect(isRetryable(failed(REQUESTS.part, status, code))).toBe(false);
  });
});

describe('what an error says', () => {
  it.each([
    [{ 'x-obs-qos-delay-time': '250' }, 250],
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '3', 'x-obs-qos-delay-time': '9000' }, 9000],
    [{}, undefined],
  ] as const)('how long to wait, by %o', (headers, retryAfterMs) => {
    expect(failed(REQUESTS.part, 503, 'SlowDown', '', headers).facts.retryAfterMs).toBe(retryAfterMs);
  });

  it('a delay makes a failure of the service a throttling', () => {
    expect(failed(REQUESTS.part, 503, 'ServiceUnavailable', '', { 'x-obs-qos-delay-time': '9' }).name).toBe(
      'Throttled',
    );
    expect(failed(REQUESTS.part, 403, 'AccessDenied', '', { 'x-obs-qos-delay-time': '9' }).name).toBe('AccessDenied');
  });

  it('OBS-14 both ids, from the headers or else from the document', () => {
    const headers = { 'x-obs-request-id': 'R1', 'x-obs-id-2': 'ID2' };
    expect(failed(REQUESTS.part, 403, 'AccessDenied', '', headers).message).toBe(
      'OBS denies reading "src-bucket/s" or writing "dst-bucket/d". [obs, UploadPartCopy, part 3, status 403, AccessDenied, request R1 ID2]',
    );
    expect(failed(REQUESTS.part, 403, 'AccessDenied').facts.requestIds).toEqual(['5C3D9175B6FC201293AD0001', 'h']);
  });

  it('OBS-5 to restore first', () => {
    expect(failed(REQUESTS.part, 403, 'InvalidObjectState').summary).toBe(
      '"src-bucket/s" is archived and has to be restored first.',
    );
  });

  it('what to change for path style and for a locked key', () => {
    expect(failed(REQUESTS.part, 403, 'VirtualHostDomainRequired').summary).toContain('set addressing');
    expect(failed(REQUESTS.part, 400, 'TooManyWrongSignature').summary).toContain('locked the access key');
  });

  it('OBS-7 that a HEAD without a reason may lack the customer key', () => {
    expect(failed(REQUESTS.head, 400, '').summary).toContain('under a customer key that was not sent');
  });

  it('that a version is a delete marker', () => {
    expect(failed(REQUESTS.version, 405, 'MethodNotAllowed').summary).toContain('is a delete marker');
    expect(failed(REQUESTS.head, 404, '', '', { 'x-obs-delete-marker': 'true' }).name).toBe('SourceNotFound');
  });

  it('nothing that breaks a log', () => {
    const error = failed(REQUESTS.part, 418, 'Bad', `a\n[31m${'x'.repeat(5000)}`);
    expect(error.message.length).toBeLessThan(600);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });
});
