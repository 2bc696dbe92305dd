import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { S3Quirks } from '#test/emulators/s3/context.ts';
import { encodeKey } from './oss-client.ts';
import { head, mib, pick, put, send, verdict, world } from './s3-client.ts';

const hour = 3_600_000;

describe('put, get and head', () => {
  it('keeps content headers, metadata, tags, class, encryption and ACL', async () => {
    await using emulator = await world();
    const given = {
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'x-amz-meta-author': 'alice',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-server-side-encryption': 'AES256',
    };
    await put(emulator, 'k', 'abc', { ...given, 'x-amz-tagging': 'a=b%20c&d=', 'x-amz-acl': 'public-read' });
    const reply = await head(emulator, '/k');
    expect(reply.headers).toMatchObject({ ...given, 'content-length': '3', 'x-amz-tagging-count': '2' });
    expect(reply.headers['etag']).toBe('"900150983cd24fb0d6963f7d28e17f72"');
    const acl = await send(emulator, { bucket: 'archive', path: '/k?acl' });
    expect(acl.text).toContain('AllUsers');
    expect(emulator.model.getObject('archive', 'k')?.acl).toBe('public-read');
    await put(emulator, 'plain', 'abc');
    expect((await head(emulator, '/plain')).headers).not.toHaveProperty('x-amz-storage-class');
  });

  it.each([
    ['bytes=0-0', 206, 'a', 'bytes 0-0/10'],
    ['bytes=8-99', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
    ['bytes=-2', 206, 'ij', 'bytes 8-9/10'],
    ['bytes=5-4', 200, 'abcdefghij', undefined],
    ['rows=1-2', 200, 'abcdefghij', undefined],
  ])('reads %s', async (range, status, text, contentRange) => {
    await using emulator = await world();
    await put(emulator, 'k', 'abcdefghij');
    const reply = await send(emulator, { bucket: 'archive', path: '/k', headers: { range } });
    expect([reply.status, reply.text, reply.headers['content-range']]).toEqual([status, text, contentRange]);
  });

  it('refuses a range behind the end, missing things, long keys and wrong names', async () => {
    await using emulator = await world();
    await put(emulator, 'k', 'abc');
    const get = (path: string, bucket = 'archive', headers: Record<string, string> = {}) =>
      send(emulator, { bucket, path, headers });
    const behind = await get('/k', 'archive', { range: 'bytes=3-' });
    expect([...verdict(behind), behind.headers['content-range']]).toEqual([416, 'InvalidRange', 'bytes */3']);
    expect(verdict(await get('/none'))).toEqual([404, 'NoSuchKey']);
    expect(verdict(await get('/none', 'nobucket'))).toEqual([404, 'NoSuchBucket']);
    expect(verdict(await get('/k', 'No_Bucket'))).toEqual([400, 'InvalidBucketName']);
    expect(verdict(await put(emulator, 'k'.repeat(1025), ''))).toEqual([400, 'KeyTooLongError']);
    expect(verdict(await get('/k?retention'))).toEqual([501, 'NotImplemented']);
    const none = await head(emulator, '/none');
    expect([none.status, none.text, none.headers['x-amz-request-id']?.length]).toEqual([404, '', 16]);
  });

  it('points to the region of a bucket that lives elsewhere, and guards its owner', async () => {
    await using emulator = await world({ buckets: ['raw', { name: 'far', region: 'eu-west-1' }] });
    const far = await head(emulator, '/k', {}, 'far');
    expect([far.status, far.headers['x-amz-bucket-region']]).toEqual([301, 'eu-west-1']);
    const owner = (id: string) => head(emulator, '/s', { 'x-amz-expected-bucket-owner': id }, 'raw');
    expect([(await owner('123456789012')).status, (await owner('1')).status]).toEqual([200, 403]);
  });

  it('judges the conditions of reads and writes', async () => {
    await using emulator = await world();
    const { headers } = await put(emulator, 'k', 'abc');
    const etag = headers['etag'] ?? '';
    const get = (more: Record<string, string>) => send(emulator, { bucket: 'archive', path: '/k', headers: more });
    const past = new Date(Date.now() - hour).toUTCString();
    const status = async (more: Record<string, string>) => (await get(more)).status;
    expect(await status({ 'if-match': etag })).toBe(200);
    expect(await status({ 'if-match': '"x"' })).toBe(412);
    expect(await status({ 'if-match': etag, 'if-unmodified-since': past })).toBe(200);
    expect(await status({ 'if-unmodified-since': past })).toBe(412);
    expect(await status({ 'if-none-match': etag })).toBe(304);
    expect(await status({ 'if-modified-since': new Date(Date.now() + hour).toUTCString() })).toBe(304);
    expect(verdict(await put(emulator, 'k', 'new', { 'if-none-match': '*' }))).toEqual([412, 'PreconditionFailed']);
    expect(verdict(await put(emulator, 'k', 'new', { 'if-match': '"x"' }))).toEqual([412, 'PreconditionFailed']);
    expect((await put(emulator, 'other', 'new', { 'if-none-match': '*' })).status).toBe(200);
    expect((await put(emulator, 'k', 'new', { 'if-match': etag })).status).toBe(200);
  });

  it('checks digests and checksums of a body', async () => {
    await using emulator = await world();
    const md5 = createHash('md5').update('abc').digest('base64');
    expect((await put(emulator, 'k', 'abc', { 'content-md5': md5 })).status).toBe(200);
    expect(verdict(await put(emulator, 'k', 'abd', { 'content-md5': md5 }))).toEqual([400, 'BadDigest']);
    expect(verdict(await put(emulator, 'k', 'abc', { 'x-amz-checksum-sha1': 'AAAA' }))).toEqual([400, 'BadDigest']);
    const big = { 'x-amz-meta-big': 'x'.repeat(2046) };
    expect(verdict(await put(emulator, 'k', 'abc', big))).toEqual([400, 'MetadataTooLarge']);
    expect(verdict(await put(emulator, 'k', 'abc', { 'x-amz-acl': 'mine' }))).toEqual([400, 'InvalidArgument']);
    expect(verdict(await put(emulator, 'k', 'abc', { 'x-amz-storage-class': 'Hot' }))).toEqual([
      400,
      'InvalidStorageClass',
    ]);
  });

  it('S3-4 tells checksums only when asked, and not at all without the capability', async () => {
    for (const checksums of [true, false]) {
      await using emulator = await world({ quirks: { checksums } });
      expect((await head(emulator, '/s', {}, 'raw')).headers).not.toHaveProperty('x-amz-checksum-type');
      const { headers } = await head(emulator, '/s', { 'x-amz-checksum-mode': 'ENABLED' }, 'raw');
      expect(headers['x-amz-checksum-type']).toBe(checksums ? 'FULL_OBJECT' : undefined);
      expect('x-amz-checksum-crc64nvme' in headers).toBe(checksums);
    }
  });

  it('S3-1 reads awkward keys in both styles', async () => {
    await using emulator = await world();
    for (const key of ['dot/../seg/./x.bin', '/leading//slash', 'a+b c%20?#', '数据 🎬']) {
      await put(emulator, key, key);
      for (const style of ['path', 'virtual'] as const) {
        expect((await send(emulator, { bucket: 'archive', path: `/${encodeKey(key)}`, style })).text).toBe(key);
      }
    }
    expect(emulator.model.listVersions('archive').length).toBe(4);
  });

  it('denies the actions that an account may not take', async () => {
    const account = {
      accessKeyId: 'A',
      secretAccessKey: 's',
      deniedActions: ['s3:PutObject', { action: 's3:GetObject', bucket: 'raw' }],
    };
    await using emulator = await world({ accounts: [account] });
    expect(verdict(await put(emulator, 'k', ''))).toEqual([403, 'AccessDenied']);
    expect((await head(emulator, '/s', {}, 'raw')).status).toBe(403);
    expect((await head(emulator, '/s')).status).toBe(404);
  });
});

describe('listings and habits', () => {
  it('pages through keys and common prefixes', async () => {
    await using emulator = await world();
    for (const key of ['a/1', 'a/2', 'b', 'c/3', 'd é']) {
      await put(emulator, key, 'x');
    }
    const seen: string[] = [];
    let token = '';
    for (let page = 0; page < 9 && (page === 0 || token !== ''); page += 1) {
      const more = token === '' ? '' : `&continuation-token=${token}`;
      const reply = await send(emulator, {
        bucket: 'archive',
        path: `/?list-type=2&max-keys=1&delimiter=%2F&encoding-type=url${more}`,
      });
      seen.push(pick(reply, 'Key') || (/<CommonPrefixes><Prefix>([^<]*)/.exec(reply.text)?.[1] ?? ''));
      token = pick(reply, 'NextContinuationToken');
    }
    expect(seen).toEqual(['a/', 'b', 'c/', 'd%20%C3%A9']);
  });

  it.each([
    ['"', '"e"', '<ETag>"e"</ETag>'],
    ['&quot;', '"e"', '<ETag>&quot;e&quot;</ETag>'],
    ['&#34;', '"e"', '<ETag>&#34;e&#34;</ETag>'],
    ['', 'e', '<ETag>e</ETag>'],
  ] satisfies [S3Quirks['etagQuoting'], string, string][])(
    'quotes ETags with %s',
    async (etagQuoting, inHeader, inXml) => {
      await using emulator = await world({ quirks: { etagQuoting } });
      emulator.model.putObject('archive', 'k', Buffer.from('x'), { etag: 'e' });
      expect((await head(emulator, '/k')).headers['etag']).toBe(inHeader);
      expect((await send(emulator, { bucket: 'archive', path: '/?list-type=2' })).text).toContain(inXml);
    },
  );

  it('makes, versions and deletes buckets', async () => {
    await using emulator = await world();
    const ask = (method: string, path: string, body = '') => send(emulator, { method, bucket: 'made', path, body });
    expect((await ask('PUT', '/')).status).toBe(200);
    expect(verdict(await ask('PUT', '/'))).toEqual([409, 'BucketAlreadyOwnedByYou']);
    const configuration = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
    expect((await ask('PUT', '/?versioning', configuration)).status).toBe(200);
    expect(pick(await ask('GET', '/?versioning'), 'Status')).toBe('Enabled');
    expect((await ask('GET', '/?location')).text).toContain('LocationConstraint');
    expect((await ask('HEAD', '/')).headers['x-amz-bucket-region']).toBe('us-east-1');
    expect((await send(emulator, { path: '/' })).text).toContain('<Name>made</Name>');
    expect((await ask('DELETE', '/')).status).toBe(204);
    emulator.model.createBucket({ name: 'made' });
    emulator.model.putVirtualObject('made', 'k', mib);
    expect(verdict(await ask('DELETE', '/'))).toEqual([409, 'BucketNotEmpty']);
  });
});
