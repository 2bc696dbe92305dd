import { describe, expect, it } from 'vitest';
import { WEIRD_KEYS } from '#test/conformance/weird-keys.ts';
import { crc64 } from '#test/emulators/crc64.ts';
import { startOssEmulator } from '#test/emulators/oss/emulator.ts';
import { codeOf, encodeKey, pick, send } from './oss-client.ts';

const oddKeys = [...WEIRD_KEYS, '?versionId=x'];

describe('OSS objects', () => {
  it.each(oddKeys)('OSS-9 stores, reads and copies the key %s, in both styles of address', async (key) => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    const path = `/${encodeKey(key)}`;
    await send(emulator, { method: 'PUT', bucket: 'raw', path, body: key, style: 'virtual' });
    const got = await send(emulator, { bucket: 'raw', path });
    expect(got.text).toBe(key);
    expect(got.headers['x-oss-hash-crc64ecma']).toBe(crc64(Buffer.from(key)).toString());
    for (const source of [`/raw/${encodeKey(key)}`, encodeURIComponent(`raw/${key}`)]) {
      const headers = { 'x-oss-copy-source': source };
      expect((await send(emulator, { method: 'PUT', bucket: 'raw', path: '/copy', headers })).status).toBe(200);
    }
    expect(emulator.model.getObject('raw', key)?.etag).toBe(emulator.model.getObject('raw', 'copy')?.etag);
    const listed = await send(emulator, { bucket: 'raw', path: '/?encoding-type=url' });
    expect(listed.text).toContain(`<Key>${encodeKey(key).replaceAll('/', '%2F')}</Key>`);
  });

  it.each(['/leading', '\\leading', 'k'.repeat(1024)])('refuses the key %s', async (key) => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    const reply = await send(emulator, { method: 'PUT', bucket: 'raw', path: `/${encodeKey(key)}` });
    expect([reply.status, codeOf(reply)]).toEqual([400, 'InvalidObjectName']);
  });

  it('OSS-23 HEAD describes an object with all that was given to it', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    const headers = {
      'content-type': 'video/mp4',
      'cache-control': 'no-cache',
      'x-oss-meta-author': '艾丽丝',
      'x-oss-tagging': 'a=1&b=%E4%B8%AD',
      'x-oss-storage-class': 'IA',
      'x-oss-server-side-encryption': 'KMS',
      'x-oss-server-side-encryption-key-id': 'key-1',
      'x-oss-object-acl': 'public-read',
    };
    await send(emulator, { method: 'PUT', bucket: 'raw', path: '/k', headers, body: '123456789' });
    const head = await send(emulator, { method: 'HEAD', bucket: 'raw', path: '/k' });
    const { 'x-oss-object-acl': _acl, 'x-oss-tagging': _tagging, ...shown } = headers;
    expect(head.headers).toMatchObject({
      ...shown,
      'content-length': '9',
      etag: '"25F9E794323B453885F5181F1B624D0B"',
      'x-oss-hash-crc64ecma': '11051210869376104954',
      'x-oss-object-type': 'Normal',
      'x-oss-tagging-count': '2',
    });
    expect(head.headers['x-oss-version-id']).toBeUndefined();
    const tags = await send(emulator, { bucket: 'raw', path: '/k?tagging' });
    expect(tags.text).toContain('<Tag><Key>b</Key><Value>中</Value></Tag>');
    expect(pick(await send(emulator, { bucket: 'raw', path: '/k?acl' }), 'Grant')).toBe('public-read');
    const meta = await send(emulator, { method: 'HEAD', bucket: 'raw', path: '/k?objectMeta' });
    expect(meta.headers['content-length']).toBe('9');
    expect(meta.headers['x-oss-storage-class']).toBeUndefined();
  });

  it('puts the error document of a HEAD into a header', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    const head = await send(emulator, { method: 'HEAD', bucket: 'raw', path: '/absent' });
    expect([head.status, codeOf(head), head.text]).toEqual([404, 'NoSuchKey', '']);
    expect(head.headers['x-oss-ec']).toBe('0026-00000001');
  });

  it.each([
    ['bytes=2-4', '', 206, '345', 'bytes 2-4/9'],
    ['bytes=7-', '', 206, '89', 'bytes 7-8/9'],
    ['bytes=-2', '', 206, '89', 'bytes 7-8/9'],
    ['bytes=5-99', '', 200, '123456789', undefined],
    ['bytes=9-10', '', 200, '123456789', undefined],
    ['bytes=4-2', '', 200, '123456789', undefined],
    ['nonsense', '', 200, '123456789', undefined],
    ['bytes=5-99', 'standard', 206, '6789', 'bytes 5-8/9'],
  ])('GET with range %s (%s) answers %i', async (range, behavior, status, text, contentRange) => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    emulator.model.putObject('raw', 'k', Buffer.from('123456789'));
    const headers = { range, ...(behavior === '' ? {} : { 'x-oss-range-behavior': behavior }) };
    const reply = await send(emulator, { bucket: 'raw', path: '/k', headers });
    expect([reply.status, reply.text, reply.headers['content-range']]).toEqual([status, text, contentRange]);
    expect(reply.headers['x-oss-hash-crc64ecma']).toBe('11051210869376104954');
  });

  it('refuses a range beyond the end in the standard behaviour', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    emulator.model.putObject('raw', 'k', Buffer.from('123456789'));
    const headers = { range: 'bytes=9-10', 'x-oss-range-behavior': 'standard' };
    const reply = await send(emulator, { bucket: 'raw', path: '/k', headers });
    expect([reply.status, codeOf(reply), reply.headers['content-range']]).toEqual([416, 'InvalidRange', 'bytes */9']);
  });

  it('reads conditions: 412 for what has changed, 304 for what has not', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    const { etag } = emulator.model.putObject('raw', 'k', Buffer.from('x'), {
      lastModified: new Date(1_700_000_000_000),
    });
    const ask = async (headers: Record<string, string>) =>
      (await send(emulator, { method: 'HEAD', bucket: 'raw', path: '/k', headers })).status;
    expect(await ask({ 'if-match': `"${etag}"` })).toBe(200);
    expect(await ask({ 'if-match': '"0"' })).toBe(412);
    expect(await ask({ 'if-none-match': `"${etag}"` })).toBe(304);
    expect(await ask({ 'if-modified-since': new Date(1_700_000_000_000).toUTCString() })).toBe(304);
    expect(await ask({ 'if-unmodified-since': new Date(1_600_000_000_000).toUTCString() })).toBe(412);
  });

  it('keeps versions and delete markers, and tells them apart', async () => {
    await using emulator = await startOssEmulator({ buckets: [{ name: 'raw', versioning: 'enabled' }] });
    const put = (body: string) => send(emulator, { method: 'PUT', bucket: 'raw', path: '/k', body });
    const one = (await put('one')).headers['x-oss-version-id'] ?? '';
    const two = (await put('two')).headers['x-oss-version-id'] ?? '';
    expect(one).not.toBe(two);
    const gone = await send(emulator, { method: 'DELETE', bucket: 'raw', path: '/k' });
    expect([gone.status, gone.headers['x-oss-delete-marker']]).toEqual([204, 'true']);
    const marker = gone.headers['x-oss-version-id'] ?? '';
    const head = await send(emulator, { method: 'HEAD', bucket: 'raw', path: '/k' });
    expect([head.status, head.headers['x-oss-delete-marker'], codeOf(head)]).toEqual([404, 'true', 'NoSuchKey']);
    const byId = await send(emulator, { method: 'HEAD', bucket: 'raw', path: `/k?versionId=${marker}` });
    expect([byId.status, byId.headers['x-oss-delete-marker']]).toEqual([405, 'true']);
    expect((await send(emulator, { bucket: 'raw', path: `/k?versionId=${one}` })).text).toBe('one');
    const none = await send(emulator, { bucket: 'raw', path: '/k?versionId=CAEQ' });
    expect(codeOf(none)).toBe('NoSuchVersion');
    await send(emulator, { method: 'DELETE', bucket: 'raw', path: `/k?versionId=${marker}` });
    expect((await send(emulator, { bucket: 'raw', path: '/k' })).text).toBe('two');
  });

  it('keeps one null version while versioning is suspended', async () => {
    await using emulator = await startOssEmulator({ buckets: [{ name: 'raw', versioning: 'enabled' }] });
    const put = (body: string) => send(emulator, { method: 'PUT', bucket: 'raw', path: '/k', body });
    await put('kept');
    const body = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>';
    await send(emulator, { method: 'PUT', bucket: 'raw', path: '/?versioning', body });
    expect(pick(await send(emulator, { bucket: 'raw', path: '/?versioning' }), 'Status')).toBe('Suspended');
    expect((await put('a')).headers['x-oss-version-id']).toBe('null');
    await put('b');
    expect(emulator.model.listVersions('raw', 'k').map(({ content }) => content.toBuffer().toString())).toEqual([
      'b',
      'kept',
    ]);
    await send(emulator, { method: 'DELETE', bucket: 'raw', path: '/k' });
    expect(emulator.model.listVersions('raw', 'k').map(({ deleteMarker }) => deleteMarker)).toEqual([true, false]);
  });

  it('appends, and only where an append fits', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    const append = (position: number, body: string, key = 'k') =>
      send(emulator, { method: 'POST', bucket: 'raw', path: `/${key}?append&position=${position}`, body });
    expect((await append(0, 'one')).headers['x-oss-next-append-position']).toBe('3');
    expect(codeOf(await append(0, 'two'))).toBe('PositionNotEqualToLength');
    const reply = await append(3, 'two');
    expect(reply.headers['x-oss-hash-crc64ecma']).toBe(crc64(Buffer.from('onetwo')).toString());
    const head = await send(emulator, { method: 'HEAD', bucket: 'raw', path: '/k' });
    expect([head.headers['x-oss-object-type'], head.headers['content-length']]).toEqual(['Appendable', '6']);
    emulator.model.putObject('raw', 'n', Buffer.from('x'));
    expect(codeOf(await append(1, 'y', 'n'))).toBe('ObjectNotAppendable');
  });

  it('OSS-17 restores an archived object in its time', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    await using emulator = await startOssEmulator({ buckets: ['raw'], clock: () => now });
    emulator.model.putObject('raw', 'k', Buffer.from('cold'), { storageClass: 'Archive' });
    const get = () => send(emulator, { bucket: 'raw', path: '/k' });
    const restoreHeader = async () =>
      (await send(emulator, { method: 'HEAD', bucket: 'raw', path: '/k' })).headers['x-oss-restore'];
    const restore = () => send(emulator, { method: 'POST', bucket: 'raw', path: '/k?restore' });
    const refused = await get();
    expect([refused.status, codeOf(refused)]).toEqual([403, 'InvalidObjectState']);
    expect(await restoreHeader()).toBeUndefined();
    expect((await restore()).status).toBe(202);
    expect(await restoreHeader()).toBe('ongoing-request="true"');
    expect(codeOf(await restore())).toBe('RestoreAlreadyInProgress');
    now = new Date('2026-01-01T00:01:00Z');
    expect(await restoreHeader()).toBe('ongoing-request="false", expiry-date="Fri, 02 Jan 2026 00:01:00 GMT"');
    expect((await get()).text).toBe('cold');
    now = new Date('2026-01-03T00:00:00Z');
    expect((await get()).status).toBe(403);
  });

  it('OSS-11 refuses to touch what a retention policy holds', async () => {
    await using emulator = await startOssEmulator({ buckets: [{ name: 'raw', immutable: true }] });
    emulator.model.putObject('raw', 'k', Buffer.from('x'));
    for (const method of ['PUT', 'DELETE']) {
      const reply = await send(emulator, { method, bucket: 'raw', path: '/k' });
      expect([reply.status, codeOf(reply)]).toEqual([409, 'FileImmutable']);
      expect(pick(reply, 'Message')).toBe('The object you specified is immutable.');
    }
    expect((await send(emulator, { bucket: 'raw', path: '/k' })).text).toBe('x');
  });

  it('follows symbolic links, and says when they lead nowhere', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    emulator.model.putObject('raw', 'target', Buffer.from('here'));
    emulator.model.putObject('raw', 'link', Buffer.alloc(0), { type: 'Symlink', symlinkTarget: 'target' });
    const got = await send(emulator, { bucket: 'raw', path: '/link' });
    expect([got.text, got.headers['x-oss-object-type']]).toEqual(['here', 'Symlink']);
    emulator.model.deleteObject('raw', 'target');
    expect(codeOf(await send(emulator, { bucket: 'raw', path: '/link' }))).toBe('SymlinkTargetNotExist');
  });

  it('checks Content-MD5, forbid-overwrite and tags of a PUT', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw'] });
    const put = (headers: Record<string, string>) =>
      send(emulator, { method: 'PUT', bucket: 'raw', path: '/k', headers, body: 'x' });
    expect(codeOf(await put({ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toBe('InvalidDigest');
    const eleven = Array.from({ length: 11 }, (_, i) => `t${i}=1`).join('&');
    expect(codeOf(await put({ 'x-oss-tagging': eleven }))).toBe('InvalidTag');
    expect((await put({ 'x-oss-forbid-overwrite': 'true' })).status).toBe(200);
    expect(codeOf(await put({ 'x-oss-forbid-overwrite': 'true' }))).toBe('FileAlreadyExists');
  });

  it('serves buckets: wrong name, wrong region, listing by pages, deletion', async () => {
    await using emulator = await startOssEmulator({ buckets: ['raw', { name: 'far', region: 'cn-beijing' }] });
    expect(codeOf(await send(emulator, { bucket: 'none', path: '/k' }))).toBe('NoSuchBucket');
    const far = await send(emulator, { bucket: 'far', path: '/k' });
    expect([far.status, pick(far, 'Endpoint')]).toEqual([403, 'oss-cn-beijing.aliyuncs.com']);
    for (const key of ['a/1', 'a/2', 'b', 'c']) {
      emulator.model.putObject('raw', key, Buffer.from(key));
    }
    const first = await send(emulator, { bucket: 'raw', path: '/?delimiter=%2F&max-keys=2' });
    expect([pick(first, 'Prefix'), pick(first, 'IsTruncated'), pick(first, 'NextMarker')]).toEqual(['', 'true', 'b']);
    expect(first.text).toContain('<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>');
    const second = await send(emulator, { bucket: 'raw', path: '/?delimiter=%2F&marker=b&max-keys=2' });
    expect([pick(second, 'Key'), pick(second, 'IsTruncated')]).toEqual(['c', 'false']);
    expect(codeOf(await send(emulator, { method: 'DELETE', bucket: 'raw', path: '/' }))).toBe('BucketNotEmpty');
  });
});
