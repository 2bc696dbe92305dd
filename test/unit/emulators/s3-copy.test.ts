import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { head, pick, put, send, trio, verdict, world } from './s3-client.ts';

const copySource = (source: string, more: Record<string, string> = {}) => ({ 'x-amz-copy-source': source, ...more });
const hour = 3_600_000;

const sourcePrefix = 'x-amz-copy-source-server-side-encryption-customer-';

describe('versions and delete markers', () => {
  it('keeps versions, and answers 404 and 405 for a marker', async () => {
    await using emulator = await world({ buckets: ['raw', { name: 'archive', versioning: 'enabled' }] });
    const first = (await put(emulator, 'k', 'one')).headers['x-amz-version-id'] ?? '';
    await put(emulator, 'k', 'two');
    const deleted = await send(emulator, { method: 'DELETE', bucket: 'archive', path: '/k' });
    const marker = deleted.headers['x-amz-version-id'] ?? '';
    expect([deleted.status, deleted.headers['x-amz-delete-marker']]).toEqual([204, 'true']);
    expect((await send(emulator, { bucket: 'archive', path: `/k?versionId=${first}` })).text).toBe('one');
    for (const [path, status] of [
      ['/k', 404],
      [`/k?versionId=${marker}`, 405],
    ] as const) {
      const reply = await head(emulator, path);
      expect([reply.status, reply.headers['x-amz-delete-marker']]).toEqual([status, 'true']);
    }
    expect((await head(emulator, '/k?versionId=none')).status).toBe(404);
    const copy = (version = '') =>
      send(emulator, { method: 'PUT', bucket: 'raw', path: '/c', headers: copySource(`/archive/k${version}`) });
    expect(verdict(await copy())).toEqual([404, 'NoSuchKey']);
    expect(verdict(await copy(`?versionId=${marker}`))).toEqual([400, 'InvalidRequest']);
    expect(verdict(await copy('?versionId=none'))).toEqual([404, 'NoSuchVersion']);
    expect((await copy(`?versionId=${first}`)).headers['x-amz-copy-source-version-id']).toBe(first);
    const listed = await send(emulator, { bucket: 'archive', path: '/?versions' });
    expect(listed.text.match(/<VersionId>/g)?.length).toBe(3);
    expect((await send(emulator, { method: 'DELETE', bucket: 'archive', path: `/k?versionId=${marker}` })).status).toBe(
      204,
    );
    expect((await send(emulator, { bucket: 'archive', path: '/k' })).text).toBe('two');
  });
});

describe('S3-2 CopyObject', () => {
  const copy = (emulator: Awaited<ReturnType<typeof world>>, headers: Record<string, string>, path = '/c') =>
    send(emulator, { method: 'PUT', bucket: 'archive', path, headers });

  it('carries or replaces metadata and tags', async () => {
    await using emulator = await world();
    await put(emulator, 'k', 'abc', { 'x-amz-meta-a': '1', 'x-amz-tagging': 't=1', 'content-type': 'text/css' });
    const c = () => emulator.model.getObject('archive', 'c');
    expect(pick(await copy(emulator, copySource('archive/k')), 'ETag')).toContain('900150983cd24fb0d6963f7d28e17f72');
    expect([c()?.userMetadata, c()?.tags, c()?.contentHeaders['content-type']]).toEqual([
      { a: '1' },
      [['t', '1']],
      'text/css',
    ]);
    const replace = { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-tagging-directive': 'REPLACE' };
    await copy(emulator, copySource('archive/k', { ...replace, 'x-amz-meta-b': '2', 'x-amz-tagging': 'u=2' }));
    expect([c()?.userMetadata, c()?.tags]).toEqual([{ b: '2' }, [['u', '2']]]);
    expect(verdict(await copy(emulator, copySource('archive/k'), '/k'))).toEqual([400, 'InvalidRequest']);
    expect((await copy(emulator, copySource('archive/k', replace), '/k')).status).toBe(200);
    const unknown = copySource('archive/k', { 'x-amz-metadata-directive': 'KEEP' });
    expect(verdict(await copy(emulator, unknown))).toEqual([400, 'InvalidArgument']);
  });

  it.each([
    ['/archive//lead%2Bing%20k', '/lead+ing k'],
    ['archive%2Fa%3FversionId%3Db', 'a?versionId=b'],
    ['/archive/a+b', 'a b'],
  ])('reads the copy source %s', async (source, key) => {
    await using emulator = await world();
    await put(emulator, key, 'abc');
    expect((await copy(emulator, copySource(source))).status).toBe(200);
  });

  it('refuses what is above 5 GiB, missing or malformed', async () => {
    await using emulator = await world();
    emulator.model.putVirtualObject('raw', 'most', 5 * 2 ** 30);
    emulator.model.putVirtualObject('raw', 'more', 5 * 2 ** 30 + 1);
    expect((await copy(emulator, copySource('raw/most'))).status).toBe(200);
    expect(verdict(await copy(emulator, copySource('raw/more')))).toEqual([400, 'InvalidRequest']);
    expect(verdict(await copy(emulator, copySource('raw')))).toEqual([400, 'InvalidArgument']);
    expect(verdict(await copy(emulator, copySource('none/k')))).toEqual([404, 'NoSuchBucket']);
    expect(verdict(await copy(emulator, copySource('raw/none')))).toEqual([404, 'NoSuchKey']);
  });

  it.each([
    ['if-match', '"x"'],
    ['if-none-match', '*'],
    ['if-modified-since', new Date(Date.now() + hour).toUTCString()],
    ['if-unmodified-since', new Date(Date.now() - hour).toUTCString()],
  ])('answers 412 to %s', async (name, value) => {
    await using emulator = await world();
    const reply = await copy(emulator, copySource('raw/s', { [`x-amz-copy-source-${name}`]: value }));
    expect(verdict(reply)).toEqual([412, 'PreconditionFailed']);
  });
});

describe('encryption', () => {
  it('echoes managed keys and makes ETags opaque', async () => {
    await using emulator = await world();
    const kms = { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'arn:key' };
    const reply = await put(emulator, 'k', 'abc', kms);
    expect(reply.headers).toMatchObject(kms);
    expect(reply.headers['etag']).not.toContain('900150983cd24fb0d6963f7d28e17f72');
    expect(verdict(await put(emulator, 'k', '', { 'x-amz-server-side-encryption': 'ROT13' }))).toEqual([
      400,
      'InvalidArgument',
    ]);
  });

  it("needs the customer's key again, and only that one, and never tells it", async () => {
    await using emulator = await world();
    const [key, other] = [randomBytes(32), randomBytes(32)];
    const written = await put(emulator, 'k', 'abc', trio(key));
    expect(JSON.stringify(written.headers)).not.toContain(key.toString('base64'));
    expect(written.headers['x-amz-server-side-encryption-customer-algorithm']).toBe('AES256');
    const get = async (headers: Record<string, string>, path = '/k') =>
      verdict(await send(emulator, { bucket: 'archive', path, headers }));
    expect(await get(trio(key))).toEqual([200, '']);
    expect(await get({})).toEqual([400, 'InvalidRequest']);
    expect(await get(trio(other))).toEqual([403, 'AccessDenied']);
    expect(await get({ ...trio(key), 'x-amz-server-side-encryption-customer-key-md5': 'AAAA' })).toEqual([
      400,
      'InvalidArgument',
    ]);
    expect(await get(trio(randomBytes(16)))).toEqual([400, 'InvalidArgument']);
    await put(emulator, 'plain', 'abc');
    expect(await get(trio(key), '/plain')).toEqual([400, 'InvalidRequest']);
    const copy = async (headers: Record<string, string>) =>
      verdict(
        await send(emulator, { method: 'PUT', bucket: 'raw', path: '/c', headers: copySource('archive/k', headers) }),
      );
    expect(await copy({})).toEqual([400, 'InvalidRequest']);
    expect(await copy(trio(other, sourcePrefix))).toEqual([403, 'AccessDenied']);
    expect(await copy({ ...trio(key, sourcePrefix), ...trio(other) })).toEqual([200, '']);
  });
});

describe('cold objects', () => {
  it('can be headed, but neither read nor copied until they are restored', async () => {
    let time = Date.now();
    await using emulator = await world({ clock: () => new Date(time), quirks: { restoreMs: hour } });
    await put(emulator, 'k', 'abc', { 'x-amz-storage-class': 'GLACIER' });
    const get = () => send(emulator, { bucket: 'archive', path: '/k' });
    const copy = () => send(emulator, { method: 'PUT', bucket: 'raw', path: '/c', headers: copySource('archive/k') });
    const restore = () =>
      send(emulator, {
        method: 'POST',
        bucket: 'archive',
        path: '/k?restore',
        body: '<RestoreRequest><Days>2</Days></RestoreRequest>',
      });
    expect((await head(emulator, '/k')).status).toBe(200);
    expect(verdict(await get())).toEqual([403, 'InvalidObjectState']);
    expect(verdict(await copy())).toEqual([403, 'InvalidObjectState']);
    expect((await restore()).status).toBe(202);
    expect((await head(emulator, '/k')).headers['x-amz-restore']).toBe('ongoing-request="true"');
    expect(verdict(await restore())).toEqual([409, 'RestoreAlreadyInProgress']);
    time += hour;
    expect((await head(emulator, '/k')).headers['x-amz-restore']).toContain('ongoing-request="false", expiry-date=');
    expect([(await get()).status, (await copy()).status]).toEqual([200, 200]);
    time += 49 * hour;
    expect(verdict(await get())).toEqual([403, 'InvalidObjectState']);
  });
});
