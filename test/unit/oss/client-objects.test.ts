import { describe, expect, it } from 'vitest';
import { cannedOss, errorXml, NOW } from './canned-server.ts';
import { COPY_SOURCE, copyXml, failure, KEY, object, PATH, plain, RICH_HEADERS, rich } from './fixtures.ts';

const oss = cannedOss();

describe('objects', () => {
  it('OSS-9 OSS-23 head reads everything', async () => {
    oss.answer({
      headers: {
        'content-length': '9007199254740991',
        etag: '"5B3C-2"',
        'last-modified': 'Tue, 05 Mar 2024 06:07:08 GMT',
        date: 'Tue, 05 Mar 2024 06:07:09 GMT',
        'x-oss-version-id': 'CAEQ+/=',
        'x-oss-storage-class': 'Standard',
        'x-oss-object-type': 'Multipart',
        'x-oss-hash-crc64ecma': '11051210869376104954',
        'x-oss-tagging-count': '2',
        'x-oss-server-side-encryption': 'KMS',
        'x-oss-server-side-encryption-key-id': 'key-1',
        'x-oss-meta-owner': '爱丽丝',
        'content-type': 'video/mp4',
        'cache-control': 'no-cache',
        'content-disposition': 'attachment',
        'content-language': 'zh',
        expires: 'never',
      },
    });
    const at = new Date('2024-03-05T06:07:08Z');
    const facts = await oss.client().head({
      object,
      conditions: { ifMatch: '"A"', ifNoneMatch: '"B"', ifModifiedSince: at, ifUnmodifiedSince: at },
    });
    expect(facts).toEqual({
      size: 9007199254740991,
      etag: '"5B3C-2"',
      lastModified: at,
      versionId: 'CAEQ+/=',
      storageClass: 'Standard',
      access: 'readable',
      type: 'normal',
      checksums: { crc64ecma: '11051210869376104954' },
      headers: {
        contentType: 'video/mp4',
        cacheControl: 'no-cache',
        contentDisposition: 'attachment',
        contentEncoding: undefined,
        contentLanguage: 'zh',
        expires: 'never',
      },
      metadata: { owner: '爱丽丝' },
      tagCount: 2,
      encryption: { algorithm: 'KMS', keyId: 'key-1' },
      answeredAt: new Date('2024-03-05T06:07:09Z'),
    });
    expect(oss.seen[0]?.line).toBe(`HEAD ${PATH}?versionId=CAEQ%2B%2F%3D`);
    expect(oss.seen[0]?.headers).toMatchObject({
      host: `src-bucket.oss.localhost:${oss.port()}`,
      'if-match': '"A"',
      'if-none-match': '"B"',
      'if-modified-since': 'Tue, 05 Mar 2024 06:07:08 GMT',
      'if-unmodified-since': 'Tue, 05 Mar 2024 06:07:08 GMT',
      authorization: expect.stringMatching(
        /^OSS4-HMAC-SHA256 Credential=LTAIid\/20240305\/cn-hangzhou\/oss\/aliyun_v4_request,Signature=[0-9a-f]{64}$/,
      ),
    });
  });

  const mandatory = { 'content-length': '0', etag: '"0"', 'last-modified': NOW.toUTCString() };

  it.each([
    [{}, 'readable', 'normal'],
    [{ 'x-oss-object-type': 'Appendable', 'x-oss-hash-crc64ecma': '1' }, 'readable', 'appendable'],
    [{ 'x-oss-object-type': 'Symlink' }, 'readable', 'symlink'],
    [{ 'x-oss-storage-class': 'Archive' }, 'archived', 'normal'],
    [{ 'x-oss-storage-class': 'ColdArchive', 'x-oss-restore': 'ongoing-request="true"' }, 'restoring', 'normal'],
    [
      { 'x-oss-storage-class': 'DeepColdArchive', 'x-oss-restore': 'ongoing-request="false", expiry-date="x"' },
      'readable',
      'normal',
    ],
    [{ 'x-oss-storage-class': 'IA' }, 'readable', 'normal'],
  ])('OSS-17 head tells access and type of %j', async (headers, access, type) => {
    oss.answer({ headers: { ...mandatory, ...headers } });
    const facts = await oss.client().head({ object: { bucket: 'src-bucket', key: 'k' } });
    expect(facts).toMatchObject({
      access,
      type,
      tagCount: undefined,
      answeredAt: undefined,
      encryption: undefined,
      metadata: {},
    });
    expect(oss.seen[0]?.line).toBe('HEAD /k');
  });

  it.each([
    { etag: '"0"', 'last-modified': NOW.toUTCString() },
    { 'content-length': '0', 'last-modified': NOW.toUTCString() },
    { ...mandatory, 'last-modified': 'yesterday' },
    { ...mandatory, 'content-length': '9007199254740993' },
  ])('head refuses an answer with only %j', async (headers) => {
    // A chunked answer has no length.
    oss.answer({ headers: { 'transfer-encoding': 'content-length' in headers ? '' : 'chunked', ...headers } });
    const error = await failure(oss.client().head({ object }));
    expect(error).toMatchObject({ name: 'IncompleteAnswer', facts: { operation: 'HeadObject', status: 200 } });
  });

  it('OSS-2 head reads the error in x-oss-err', async () => {
    oss.answer({
      status: 404,
      headers: { 'x-oss-err': Buffer.from(errorXml('NoSuchKey')).toString('base64'), 'x-oss-delete-marker': 'true' },
    });
    expect(await failure(oss.client().head({ object }))).toMatchObject({
      name: 'SourceNotFound',
      facts: { code: 'NoSuchKey', requestIds: ['5C3D9175B6FC201293AD0001'] },
    });
  });

  it.each([
    ['<Tagging><TagSet><Tag><Key>a b</Key><Value>1&amp;1</Value></Tag></TagSet></Tagging>', { 'a b': '1&1' }],
    [
      '<Tagging><TagSet><Tag><Key>a</Key><Value/></Tag><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>',
      { a: '', b: '2' },
    ],
    ['<Tagging><TagSet/></Tagging>', {}],
    ['<Tagging>\n  <TagSet>\n  </TagSet>\n</Tagging>', {}],
  ])('getTagging reads %s', async (body, expected) => {
    oss.answer({ body });
    expect(await oss.client().getTagging(object)).toEqual(expected);
    expect(oss.seen[0]?.line).toBe(`GET ${PATH}?tagging&versionId=CAEQ%2B%2F%3D`);
  });

  it('getRange asks for the standard meaning and takes exactly the range', async () => {
    oss.answer({ status: 206, headers: { 'content-range': 'bytes 2-6/44' }, body: 'hello' });
    const bytes = await oss.client().getRange({ object, range: { offset: 2, length: 5 }, ifMatch: '"A"' });
    expect(Buffer.from(bytes).toString()).toBe('hello');
    expect(oss.seen[0]?.headers).toMatchObject({
      range: 'bytes=2-6',
      'x-oss-range-behavior': 'standard',
      'if-match': '"A"',
    });
  });

  it.each([
    [{ status: 200, body: 'hello' }],
    [{ status: 206, body: 'hello' }],
    [{ status: 206, headers: { 'content-range': 'bytes 1-5/44' }, body: 'hello' }],
    [{ status: 206, headers: { 'content-range': 'bytes 2-5/44' }, body: 'hell' }],
    [{ status: 206, headers: { 'content-range': 'bytes 2-6/44' }, body: 'hell' }],
    [{ status: 200, body: 'x'.repeat(70_000) }],
  ])('getRange refuses other bytes %#', async (answer) => {
    oss.answer(answer);
    const error = await failure(oss.client().getRange({ object, range: { offset: 2, length: 5 } }));
    expect(error).toMatchObject({ name: 'IncompleteAnswer', facts: { provider: 'oss', operation: 'GetObject' } });
  });

  it('OSS-3 OSS-6 OSS-7 OSS-9 OSS-18 copyObject sends everything and reads the versions', async () => {
    oss.answer({
      headers: { 'x-oss-version-id': 'NEW', 'x-oss-copy-source-version-id': 'OLD', 'x-oss-hash-crc64ecma': '5' },
      body: copyXml('CopyObjectResult'),
    });
    const at = new Date('2024-03-05T06:07:08Z');
    const written = await oss.client().copyObject({
      source: object,
      destination: { bucket: 'dst-bucket', key: KEY },
      object: rich,
      conditions: { ifMatch: '"A"', ifNoneMatch: '"B"', ifModifiedSince: at, ifUnmodifiedSince: at },
    });
    expect(written).toEqual({
      etag: '"E-1"',
      versionId: 'NEW',
      sourceVersionId: 'OLD',
      checksums: { crc64ecma: '5' },
      encryption: undefined,
    });
    expect(oss.seen[0]?.line).toBe(`PUT ${PATH}`);
    expect(oss.seen[0]?.headers).toMatchObject({
      ...RICH_HEADERS,
      host: `dst-bucket.oss.localhost:${oss.port()}`,
      'content-length': '0',
      'x-oss-object-acl': 'private',
      'x-oss-copy-source': COPY_SOURCE,
      'x-oss-metadata-directive': 'REPLACE',
      'x-oss-tagging-directive': 'Replace',
      'x-oss-copy-source-if-match': '"A"',
      'x-oss-copy-source-if-none-match': '"B"',
      'x-oss-copy-source-if-modified-since': 'Tue, 05 Mar 2024 06:07:08 GMT',
      'x-oss-copy-source-if-unmodified-since': 'Tue, 05 Mar 2024 06:07:08 GMT',
    });
  });

  it('copyObject carries nothing that was not asked for', async () => {
    oss.answer({ body: copyXml('CopyObjectResult', '') });
    const written = await oss.client().copyObject({
      source: { bucket: 'src-bucket', key: 'k?versionId=1' },
      destination: { bucket: 'dst-bucket', key: 'd' },
      object: { ...plain, encryption: { kind: 'provider' } },
    });
    expect(written.etag).toBeUndefined();
    const names = Object.keys(oss.seen[0]?.headers ?? {}).filter(
      (name) => !['host', 'connection', 'content-length'].includes(name),
    );
    expect(names.sort()).toEqual([
      'authorization',
      'x-oss-content-sha256',
      'x-oss-copy-source',
      'x-oss-date',
      'x-oss-metadata-directive',
      'x-oss-server-side-encryption',
      'x-oss-tagging-directive',
    ]);
    expect(oss.seen[0]?.headers).toMatchObject({
      'x-oss-copy-source': '/src-bucket/k%3FversionId%3D1',
      'x-oss-server-side-encryption': 'AES256',
    });
  });
});
