import { describe, expect, it } from 'vitest';
import { errorOf } from '../../../shared/provider/qingstor/errors.ts';
import { getObject, headObject } from '../../../shared/provider/qingstor/object-requests.ts';
import { completeMultipartUpload, uploadPartCopy } from '../../../shared/provider/qingstor/upload-requests.ts';
import type { StoreRequest } from '../../../shared/provider/xml/request.ts';
import { errorJson } from './canned-qingstor.ts';

const upload = { bucket: 'dst-bucket', key: 'd', uploadId: 'U' };
const source = { bucket: 'src-bucket', key: 's' };
const REQUESTS = {
  head: headObject({ object: source }),
  get: getObject({ object: source, range: { offset: 0, length: 1 } }),
  part: uploadPartCopy({ upload, partNumber: 3, source }),
  complete: completeMultipartUpload({ upload, parts: [], overwrite: true }),
} satisfies Record<string, StoreRequest>;

function failed(request: StoreRequest, status: number, body: string, headers: Record<string, string> = {}) {
  return errorOf({ status, headers, body: Buffer.from(body) }, request);
}

describe('one mapping', () => {
  it.each([
    // request, status, code, name
    ['part', 404, 'object_not_exists', 'SourceNotFound'],
    ['part', 404, 'bucket_not_exists', 'BucketNotFound'],
    ['part', 404, 'upload_not_exists', 'UploadGone'],
    ['complete', 400, 'upload_not_exists', 'UploadGone'],
    ['part', 412, 'precondition_failed', 'PreconditionFailed'],
    ['part', 400, 'invalid_object_state', 'SourceArchived'],
    ['part', 403, 'permission_denied', 'AccessDenied'],
    ['part', 402, 'delinquent_account', 'AccessDenied'],
    ['part', 401, 'invalid_access_key_id', 'Unauthenticated'],
    ['part', 401, 'signature_not_matched', 'Unauthenticated'],
    ['part', 403, 'request_expired', 'Unauthenticated'],
    ['part', 400, 'entity_too_large', 'TooLarge'],
    ['complete', 400, 'entity_too_small', 'InvalidRequest'],
    ['part', 400, 'invalid_argument', 'InvalidRequest'],
    ['part', 400, 'INVALID ARGUMENT', 'InvalidRequest'],
    ['complete', 400, 'invalid_request', 'InvalidRequest'],
    ['part', 400, 'metadata_too_large', 'InvalidRequest'],
    ['part', 400, 'max_parts_exceeded', 'InvalidRequest'],
    ['part', 400, 'bad_digest', 'IncompleteAnswer'],
    ['part', 416, 'invalid_range', 'SourceChanged'],
    ['part', 400, 'max_requests_exceeded', 'Throttled'],
    ['part', 429, 'fetch_throttled', 'Throttled'],
    ['part', 429, '', 'Throttled'],
    ['part', 500, 'internal_error', 'ProviderUnavailable'],
    ['part', 503, 'service_unavailable', 'ProviderUnavailable'],
    ['part', 502, '', 'ProviderUnavailable'],
    ['head', 404, '', 'SourceNotFound'],
    ['get', 405, 'method_not_allowed', 'SourceNotFound'],
    ['part', 405, 'method_not_allowed', 'Unknown'],
    ['part', 404, '', 'Unknown'],
    ['part', 402, '', 'AccessDenied'],
    ['part', 400, 'toString', 'Unknown'],
    ['part', 409, 'something_new', 'Unknown'],
  ] as const)('QS-8 %s: %i %s is %s', (request, status, code, name) => {
    const error = failed(REQUESTS[request], status, code === '' ? '' : errorJson(code));
    expect(error.name).toBe(name);
    expect(error.facts).toMatchObject({ provider: 'qingstor', operation: REQUESTS[request].operation, status });
    expect(error.facts.code).toBe(code === '' ? undefined : code);
  });

  it('QS-8 shows code, message, request id and page', () => {
    const error = failed(REQUESTS.part, 400, errorJson('odd_thing', 'Some  text\nof theirs.'), {
      'x-qs-request-id': 'aa08cf7a43f611e5886952542e6ce14b',
    });
    expect(error.message).toBe(
      'QingStor refused UploadPartCopy for "dst-bucket/d": Some text of theirs. [qingstor, UploadPartCopy, part 3, status 400, odd_thing, request aa08cf7a43f611e5886952542e6ce14b, see https://docs.qingcloud.com/object_storage/api/error_code.html]',
    );
    expect(failed(REQUESTS.part, 400, errorJson('odd_thing')).facts.requestIds).toEqual(['773ca7a4b21c11e6']);
  });

  it.each([
    ['javascript:alert(1)', []],
    ['https://docs.example.com/page?token=secret', ['see https://docs.example.com/page']],
    ['https://u:p@docs.example.com/', []],
    ['https://docs.example.com/a b, an upload may be open', ['see https://docs.example.com/a']],
    ['', []],
  ])('shows of the page %j only what is safe', (url, notes) => {
    expect(failed(REQUESTS.part, 400, errorJson('x', '', { url })).facts.notes).toEqual(notes);
  });

  it('QS-10 says that writing or reading was denied', () => {
    const denied = (request: StoreRequest) => failed(request, 403, errorJson('permission_denied')).summary;
    expect(denied(REQUESTS.part)).toBe('QingStor denies reading "src-bucket/s" or writing "dst-bucket/d".');
    expect(denied(REQUESTS.complete)).toBe('QingStor denies access to "dst-bucket/d".');
  });

  it('QS-6 speaks of zones where it redirects', () => {
    expect(failed(REQUESTS.part, 301, '')).toMatchObject({
      name: 'RegionMismatch',
      summary: '"src-bucket/s", "dst-bucket/d" and the endpoint of this store are not in one zone.',
    });
    expect(failed(REQUESTS.complete, 307, '').summary).toBe(
      '"dst-bucket/d" is in another zone than the endpoint of this store.',
    );
  });

  it('tells a delete marker that was named by its version from one that is the current version', () => {
    const marker = { 'x-qs-delete-marker': 'true' };
    const current = failed(REQUESTS.head, 404, '', marker);
    expect([current.name, current.summary]).toEqual([
      'SourceNotFound',
      '"src-bucket/s" is deleted: its current version is a delete marker.',
    ]);
    const version = { bucket: 'src-bucket', key: 's', versionId: 'v' };
    expect(failed({ ...REQUESTS.head, source: version }, 404, '', marker).summary).toBe(
      'The version asked for of "src-bucket/s" is a delete marker.',
    );
  });

  it.each(['<html>Bad Gateway</html>', '{"code":', '[]', '{"code":7}', '\u0000'])(
    'classifies %j by its status',
    (body) => {
      const error = failed(REQUESTS.part, 502, body);
      expect([error.name, error.facts.code, error.facts.requestIds]).toEqual(['ProviderUnavailable', undefined, []]);
    },
  );

  it('waits as long as Retry-After says', () => {
    const error = failed(REQUESTS.part, 400, errorJson('max_requests_exceeded'), { 'retry-after': '7' });
    expect([error.name, error.facts.retryAfterMs]).toEqual(['Throttled', 7000]);
  });

  it('keeps what others wrote short and on one line', () => {
    const error = failed(REQUESTS.part, 400, errorJson(`odd\u0085\n${'x'.repeat(1000)}`, 'y'.repeat(1000)));
    expect(error.message.length).toBeLessThan(900);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  });
});
