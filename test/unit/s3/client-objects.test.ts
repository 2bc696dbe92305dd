import { describe, expect, it } from 'vitest';
import { NOW } from '../oss/canned-server.ts';
import { COPY_SOURCE, failure, object, PATH, plain } from '../oss/fixtures.ts';
import { cannedS3, s3Error } from './canned-s3.ts';
import { copyXml, customerKey, KEY_HEADERS, RICH_HEADERS, rich, sourceKey } from './fixtures.ts';

const s3 = cannedS3();
const mandatory = { 'content-length': '0', etag: '"0"', 'last-modified': NOW.toUTCString() };
const destination = { bucket: 'dst-bucket', key: 'd' };

describe('objects', () => {
  it('S3-4 head reads everything', async () => {
    s3.answer({
      headers: {
        'content-length': '9007199254740991',
        etag: '"5b3c-2"',
        'last-modified': 'Tue, 05 Mar 2024 06:07:08 GMT',
        date: 'Tue, 05 Mar 2024 06:07:09 GMT',
        'x-amz-version-id': 'CAEQ+/=',
        'x-amz-storage-class': 'STANDARD_IA',
        'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=',
        'x-amz-checksum-type': 'FULL_OBJECT',
        'x-amz-tagging-count': '2',
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
        'x-amz-meta-owner': '爱丽丝',
        'content-type': 'video/mp4',
        expires: 'never',
      },
    });
    const at = new Date('2024-03-05T06:07:08Z');
    const facts = await s3.client().head({
      object,
      conditions: { ifMatch: '"A"', ifNoneMatch: '"B"', ifModifiedSince: at, ifUnmodifiedSince: at },
      customerKey,
    });
    expect(facts).toEqual({
      size: 9007199254740991,
      etag: '"5b3c-2"',
      lastModified: at,
      versionId: 'CAEQ+/=',
      storageClass: 'STANDARD_IA',
      access: 'readable',
      type: 'normal',
      checksums: { crc64nvme: 'AAAAAAAAAAA=' },
      headers: {
        contentType: 'video/mp4',
        cacheControl: undefined,
        contentDisposition: undefined,
        contentEncoding: undefined,
        contentLanguage: undefined,
        expires: 'never',
      },
      metadata: { owner: '爱丽丝' },
      tagCount: 2,
      encryption: { algorithm: 'aws:kms', keyId: 'key-1' },
      answeredAt: new Date('2024-03-05T06:07:09Z'),
    });
    expect(s3.seen[0]?.line).toBe(`HEAD ${PATH}?versionId=CAEQ%2B%2F%3D`);
    expect(s3.seen[0]?.headers).toMatchObject({
      host: `src-bucket.s3.localhost:${s3.port()}`,
      'x-amz-checksum-mode': 'ENABLED',
      'if-match': '"A"',
      'if-none-match': '"B"',
      'if-modified-since': 'Tue, 05 Mar 2024 06:07:08 GMT',
      'if-unmodified-since': 'Tue, 05 Mar 2024 06:07:08 GMT',
      'x-amz-date': '20240305T060708Z',
      ...KEY_HEADERS,
    });
  });

  it.each([
    [{ 'x-amz-storage-class': 'GLACIER' }, 'archived'],
    [{ 'x-amz-storage-class': 'DEEP_ARCHIVE', 'x-amz-restore': 'ongoing-request="true"' }, 'restoring'],
    [{ 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': 'ongoing-request="false", expiry-date="x"' }, 'readable'],
    [{ 'x-amz-storage-class': 'GLACIER_IR' }, 'readable'],
    [{ 'x-amz-storage-class': 'INTELLIGENT_TIERING', 'x-amz-archive-status': 'ARCHIVE_ACCESS' }, 'archived'],
  ])('head takes %j for %s', async (headers, access) => {
    s3.answer({ headers: { ...mandatory, ...headers } });
    expect(await s3.client().head({ object })).toMatchObject({ access });
  });

  it.each([
    [{ 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-type': 'FULL_OBJECT' }, { crc32: 'AAAAAA==' }],
    [{ 'x-amz-checksum-crc32c': 'AAAAAA==', 'x-amz-checksum-type': 'FULL_OBJECT' }, { crc32c: 'AAAAAA==' }],
    [{ 'x-amz-checksum-crc32c': 'AAAAAA==-3', 'x-amz-checksum-type': 'COMPOSITE' }, {}],
    [{ 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-type': 'COMPOSITE' }, {}],
    [{ 'x-amz-checksum-crc32': 'AAAAAA==' }, {}],
    [{ 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }, { crc64nvme: 'AAAAAAAAAAA=' }],
    [{ 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=-2' }, {}],
    [{ 'x-amz-checksum-sha256': 'x', 'x-amz-checksum-type': 'FULL_OBJECT' }, {}],
  ])('S3-4 head reads checksums over the whole object only: %j', async (headers, checksums) => {
    s3.answer({ headers: { ...mandatory, ...headers } });
    expect((await s3.client().head({ object })).checksums).toEqual(checksums);
  });

  it('S3-4 a store without checksums is not asked for them', async () => {
    s3.answer({ headers: { ...mandatory, 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' } });
    const facts = await s3.client({ quirks: { checksums: false } }).head({ object });
    expect(facts.checksums).toEqual({});
    expect(s3.seen[0]?.headers).not.toHaveProperty('x-amz-checksum-mode');
  });

  it('head reports a customer key by its algorithm', async () => {
    s3.answer({ headers: { ...mandatory, 'x-amz-server-side-encryption-customer-algorithm': 'AES256' } });
    expect((await s3.client().head({ object })).encryption).toEqual({ algorithm: 'AES256', keyId: undefined });
  });

  it.each([
    ['2', 2],
    ['0', undefined],
    ['many', 1],
  ])('head counts the metadata that S3 does not show: %s', async (count, hiddenMetadataCount) => {
    s3.answer({ headers: { ...mandatory, 'x-amz-missing-meta': count, 'x-amz-meta-owner': 'a' } });
    expect(await s3.client().head({ object })).toMatchObject({ hiddenMetadataCount, metadata: { owner: 'a' } });
  });

  it.each(['content-length', 'etag', 'last-modified'])('head fails without %s', async (missing) => {
    const headers = Object.fromEntries(Object.entries(mandatory).filter(([name]) => name !== missing));
    s3.answer({ headers: { ...headers, ...(missing === 'content-length' ? { 'transfer-encoding': 'chunked' } : {}) } });
    expect(await failure(s3.client().head({ object }))).toMatchObject({
      name: 'IncompleteAnswer',
      facts: { provider: 's3', operation: 'HeadObject', status: 200 },
    });
  });

  it('firstPartSize reads the first part, where there are parts', async () => {
    s3.answer(
      { status: 206, headers: { ...mandatory, 'content-length': '8388608', 'x-amz-mp-parts-count': '3' } },
      { headers: { ...mandatory, 'content-length': '8388608' } },
    );
    const { firstPartSize } = s3.client();
    expect(await firstPartSize?.({ object, customerKey })).toBe(8_388_608);
    expect(await firstPartSize?.({ object: { bucket: 'src-bucket', key: 'k' } })).toBeUndefined();
    expect(s3.seen.map(({ line }) => line)).toEqual([
      `HEAD ${PATH}?versionId=CAEQ%2B%2F%3D&partNumber=1`,
      'HEAD /k?partNumber=1',
    ]);
    expect(s3.seen[0]?.headers).toMatchObject(KEY_HEADERS);
    expect(s3.seen[1]?.headers).not.toHaveProperty('x-amz-server-side-encryption-customer-key');
  });

  it('firstPartSize takes a refusal for an answer, and nothing else', async () => {
    s3.answer({ status: 400 }, { status: 501 }, { status: 503 });
    const { firstPartSize } = s3.client();
    expect(await firstPartSize?.({ object })).toBeUndefined();
    expect(await firstPartSize?.({ object })).toBeUndefined();
    expect(await failure(firstPartSize?.({ object }) ?? Promise.resolve())).toMatchObject({
      name: 'ProviderUnavailable',
    });
  });

  it('getTagging reads tags, also none', async () => {
    s3.answer(
      { body: '<Tagging><TagSet><Tag><Key>a b</Key><Value>1+1</Value></Tag></TagSet></Tagging>' },
      { body: '<Tagging><TagSet/></Tagging>' },
    );
    expect(await s3.client().getTagging(object)).toEqual({ 'a b': '1+1' });
    expect(await s3.client().getTagging(object)).toEqual({});
    expect(s3.seen[0]?.line).toBe(`GET ${PATH}?tagging&versionId=CAEQ%2B%2F%3D`);
  });

  it('getRange takes exactly the bytes that were asked for', async () => {
    const range = { offset: 2, length: 3 };
    const headers = { 'content-range': 'bytes 2-4/9' };
    s3.answer({ status: 206, headers, body: 'cde' }, { body: 'abcdefghi' }, { status: 206, headers, body: 'cd' });
    const client = s3.client();
    const bytes = await client.getRange({ object, range, ifMatch: '"A"', customerKey });
    expect(Buffer.from(bytes).toString()).toBe('cde');
    expect(s3.seen[0]?.headers).toMatchObject({ range: 'bytes=2-4', 'if-match': '"A"', ...KEY_HEADERS });
    expect(await failure(client.getRange({ object, range }))).toMatchObject({ name: 'IncompleteAnswer' });
    expect(await failure(client.getRange({ object, range }))).toMatchObject({ name: 'IncompleteAnswer' });
  });

  it('S3-4 copyObject says everything about the new object and reads the result', async () => {
    s3.answer({
      headers: {
        'x-amz-version-id': 'NEW',
        'x-amz-copy-source-version-id': 'OLD',
        'x-amz-server-side-encryption': 'AES256',
      },
      body: `\n  \n${copyXml('CopyObjectResult', '&#34;E&#34;', '<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C><ChecksumType>FULL_OBJECT</ChecksumType>')}`,
    });
    const written = await s3.client().copyObject({
      source: object,
      destination,
      object: rich,
      conditions: { ifMatch: '"A"', ifUnmodifiedSince: NOW },
      sourceKey,
    });
    expect(written).toEqual({
      etag: '"E"',
      versionId: 'NEW',
      sourceVersionId: 'OLD',
      checksums: { crc32c: 'AAAAAA==' },
      encryption: { algorithm: 'AES256', keyId: undefined },
    });
    expect(s3.seen[0]?.line).toBe('PUT /d');
    expect(s3.seen[0]?.headers).toMatchObject({
      ...RICH_HEADERS,
      'x-amz-copy-source': COPY_SOURCE,
      'x-amz-copy-source-if-match': '"A"',
      'x-amz-copy-source-if-unmodified-since': NOW.toUTCString(),
      'x-amz-metadata-directive': 'REPLACE',
      'x-amz-tagging-directive': 'REPLACE',
      'x-amz-copy-source-server-side-encryption-customer-algorithm': 'AES256',
      'x-amz-copy-source-server-side-encryption-customer-key': 'CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=',
      'content-length': '0',
      'if-none-match': '*',
    });
  });

  it.each([
    [{}, true],
    [{ forbidOverwriteByCopy: false }, false],
    [{ forbidOverwrite: false }, false],
  ])('copyObject forbids overwriting only when asked to and where the store can: %j', async (quirks, overwrite) => {
    s3.answer({ body: copyXml('CopyObjectResult') });
    await s3.client({ quirks }).copyObject({ source: object, destination, object: { ...plain, overwrite } });
    expect(s3.seen[0]?.headers).not.toHaveProperty('if-none-match');
  });

  it.each([
    ['<Condition>If-None-Match</Condition>', 'DestinationExists'],
    ['', 'DestinationExists'],
    ['<Condition>x-amz-copy-source-If-Match</Condition>', 'PreconditionFailed'],
  ])('copyObject tells an occupied destination from a changed source by %j', async (condition, name) => {
    s3.answer({ status: 412, body: s3Error('PreconditionFailed', 'At least one did not hold', condition) });
    const request = { source: object, destination, object: { ...plain, overwrite: false } };
    expect(await failure(s3.client().copyObject(request))).toMatchObject({ name });
  });

  it('copyObject that may overwrite has no condition but on its source', async () => {
    s3.answer({ status: 412, body: s3Error('PreconditionFailed') });
    expect(await failure(s3.client().copyObject({ source: object, destination, object: plain }))).toMatchObject({
      name: 'PreconditionFailed',
    });
  });

  it.each([
    [{ kind: 'provider' } as const, { 'x-amz-server-side-encryption': 'AES256' }],
    [{ kind: 'kms' } as const, { 'x-amz-server-side-encryption': 'aws:kms' }],
    [{ kind: 'customer', key: customerKey } as const, KEY_HEADERS],
  ])('copyObject encrypts by %j', async (encryption, headers) => {
    s3.answer({ body: copyXml('CopyObjectResult') });
    await s3.client().copyObject({ source: object, destination, object: { ...plain, encryption } });
    expect(s3.seen[0]?.headers).toMatchObject(headers);
    expect(s3.seen[0]?.headers).not.toHaveProperty('x-amz-server-side-encryption-aws-kms-key-id');
  });

  it('copyObject leaves the tagging directive away where there are no tags', async () => {
    s3.answer({ body: copyXml('CopyObjectResult') });
    await s3.client({ quirks: { tags: false } }).copyObject({ source: object, destination, object: plain });
    expect(s3.seen[0]?.headers).not.toHaveProperty('x-amz-tagging-directive');
  });

  it('a missing ETag stays missing, although a header has one', async () => {
    s3.answer({ headers: { etag: '"header"' }, body: copyXml('CopyObjectResult', '') });
    const written = await s3.client().copyObject({ source: object, destination, object: plain });
    expect(written.etag).toBeUndefined();
  });

  it('deleteObject deletes a version', async () => {
    s3.answer({ status: 204 });
    await s3.client().deleteObject(object);
    expect(s3.seen[0]?.line).toBe(`DELETE ${PATH}?versionId=CAEQ%2B%2F%3D`);
  });
});
