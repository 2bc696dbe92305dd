import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { COPY_SOURCE, failure, KEY, object, PATH, plain, upload } from '../oss/fixtures.ts';
import { cannedS3, s3Error } from './canned-s3.ts';
import { copyXml, customerKey, KEY_HEADERS, RICH_HEADERS, rich, sourceKey } from './fixtures.ts';

const s3 = cannedS3();
const part = { upload, partNumber: 7, source: object };
const complete = { upload, parts: [{ partNumber: 1, etag: '"a&b"' }], overwrite: true };
const created = '<InitiateMultipartUploadResult><UploadId>1e5</UploadId></InitiateMultipartUploadResult>';

describe('multipart uploads', () => {
  it('S3-4 createUpload says everything about the new object and asks for a checksum', async () => {
    s3.answer({ body: created });
    expect(await s3.client().createUpload({ bucket: 'dst-bucket', key: KEY, object: rich })).toEqual({
      uploadId: '1e5',
    });
    expect(s3.seen[0]?.line).toBe(`POST ${PATH}?uploads`);
    expect(s3.seen[0]?.headers).toMatchObject({ ...RICH_HEADERS, 'x-amz-checksum-type': 'FULL_OBJECT' });
    expect(s3.seen[0]?.headers).not.toHaveProperty('if-none-match');
  });

  it.each([
    ['crc64nvme', 'CRC64NVME'],
    ['crc32c', 'CRC32C'],
    ['crc32', 'CRC32'],
  ] as const)('S3-4 createUpload asks for %s as %s', async (checksum, algorithm) => {
    s3.answer({ body: created });
    await s3.client().createUpload({ bucket: 'dst-bucket', key: 'd', object: { ...plain, checksum } });
    expect(s3.seen[0]?.headers).toMatchObject({
      'x-amz-checksum-algorithm': algorithm,
      'x-amz-checksum-type': 'FULL_OBJECT',
    });
  });

  it('createUpload sends nothing that was not asked for, but a customer key', async () => {
    s3.answer({ body: created }, { body: created });
    await s3.client().createUpload({ bucket: 'dst-bucket', key: 'd', object: plain });
    const names = Object.keys(s3.seen[0]?.headers ?? {}).filter((name) => name.startsWith('x-amz-'));
    expect(names.sort()).toEqual(['x-amz-content-sha256', 'x-amz-date']);
    const encryption = { kind: 'customer', key: customerKey } as const;
    await s3.client().createUpload({ bucket: 'dst-bucket', key: 'd', object: { ...plain, encryption } });
    expect(s3.seen[1]?.headers).toMatchObject(KEY_HEADERS);
  });

  it('S3-2 uploadPartCopy sends range, conditions and both customer keys', async () => {
    s3.answer({
      headers: { 'x-amz-copy-source-version-id': 'OLD', 'x-amz-server-side-encryption': 'AES256' },
      body: copyXml('CopyPartResult'),
    });
    const copied = await s3.client().uploadPartCopy({
      ...part,
      range: { offset: 10, length: 10 },
      conditions: { ifMatch: '"A"', ifNoneMatch: '"B"' },
      encryption: { kind: 'customer', key: customerKey },
      sourceKey,
    });
    expect(copied).toEqual({
      etag: '"E-1"',
      range: undefined,
      sourceVersionId: 'OLD',
      encryption: { algorithm: 'AES256', keyId: undefined },
    });
    expect(s3.seen[0]?.line).toBe(`PUT ${PATH}?partNumber=7&uploadId=UP%2B1`);
    expect(s3.seen[0]?.headers).toMatchObject({
      'x-amz-copy-source': COPY_SOURCE,
      'x-amz-copy-source-range': 'bytes=10-19',
      'x-amz-copy-source-if-match': '"A"',
      'x-amz-copy-source-if-none-match': '"B"',
      'x-amz-copy-source-server-side-encryption-customer-algorithm': 'AES256',
      'x-amz-copy-source-server-side-encryption-customer-key': 'CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=',
      'x-amz-copy-source-server-side-encryption-customer-key-md5': createHash('md5')
        .update(sourceKey.bytes)
        .digest('base64'),
      ...KEY_HEADERS,
      'content-length': '0',
    });
  });

  it('uploadPartCopy sends no range for the whole source, and no encryption but a customer key', async () => {
    s3.answer({ body: copyXml('CopyPartResult') });
    await s3.client().uploadPartCopy({ ...part, encryption: { kind: 'kms', keyId: 'k' } });
    expect(s3.seen[0]?.headers).not.toHaveProperty('x-amz-copy-source-range');
    expect(s3.seen[0]?.headers).not.toHaveProperty('x-amz-server-side-encryption');
  });

  it.each([
    [copyXml('CopyPartResult', ''), {}],
    ['<CopyPartResult><LastModified>x</LastModified></CopyPartResult>', { etag: '"header"' }],
  ])('uploadPartCopy leaves a missing ETag missing: %s', async (body, headers) => {
    s3.answer({ body, headers: { ...headers } });
    expect((await s3.client().uploadPartCopy(part)).etag).toBeUndefined();
  });

  it.each(['', '<CopyPartResult><ETag>"x"', '<html></html>', '   '])(
    'uploadPartCopy takes %j for an incomplete answer',
    async (body) => {
      s3.answer({ body });
      expect(await failure(s3.client().uploadPartCopy(part))).toMatchObject({
        name: 'IncompleteAnswer',
        facts: { provider: 's3', operation: 'UploadPartCopy', partNumber: 7 },
      });
    },
  );

  it('uploadPart sends the MD5 and the SHA-256 of its bytes', async () => {
    s3.answer({ headers: { etag: '"p"', 'x-amz-server-side-encryption': 'AES256' } });
    const body = Buffer.from('hello world');
    const encryption = { kind: 'customer', key: customerKey } as const;
    expect(await s3.client().uploadPart({ upload, partNumber: 2, body, encryption })).toEqual({
      etag: '"p"',
      encryption: { algorithm: 'AES256', keyId: undefined },
    });
    expect(s3.seen[0]).toMatchObject({
      line: `PUT ${PATH}?partNumber=2&uploadId=UP%2B1`,
      body: 'hello world',
      headers: {
        'content-md5': 'XrY7u+Ae7tCTyyK7j1rNww==',
        'x-amz-content-sha256': 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
        ...KEY_HEADERS,
      },
    });
  });

  it('uploadPart reports a missing ETag as missing', async () => {
    s3.answer({});
    expect((await s3.client().uploadPart({ upload, partNumber: 2, body: Buffer.from('x') })).etag).toBeUndefined();
  });

  it('S3-4 completeUpload sends the parts and reads a result behind keep-alive blanks', async () => {
    s3.answer({
      headers: { 'x-amz-version-id': 'NEW', 'x-amz-server-side-encryption': 'aws:kms' },
      body: `   \n \n${copyXml('CompleteMultipartUploadResult', '&quot;E-1&quot;', '<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>')}`,
    });
    const written = await s3.client().completeUpload({ ...complete, acl: 'private', overwrite: false });
    expect(written).toEqual({
      etag: '"E-1"',
      versionId: 'NEW',
      sourceVersionId: undefined,
      checksums: { crc64nvme: 'AAAAAAAAAAA=' },
      encryption: { algorithm: 'aws:kms', keyId: undefined },
    });
    const body =
      '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;a&amp;b&quot;</ETag></Part></CompleteMultipartUpload>';
    expect(s3.seen[0]).toMatchObject({
      line: `POST ${PATH}?uploadId=UP%2B1`,
      body,
      headers: {
        'if-none-match': '*',
        'content-type': 'application/xml',
        'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
      },
    });
    // It was given with the upload.
    expect(s3.seen[0]?.headers).not.toHaveProperty('x-amz-acl');
  });

  it('completeUpload forbids overwriting only when asked to and where the store can', async () => {
    const body = copyXml('CompleteMultipartUploadResult');
    s3.answer({ body }, { body }, { body });
    await s3.client().completeUpload(complete);
    await s3.client({ quirks: { forbidOverwrite: false } }).completeUpload({ ...complete, overwrite: false });
    await s3.client().completeUpload({ ...complete, encryption: { kind: 'customer', key: customerKey } });
    expect(s3.seen[0]?.headers).not.toHaveProperty('if-none-match');
    expect(s3.seen[1]?.headers).not.toHaveProperty('if-none-match');
    expect(s3.seen[2]?.headers).toMatchObject(KEY_HEADERS);
  });

  it('abortUpload ends the upload, or finds it gone', async () => {
    s3.answer({ status: 204 }, { status: 404, body: s3Error('NoSuchUpload') });
    await s3.client().abortUpload(upload);
    expect(s3.seen[0]?.line).toBe(`DELETE ${PATH}?uploadId=UP%2B1`);
    expect(await failure(s3.client().abortUpload(upload))).toMatchObject({ name: 'UploadGone' });
  });
});

describe('S3-3 a success that is an error', () => {
  const operations = [
    [
      'CopyObject',
      () => s3.client().copyObject({ source: object, destination: { bucket: 'dst-bucket', key: 'd' }, object: plain }),
    ],
    ['UploadPartCopy', () => s3.client().uploadPartCopy(part)],
    ['CompleteMultipartUpload', () => s3.client().completeUpload(complete)],
  ] as const;

  it.each(operations)('S3-3 %s fails with the code of an <Error> in a 200', async (operation, call) => {
    s3.answer(
      { body: `  \n${s3Error('InternalError', 'We encountered an internal error.')}` },
      { body: s3Error('SlowDown', 'Reduce your request rate.'), headers: { 'retry-after': '3' } },
      { body: s3Error('SomethingNew') },
    );
    expect(await failure(call())).toMatchObject({
      name: 'ProviderUnavailable',
      facts: {
        operation,
        status: 200,
        code: 'InternalError',
        requestIds: ['656c76696e6727732072657175657374', 'Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7/C1NPcfTWAtRPfTaOFg=='],
      },
    });
    expect(await failure(call())).toMatchObject({ name: 'Throttled', facts: { code: 'SlowDown', retryAfterMs: 3000 } });
    expect(await failure(call())).toMatchObject({ name: 'IncompleteAnswer', facts: { code: 'SomethingNew' } });
  });
});

describe('listings', () => {
  const partXml = (number: number) =>
    `<Part><PartNumber>${number}</PartNumber><LastModified>2010-11-10T20:48:34.000Z</LastModified><ETag>&#34;e${number}&#34;</ETag><Size>5242880</Size></Part>`;

  it('listParts reads pages', async () => {
    s3.answer(
      {
        body: `<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker>${partXml(1)}${partXml(2)}</ListPartsResult>`,
      },
      { body: `<ListPartsResult><IsTruncated>false</IsTruncated>${partXml(3)}</ListPartsResult>` },
      { body: '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>' },
    );
    const client = s3.client();
    const first = await client.listParts({ upload });
    expect(first).toEqual({
      parts: [
        { partNumber: 1, etag: '"e1"', size: 5_242_880, crc64ecma: undefined },
        { partNumber: 2, etag: '"e2"', size: 5_242_880, crc64ecma: undefined },
      ],
      next: 2,
    });
    const second = await client.listParts({ upload, after: 2, limit: 5000 });
    expect(second.parts).toHaveLength(1);
    expect(second.next).toBeUndefined();
    expect((await client.listParts({ upload, after: 3, limit: 1 })).parts).toEqual([]);
    expect(s3.seen.map(({ line }) => line)).toEqual([
      `GET ${PATH}?uploadId=UP%2B1&max-parts=1000`,
      `GET ${PATH}?uploadId=UP%2B1&max-parts=1000&part-number-marker=2`,
      `GET ${PATH}?uploadId=UP%2B1&max-parts=1&part-number-marker=3`,
    ]);
  });

  it('listParts sends the customer key, which parts with a checksum are not listed without', async () => {
    s3.answer({ body: '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>' });
    await s3.client().listParts({ upload, encryption: { kind: 'customer', key: customerKey } });
    expect(s3.seen[0]?.headers).toMatchObject(KEY_HEADERS);
  });

  it('listParts refuses a page that leads nowhere, and an upload that is gone', async () => {
    s3.answer(
      {
        body: '<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker></ListPartsResult>',
      },
      { status: 404, body: s3Error('NoSuchUpload') },
    );
    expect(await failure(s3.client().listParts({ upload, after: 2 }))).toMatchObject({ name: 'IncompleteAnswer' });
    expect(await failure(s3.client().listParts({ upload }))).toMatchObject({ name: 'UploadGone' });
  });

  it('listUploads decodes keys where the store says that it encoded them', async () => {
    const uploads = (encoding: string, more: string) =>
      `<ListMultipartUploadsResult>${encoding}${more}<Upload><Key>a%2Bb+c</Key><UploadId>u</UploadId><Initiated>2010-11-10T20:48:33.000Z</Initiated></Upload></ListMultipartUploadsResult>`;
    s3.answer(
      {
        body: uploads(
          '<EncodingType>url</EncodingType>',
          '<IsTruncated>true</IsTruncated><NextKeyMarker>a%2Bb+c</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>',
        ),
      },
      { body: uploads('', '<IsTruncated>false</IsTruncated>') },
    );
    const client = s3.client();
    expect(await client.listUploads({ bucket: 'dst-bucket', prefix: 'p/' })).toEqual({
      uploads: [{ key: 'a+b c', uploadId: 'u', initiated: new Date('2010-11-10T20:48:33Z') }],
      next: { key: 'a+b c', uploadId: 'u' },
    });
    const second = await client.listUploads({ bucket: 'dst-bucket', after: { key: 'a+b c', uploadId: 'u' } });
    expect(second.uploads[0]?.key).toBe('a%2Bb+c');
    expect(second.next).toBeUndefined();
    expect(s3.seen.map(({ line }) => line)).toEqual([
      'GET /?uploads&encoding-type=url&max-uploads=1000&prefix=p%2F',
      'GET /?uploads&encoding-type=url&max-uploads=1000&key-marker=a%2Bb%20c&upload-id-marker=u',
    ]);
  });
});
