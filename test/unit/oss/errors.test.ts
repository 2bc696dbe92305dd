import { describe, expect, it } from 'vitest';
import { errorOf } from '../../../shared/provider/oss/errors.ts';
import { headObject } from '../../../shared/provider/oss/object-requests.ts';
import { completeMultipartUpload, uploadPart, uploadPartCopy } from '../../../shared/provider/oss/upload-requests.ts';
import type { StoreRequest as OssRequest } from '../../../shared/provider/xml/request.ts';
import { errorXml } from './canned-server.ts';

const upload = { bucket: 'dst-bucket', key: 'd', uploadId: 'U' };
const source = { bucket: 'src-bucket', key: 's' };
const REQUESTS = {
  head: headObject({ object: source }),
  part: uploadPartCopy({ upload, partNumber: 3, source }),
  upload: uploadPart({ upload, partNumber: 3, body: Buffer.from('x') }),
  complete: completeMultipartUpload({ upload, parts: [], overwrite: true }),
} satisfies Record<string, OssRequest>;

function failed(
  request: OssRequest,
  status: number,
  code: string,
  message = '',
  headers: Record<string, string> = {},
  more = '',
) {
  return errorOf(
    { status, headers, body: code === '' ? Buffer.alloc(0) : Buffer.from(errorXml(code, message, more)) },
    request,
  );
}

describe('one mapping', () => {
  it.each([
    // request, status, code, message, name
    ['part', 404, 'NoSuchKey', '', 'SourceNotFound'],
    ['part', 404, 'NoSuchVersion', '', 'SourceNotFound'],
    ['part', 404, 'SymlinkTargetNotExist', '', 'SourceNotFound'],
    ['part', 404, 'NoSuchBucket', '', 'BucketNotFound'],
    ['part', 404, 'NoSuchUpload', '', 'UploadGone'],
    ['part', 409, 'FileImmutable', 'The object you specified is immutable.', 'Immutable'],
    ['part', 403, 'AccessDenied', 'The object you specified is immutable.', 'Immutable'],
    ['complete', 409, 'FileAlreadyExists', '', 'DestinationExists'],
    ['part', 403, 'InvalidObjectState', '', 'SourceArchived'],
    ['part', 400, 'OperationNotSupported', 'The operation is not supported for this resource', 'SourceArchived'],
    ['complete', 400, 'OperationNotSupported', '', 'Unsupported'],
    ['part', 400, 'OperationNotSupported', 'The source object is of type Appendable.', 'SourceNotCopyable'],
    ['part', 409, 'ObjectNotAppendable', '', 'SourceNotCopyable'],
    ['part', 400, 'InvalidObjectType', '', 'SourceNotCopyable'],
    ['part', 412, 'PreconditionFailed', '', 'PreconditionFailed'],
    ['part', 304, '', '', 'PreconditionFailed'],
    ['part', 412, '', '', 'PreconditionFailed'],
    ['part', 403, 'AccessDenied', '', 'AccessDenied'],
    ['part', 403, 'UserDisable', '', 'AccessDenied'],
    ['part', 403, 'InvalidAccessKeyId', '', 'Unauthenticated'],
    ['part', 403, 'SignatureDoesNotMatch', '', 'Unauthenticated'],
    ['part', 403, 'SecurityTokenExpired', '', 'Unauthenticated'],
    ['part', 403, 'InvalidSecurityToken', '', 'Unauthenticated'],
    ['part', 403, 'RequestTimeTooSkewed', '', 'Unauthenticated'],
    ['part', 401, '', '', 'Unauthenticated'],
    ['part', 403, 'SecondLevelDomainForbidden', '', 'InvalidConfig'],
    ['part', 400, 'InvalidArgument', 'Invalid signing region in Authorization header.', 'InvalidConfig'],
    [
      'part',
      403,
      'AccessDenied',
      'Target object does not reside in the same data center as source object.',
      'RegionMismatch',
    ],
    ['part', 400, 'InvalidArgument', 'Copy across different data centre', 'RegionMismatch'],
    ['part', 403, 'AccessDenied', 'must be addressed using the specified endpoint.', 'RegionMismatch'],
    ['part', 400, 'CrossRegionCopyForbidden', '', 'RegionMismatch'],
    ['part', 307, '', '', 'RegionMismatch'],
    ['part', 400, 'EntityTooLarge', '', 'TooLarge'],
    ['part', 400, 'InvalidArgument', 'Part number must be an integer', 'InvalidRequest'],
    ['upload', 400, 'InvalidDigest', '', 'IncompleteAnswer'],
    ['upload', 400, 'RequestTimeout', '', 'Timeout'],
    ['upload', 408, '', '', 'Timeout'],
    ['complete', 400, 'InvalidPart', '', 'ChecksumMismatch'],
    ['complete', 400, 'FilePartNotExist', '', 'ChecksumMismatch'],
    ['complete', 400, 'InvalidPartOrder', '', 'Unknown'],
    ['complete', 400, 'EntityTooSmall', '', 'InvalidRequest'],
    ['part', 411, 'MissingContentLength', '', 'Unknown'],
    ['head', 416, 'InvalidRange', '', 'SourceChanged'],
    ['head', 416, '', '', 'SourceChanged'],
    ['head', 404, '', '', 'SourceNotFound'],
    ['head', 405, 'MethodNotAllowed', '', 'SourceNotFound'],
    ['complete', 405, 'MethodNotAllowed', '', 'Unknown'],
    ['part', 400, 'InvalidArgument', 'The specified version is a delete marker', 'SourceNotFound'],
    ['part', 404, '', '', 'Unknown'],
    ['complete', 404, '', '', 'Unknown'],
    ['head', 403, '', '', 'AccessDenied'],
    ['part', 409, '', '', 'Unknown'],
    ['part', 429, '', '', 'Throttled'],
    ['part', 503, 'TotalQpsLimitExceeded', '', 'Throttled'],
    ['part', 503, 'MetaOperationQpsLimitExceeded', '', 'Throttled'],
    ['part', 503, 'DownloadTrafficRateLimitExceeded', '', 'Throttled'],
    ['part', 503, 'ServiceUnavailable', '', 'ProviderUnavailable'],
    ['part', 500, 'InternalError', '', 'ProviderUnavailable'],
    ['part', 502, '', '', 'ProviderUnavailable'],
    ['part', 504, '', '', 'ProviderUnavailable'],
    ['part', 200, 'InternalError', '', 'ProviderUnavailable'],
    ['part', 200, '', '', 'IncompleteAnswer'],
    ['part', 400, 'toString', '', 'Unknown'],
  ] as const)('%s: %i %s %s is %s', (request, status, code, message, name) => {
    const error = failed(REQUESTS[request], status, code, message);
    expect(error.name).toBe(name);
    expect(error.facts).toMatchObject({ provider: 'oss', operation: REQUESTS[request].operation, status });
    expect(error.facts.code).toBe(code === '' ? undefined : code);
  });

  it('OSS-4 tells a delete marker that was named by its version', () => {
    const version = { bucket: 'src-bucket', key: 's', versionId: 'v' };
    const named = { ...REQUESTS.part, source: version };
    const error = failed(named, 400, 'InvalidArgument', '', {}, '<EC>0016-00000307</EC>');
    expect([error.name, error.summary]).toEqual([
      'SourceNotFound',
      'The version asked for of "src-bucket/s" is a delete marker.',
    ]);
    expect(error.facts.requestIds).toEqual(['5C3D9175B6FC201293AD0001', 'EC 0016-00000307']);
    expect(failed(REQUESTS.head, 404, '', '', { 'x-oss-delete-marker': 'true' }).name).toBe('SourceNotFound');
  });

  it('OSS-11 says what OSS says about retention', () => {
    expect(failed(REQUESTS.complete, 409, 'FileImmutable').message).toBe(
      'The object you specified is immutable. A retention policy protects "dst-bucket/d". [oss, CompleteMultipartUpload, status 409, FileImmutable, request 5C3D9175B6FC201293AD0001]',
    );
  });

  it('OSS-17 says restore first', () => {
    expect(failed(REQUESTS.part, 400, 'OperationNotSupported').summary).toBe(
      '"src-bucket/s" is archived and has to be restored first.',
    );
  });

  it('has a sentence for every name it gives', () => {
    const both = (code: string) => [failed(REQUESTS.part, 400, code).summary, failed(REQUESTS.head, 400, code).summary];
    expect(both('AccessDenied')[1]).toBe('OSS denies access to "src-bucket/s".');
    expect(both('NoSuchBucket')).toEqual([
      'The bucket of "src-bucket/s" or "dst-bucket/d" does not exist.',
      'The bucket of "src-bucket/s" does not exist.',
    ]);
    expect(both('EntityTooLarge')[0]).toBe('"src-bucket/s" is too large for one request of OSS.');
    expect(both('ObjectNotAppendable')[0]).toBe(
      '"src-bucket/s" is an appendable object, which OSS does not copy here.',
    );
    expect(both('FileAlreadyExists')[0]).toBe('"dst-bucket/d" exists already.');
    expect(both('NoSuchUpload')[0]).toBe('The multipart upload of "dst-bucket/d" does not exist (any more).');
    expect(both('InvalidPart')[0]).toBe(
      'OSS does not have the parts of "dst-bucket/d" with the ETags they were given.',
    );
    expect(both('FileImmutable')[0]).toBe(
      'The object you specified is immutable. A retention policy protects "src-bucket/s" or "dst-bucket/d".',
    );
    expect(failed(REQUESTS.part, 403, 'AccessDenied', 'not in the same region').summary).toBe(
      '"src-bucket/s", "dst-bucket/d" and the endpoint of this store are not in one region.',
    );
    expect(failed(REQUESTS.part, 403, 'X', '', {}).summary).toBe(
      'OSS denies reading "src-bucket/s" or writing "dst-bucket/d".',
    );
    expect(failed(REQUESTS.part, 400, 'Other', 'Some  text\nof theirs.').summary).toBe(
      'OSS refused UploadPartCopy for "dst-bucket/d": Some text of theirs.',
    );
    expect(failed(REQUESTS.part, 400, 'Other').summary).toBe('OSS refused UploadPartCopy for "dst-bucket/d".');
    const wrongEndpoint = failed(
      REQUESTS.head,
      403,
      'AccessDenied',
      'x',
      {},
      '<Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>',
    );
    expect([wrongEndpoint.name, wrongEndpoint.summary]).toEqual([
      'RegionMismatch',
      '"src-bucket/s" is in another region than the endpoint of this store.',
    ]);
  });

  it('reads the document that HEAD has in a header', () => {
    const encoded = Buffer.from(errorXml('NoSuchVersion')).toString('base64');
    const answer = {
      status: 404,
      headers: { 'x-oss-err': encoded, 'x-oss-request-id': 'ID', 'x-oss-ec': '0026-1' },
      body: Buffer.alloc(0),
    };
    const error = errorOf(answer, REQUESTS.head);
    expect([error.name, error.facts.code, error.facts.requestIds]).toEqual([
      'SourceNotFound',
      'NoSuchVersion',
      ['ID', 'EC 0026-1'],
    ]);
  });

  it.each([
    '<html><body>Bad Gateway</body></html>',
    'not xml',
    '<Error><Code>a</Code><Code>b</Code></Error>',
    '<Error>',
  ])('classifies %s by its status', (body) => {
    const error = errorOf({ status: 502, headers: {}, body: Buffer.from(body) }, REQUESTS.part);
    expect([error.name, error.facts.code]).toEqual(['ProviderUnavailable', undefined]);
  });

  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': 'Tue, 05 Mar 2024 06:07:18 GMT', date: 'Tue, 05 Mar 2024 06:07:08 GMT' }, 10_000],
    [{ 'retry-after': 'Tue, 05 Mar 2024 06:07:18 GMT' }, undefined],
    [{ 'retry-after': 'soon', date: 'Tue, 05 Mar 2024 06:07:08 GMT' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'x-oss-qos-delay-time': '250' }, 250],
    [{ 'x-oss-qos-delay-time': '250', 'retry-after': '1' }, 1000],
    [{}, undefined],
  ])('waits as long as %j says', (headers, expected) => {
    const error = failed(REQUESTS.part, 503, 'ServiceUnavailable', '', { ...headers });
    expect(error.facts.retryAfterMs).toBe(expected);
    expect(error.name).toBe('x-oss-qos-delay-time' in headers ? 'Throttled' : 'ProviderUnavailable');
  });

  it('keeps what others wrote short and on one line', () => {
    const error = failed(REQUESTS.part, 400, `Odd\u0085\n${'x'.repeat(1000)}`, 'y'.repeat(1000));
    expect(error.message.length).toBeLessThan(800);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });
});
