import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { composedEtag } from '../../../shared/provider/qingstor/composed-etag.ts';
import { failure } from '../oss/fixtures.ts';
import { cannedQingStor, errorJson } from './canned-qingstor.ts';
import {
  CONDITION_HEADERS,
  COPY_SOURCE,
  conditions,
  customer,
  DESTINATION_KEY_HEADERS,
  KEY,
  object,
  PATH,
  RICH_HEADERS,
  rich,
  SOURCE_KEY_HEADERS,
  sourceKey,
  upload,
} from './fixtures.ts';

const qingstor = cannedQingStor();
const part = { upload, partNumber: 1, source: object };

describe('multipart uploads', () => {
  it('QS-7 createUpload sends everything and reads JSON', async () => {
    qingstor.answer({ body: '{"bucket":"dst-bucket","key":"x","upload_id":"1e5"}' });
    expect(await qingstor.client().createUpload({ bucket: 'dst-bucket', key: KEY, object: rich })).toEqual({
      uploadId: '1e5',
    });
    expect(qingstor.seen[0]).toMatchObject({ line: `POST ${PATH}?uploads`, headers: RICH_HEADERS });
  });

  it.each(['', '{"upload_id":"x"', '{"upload_id":5}', '{"upload_id":""}', '[]', 'null', '<html/>'])(
    'createUpload refuses %s',
    async (body) => {
      qingstor.answer({ body });
      const call = qingstor.client().createUpload({ bucket: 'dst-bucket', key: KEY, object: rich });
      expect(await failure(call)).toMatchObject({
        name: 'IncompleteAnswer',
        facts: { provider: 'qingstor', operation: 'InitiateMultipartUpload' },
      });
    },
  );

  it('QS-1 QS-2 QS-3 QS-5 QS-7 uploadPartCopy sends part 0, range, conditions and both keys', async () => {
    qingstor.answer({
      status: 201,
      headers: {
        etag: '"0c2f"',
        'x-qs-content-copy-range': 'bytes 10-19/44',
        'x-qs-copy-source-version-id': 'V+/=',
        'x-qs-encryption-customer-algorithm': 'AES256',
      },
    });
    const range = { offset: 10, length: 10 };
    const copied = await qingstor
      .client()
      .uploadPartCopy({ ...part, range, conditions, encryption: customer, sourceKey });
    expect(copied).toEqual({
      etag: '"0c2f"',
      range: { ...range, total: 44 },
      sourceVersionId: 'V+/=',
      encryption: { algorithm: 'AES256' },
    });
    expect(qingstor.seen[0]).toMatchObject({
      line: `PUT ${PATH}?part_number=0&upload_id=UP%2B1`,
      headers: {
        ...CONDITION_HEADERS,
        ...SOURCE_KEY_HEADERS,
        ...DESTINATION_KEY_HEADERS,
        'x-qs-copy-source': COPY_SOURCE,
        'x-qs-copy-range': 'bytes=10-19',
        'content-length': '0',
      },
    });
  });

  it('QS-2 QS-3 a range beyond 4 GiB, the last part, and no range for the whole source', async () => {
    qingstor.answer({ status: 201 }, { status: 201 });
    const client = qingstor.client();
    await client.uploadPartCopy({ ...part, partNumber: 10_000, range: { offset: 5_368_709_120, length: 4_194_304 } });
    await client.uploadPartCopy(part);
    expect(qingstor.seen[0]?.line).toBe(`PUT ${PATH}?part_number=9999&upload_id=UP%2B1`);
    expect(qingstor.seen[0]?.headers['x-qs-copy-range']).toBe('bytes=5368709120-5372903423');
    expect(qingstor.seen[1]?.headers).not.toHaveProperty('x-qs-copy-range');
  });

  it('QS-5 a condition on any ETag stays a star', async () => {
    qingstor.answer({ status: 201 });
    await qingstor.client().uploadPartCopy({ ...part, conditions: { ifMatch: '*' } });
    expect(qingstor.seen[0]?.headers['x-qs-copy-source-if-match']).toBe('*');
  });

  it('QS-4 a 201 without ETag is left to List Parts, which finds the one part', async () => {
    qingstor.answer(
      { status: 201, headers: { 'x-qs-request-id': 'ID', 'x-qs-content-copy-range': 'nonsense' } },
      { body: '{"count":1,"object_parts":[{"part_number":0,"size":10,"etag":"\\"0c2f\\""}]}' },
      { body: '{"count":1,"object_parts":[{"part_number":0,"size":10}]}' },
    );
    const client = qingstor.client();
    expect(client.capabilities.etagMayBeAbsent).toBe(true);
    expect(await client.uploadPartCopy(part)).toEqual({
      etag: undefined,
      range: undefined,
      sourceVersionId: undefined,
      encryption: undefined,
    });
    const listed = await client.listParts({ upload, after: 0, limit: 1 });
    expect(listed.parts).toEqual([{ partNumber: 1, etag: '"0c2f"', size: 10 }]);
    expect((await client.listParts({ upload, after: 0, limit: 1 })).parts[0]?.etag).toBe('');
  });

  it.each([
    ['permission_denied', 'AccessDenied'],
    ['upload_not_exists', 'UploadGone'],
    ['internal_error', 'ProviderUnavailable'],
  ])('QS-4 an error document in a 200 is that error: %s', async (code, name) => {
    const answer = { status: 200, body: errorJson(code) };
    qingstor.answer(answer, answer, answer);
    const client = qingstor.client();
    expect(await failure(client.uploadPartCopy({ upload, partNumber: 1, source: object }))).toMatchObject({ name });
    expect(await failure(client.listParts({ upload }))).toMatchObject({ name, facts: { code, status: 200 } });
    expect(await failure(client.completeUpload({ upload, parts: [], overwrite: true }))).toMatchObject({ name });
  });

  it.each([200, 202, 204])('QS-4 status %i is no success of a part', async (status) => {
    qingstor.answer({ status, headers: { etag: '"0c2f"' } });
    expect(await failure(qingstor.client().uploadPartCopy({ ...part, partNumber: 7 }))).toMatchObject({
      name: 'IncompleteAnswer',
      facts: { operation: 'UploadPartCopy', partNumber: 7, status },
    });
  });

  it.each([
    [400, 'INVALID ARGUMENT', 'QS-1', 'InvalidRequest'],
    [400, 'invalid_argument', 'QS-1', 'InvalidRequest'],
    [412, 'precondition_failed', 'QS-5', 'PreconditionFailed'],
    [403, 'permission_denied', 'QS-10', 'AccessDenied'],
    [400, 'upload_not_exists', 'QS-8', 'UploadGone'],
    [404, 'upload_not_exists', 'QS-8', 'UploadGone'],
    [400, 'max_requests_exceeded', 'QS-8', 'Throttled'],
  ])('%i %s (%s) ends uploadPartCopy as %s', async (status, code, _, name) => {
    qingstor.answer({ status, body: errorJson(code) });
    expect(await failure(qingstor.client().uploadPartCopy(part))).toMatchObject({
      name,
      facts: { code, partNumber: 1 },
    });
  });

  it('QS-7 uploadPart sends the bytes with their MD5, as part 0', async () => {
    qingstor.answer({ status: 201, headers: { etag: '"5d41"' } }, { status: 400, body: errorJson('bad_digest') });
    const request = { upload, partNumber: 1, body: Buffer.from('hello'), encryption: customer };
    expect(await qingstor.client().uploadPart(request)).toEqual({ etag: '"5d41"', encryption: undefined });
    expect(qingstor.seen[0]).toMatchObject({
      line: `PUT ${PATH}?part_number=0&upload_id=UP%2B1`,
      body: 'hello',
      headers: { 'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==', 'content-length': '5', ...DESTINATION_KEY_HEADERS },
    });
    expect(await failure(qingstor.client().uploadPart(request))).toMatchObject({ name: 'IncompleteAnswer' });
  });
});

describe('the end of an upload', () => {
  const [a, b] = ['a', 'b'].map((text) => createHash('md5').update(text).digest());
  if (a === undefined || b === undefined) throw new Error('no digests');
  const parts = [
    { partNumber: 1, etag: `"${a.toString('hex')}"` },
    { partNumber: 2, etag: b.toString('hex').toUpperCase() },
  ];
  const ETAG = `"${createHash('md5').update(a).update(b).digest('hex')}-2"`;

  it('QS-3 QS-7 completeUpload names the parts from 0, gives the ETag and the key', async () => {
    qingstor.answer({
      status: 201,
      headers: { 'x-qs-version-id': 'NEW', 'x-qs-encryption-customer-algorithm': 'AES256' },
    });
    const written = await qingstor.client().completeUpload({ upload, parts, overwrite: false, encryption: customer });
    expect(written).toEqual({
      etag: ETAG,
      versionId: 'NEW',
      sourceVersionId: undefined,
      checksums: {},
      encryption: { algorithm: 'AES256' },
    });
    expect(qingstor.seen[0]).toMatchObject({
      line: `POST ${PATH}?upload_id=UP%2B1`,
      headers: { etag: ETAG, 'content-type': 'application/json', ...DESTINATION_KEY_HEADERS },
    });
    expect(JSON.parse(qingstor.seen[0]?.body ?? '')).toEqual({
      object_parts: [
        { part_number: 0, etag: parts[0]?.etag },
        { part_number: 1, etag: parts[1]?.etag },
      ],
    });
  });

  it('the composed ETag is the known example of providers.md', () => {
    const digests = [
      'f8815b1a29cdaa62a593f8c34da60157',
      'b03ac38fc7be6382df52a06796584ec3',
      'cc363ed48aae10c16154da2f2cd1244c',
    ];
    expect(composedEtag(digests)).toBe('"ab34503c82f40c832f425f2130df55fb-3"');
    expect(composedEtag(['"not-md5"'])).toMatch(/^"[0-9a-f]{32}-1"$/);
    expect(composedEtag(['"not-md5"'])).not.toBe(composedEtag(['"other"']));
  });

  it('completeUpload fails where the upload is gone or the answer is somebody else’s', async () => {
    qingstor.answer({ status: 400, body: errorJson('upload_not_exists') }, { status: 200, body: 'Welcome' });
    const client = qingstor.client();
    const request = { upload, parts, overwrite: true };
    expect(await failure(client.completeUpload(request))).toMatchObject({ name: 'UploadGone' });
    expect(await failure(client.completeUpload(request))).toMatchObject({
      name: 'IncompleteAnswer',
      facts: { operation: 'CompleteMultipartUpload' },
    });
  });

  it('abortUpload succeeds as often as it is sent; List Parts says that the upload is gone', async () => {
    qingstor.answer({ status: 204 }, { status: 204 }, { status: 404, body: errorJson('upload_not_exists') });
    const client = qingstor.client();
    await client.abortUpload(upload);
    await client.abortUpload(upload);
    expect(await failure(client.listParts({ upload }))).toMatchObject({ name: 'UploadGone' });
    expect(qingstor.seen.map(({ line }) => line)).toEqual([
      `DELETE ${PATH}?upload_id=UP%2B1`,
      `DELETE ${PATH}?upload_id=UP%2B1`,
      `GET ${PATH}?upload_id=UP%2B1&limit=1000`,
    ]);
  });
});
