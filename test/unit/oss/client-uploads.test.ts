import { describe, expect, it } from 'vitest';
import { cannedOss, errorXml } from './canned-server.ts';
import { COPY_SOURCE, copyXml, failure, KEY, object, PATH, RICH_HEADERS, rich, upload } from './fixtures.ts';

const oss = cannedOss();

describe('multipart uploads', () => {
  it('OSS-16 createUpload sends all but the ACL', async () => {
    oss.answer({
      body: '<InitiateMultipartUploadResult><Bucket>b</Bucket><UploadId>1e5</UploadId></InitiateMultipartUploadResult>',
    });
    expect(await oss.client().createUpload({ bucket: 'dst-bucket', key: KEY, object: rich })).toEqual({
      uploadId: '1e5',
    });
    expect(oss.seen[0]?.line).toBe(`POST ${PATH}?uploads`);
    expect(oss.seen[0]?.headers).toMatchObject(RICH_HEADERS);
    expect(oss.seen[0]?.headers).not.toHaveProperty('x-oss-object-acl');
  });

  const part = { upload, partNumber: 7, source: object };

  it('OSS-3 OSS-7 OSS-15 OSS-16 OSS-18 uploadPartCopy sends a range and reads what was copied', async () => {
    oss.answer({
      headers: {
        'content-range': 'bytes 10-19/44',
        'x-oss-copy-source-version-id': 'OLD',
        'x-oss-server-side-encryption': 'AES256',
        etag: '"header"',
      },
      body: copyXml('CopyPartResult'),
    });
    const copied = await oss.client().uploadPartCopy({
      ...part,
      range: { offset: 10, length: 10 },
      conditions: { ifMatch: '"A"' },
      encryption: { kind: 'kms' },
    });
    expect(copied).toEqual({
      etag: '"E-1"',
      range: { offset: 10, length: 10, total: 44 },
      sourceVersionId: 'OLD',
      encryption: { algorithm: 'AES256', keyId: undefined },
    });
    expect(oss.seen[0]?.line).toBe(`PUT ${PATH}?partNumber=7&uploadId=UP%2B1`);
    expect(oss.seen[0]?.headers).toMatchObject({
      'x-oss-copy-source': COPY_SOURCE,
      'x-oss-copy-source-range': 'bytes=10-19',
      'x-oss-copy-source-if-match': '"A"',
      'content-length': '0',
    });
    expect(oss.seen[0]?.headers).not.toHaveProperty('x-oss-server-side-encryption');
  });

  it('OSS-15 uploadPartCopy shows that a range was ignored, and sends none for the whole source', async () => {
    oss.answer(
      { body: copyXml('CopyPartResult') },
      { headers: { 'content-range': 'nonsense' }, body: copyXml('CopyPartResult') },
    );
    expect((await oss.client().uploadPartCopy(part)).range).toBeUndefined();
    expect(oss.seen[0]?.headers).not.toHaveProperty('x-oss-copy-source-range');
    expect((await oss.client().uploadPartCopy(part)).range).toBeUndefined();
  });

  it.each([
    [copyXml('CopyPartResult', ''), {}, undefined],
    ['<CopyPartResult><LastModified>x</LastModified></CopyPartResult>', {}, undefined],
    [copyXml('CopyPartResult', ''), { etag: '"header"' }, '"header"'],
  ])('uploadPartCopy takes the ETag from %s and %j', async (body, headers, etag) => {
    oss.answer({ body, headers: { ...headers } });
    expect((await oss.client().uploadPartCopy(part)).etag).toBe(etag);
  });

  it.each([
    ['nothing', '', 'IncompleteAnswer'],
    ['a cut document', '<CopyPartResult><ETag>"x"', 'IncompleteAnswer'],
    ['another document', copyXml('CopyObjectResult'), 'IncompleteAnswer'],
    ['an error', errorXml('InternalError'), 'ProviderUnavailable'],
    ['an error about the source', errorXml('NoSuchKey'), 'SourceNotFound'],
    ['an error without a code', '<Error><Message>?</Message></Error>', 'IncompleteAnswer'],
  ])('a success with %s is none', async (_, body, name) => {
    oss.answer({ body, headers: { 'x-oss-request-id': 'ID' } });
    expect(await failure(oss.client().uploadPartCopy(part))).toMatchObject({
      name,
      facts: { provider: 'oss', operation: 'UploadPartCopy', partNumber: 7, status: 200, requestIds: ['ID'] },
    });
  });

  it('OSS-13 uploadPart sends the bytes with their MD5', async () => {
    oss.answer({ headers: { etag: '"5D41"' } });
    const copied = await oss.client().uploadPart({ upload, partNumber: 1, body: Buffer.from('hello') });
    expect(copied).toEqual({ etag: '"5D41"', encryption: undefined });
    expect(oss.seen[0]).toMatchObject({
      line: `PUT ${PATH}?partNumber=1&uploadId=UP%2B1`,
      body: 'hello',
      headers: { 'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==', 'content-length': '5' },
    });
  });

  it('OSS-6 OSS-20 completeUpload names the parts and reads checksum and version', async () => {
    oss.answer({
      headers: {
        'x-oss-version-id': 'NEW',
        'x-oss-hash-crc64ecma': '11051210869376104954',
        'x-oss-server-side-encryption': 'KMS',
      },
      body: '<CompleteMultipartUploadResult><Location>http://x</Location><Bucket>b</Bucket><Key>k</Key><ETag>"C-2"</ETag></CompleteMultipartUploadResult>',
    });
    const written = await oss.client().completeUpload({
      upload,
      parts: [
        { partNumber: 1, etag: '"A"' },
        { partNumber: 2, etag: '"B&<' },
      ],
      acl: 'public-read',
      overwrite: false,
    });
    expect(written).toEqual({
      etag: '"C-2"',
      versionId: 'NEW',
      sourceVersionId: undefined,
      checksums: { crc64ecma: '11051210869376104954' },
      encryption: { algorithm: 'KMS', keyId: undefined },
    });
    expect(oss.seen[0]).toMatchObject({
      line: `POST ${PATH}?uploadId=UP%2B1`,
      headers: {
        'x-oss-object-acl': 'public-read',
        'x-oss-forbid-overwrite': 'true',
        'content-type': 'application/xml',
      },
      body: '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;A&quot;</ETag></Part><Part><PartNumber>2</PartNumber><ETag>&quot;B&amp;&lt;</ETag></Part></CompleteMultipartUpload>',
    });
  });

  it('completeUpload counts 203 as written, and an error in a success as none', async () => {
    oss.answer(
      { status: 203, headers: { etag: '"C-1"' }, body: errorXml('CallbackFailed') },
      { body: errorXml('NoSuchUpload') },
    );
    const request = { upload, parts: [], overwrite: true };
    expect(await oss.client().completeUpload(request)).toMatchObject({ etag: '"C-1"', checksums: {} });
    expect(await failure(oss.client().completeUpload(request))).toMatchObject({ name: 'UploadGone' });
    expect(oss.seen[1]?.headers).not.toHaveProperty('x-oss-forbid-overwrite');
  });

  it('abortUpload and deleteObject', async () => {
    oss.answer(
      { status: 204 },
      { status: 404, body: errorXml('NoSuchUpload') },
      { status: 204 },
      { status: 409, body: errorXml('FileImmutable') },
    );
    const client = oss.client();
    await client.abortUpload(upload);
    expect(await failure(client.abortUpload(upload))).toMatchObject({ name: 'UploadGone' });
    await client.deleteObject(object);
    expect(await failure(client.deleteObject({ bucket: 'dst-bucket', key: 'k' }))).toMatchObject({ name: 'Immutable' });
    expect(oss.seen.map(({ line }) => line)).toEqual([
      `DELETE ${PATH}?uploadId=UP%2B1`,
      `DELETE ${PATH}?uploadId=UP%2B1`,
      `DELETE ${PATH}?versionId=CAEQ%2B%2F%3D`,
      'DELETE /k',
    ]);
  });
});
