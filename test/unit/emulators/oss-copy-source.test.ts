import { describe, expect, it } from 'vitest';
import { codeOf, pick, send } from './oss-client.ts';
import { mib, upload, world } from './oss-world.ts';

describe('OSS copy sources', () => {
  it.each([
    ['if-match', '"0"', 412],
    ['if-none-match', 'ETAG', 304],
    ['if-unmodified-since', 'Mon, 01 Jan 2001 00:00:00 GMT', 412],
    ['if-modified-since', 'Fri, 01 Jan 2100 00:00:00 GMT', 304],
  ])('OSS-18 answers a failed %s (%s) with %i, or 412 by the older documentation', async (name, value, status) => {
    for (const conditionStatus of [304, 412] as const) {
      await using emulator = await world({ quirks: { conditionStatus } });
      const etag = `"${emulator.model.getObject('raw', 's')?.etag}"`;
      const headers = { [`x-oss-copy-source-${name}`]: value === 'ETAG' ? etag : value };
      const { copy } = await upload(emulator);
      const part = await copy(1, undefined, headers);
      const whole = await send(emulator, {
        method: 'PUT',
        bucket: 'archive',
        path: '/k',
        headers: { ...headers, 'x-oss-copy-source': '/raw/s' },
      });
      expect([part.status, whole.status]).toEqual(status === 304 ? [conditionStatus, conditionStatus] : [412, 412]);
      expect((await copy(1, undefined, { 'x-oss-copy-source-if-match': etag })).status).toBe(200);
    }
  });

  it('OSS-2 OSS-3 OSS-4 OSS-7 copies by version, says which, and refuses delete markers', async () => {
    await using emulator = await world({
      buckets: [
        { name: 'raw', versioning: 'enabled' },
        { name: 'archive', versioning: 'enabled' },
      ],
    });
    const [pinned] = emulator.model.listVersions('raw', 's');
    emulator.model.putObject('raw', 's', Buffer.from('newer'));
    const marker = emulator.model.deleteObject('raw', 's').versionId;
    const { copy, complete: finish, list } = await upload(emulator);
    const good = await copy(1, undefined, {}, `/raw/s?versionId=${pinned?.versionId}`);
    expect(good.headers['x-oss-copy-source-version-id']).toBe(pinned?.versionId);
    expect(pick(await list(), 'Size')).toBe(String(3 * mib));
    const current = await copy(2);
    expect([current.status, codeOf(current)]).toEqual([404, 'NoSuchKey']);
    const byId = await copy(2, undefined, {}, `/raw/s?versionId=${marker}`);
    expect([byId.status, byId.headers['x-oss-ec']]).toEqual([400, '0016-00000307']);
    const done = await finish([[1, pick(good, 'ETag')]]);
    expect(done.headers['x-oss-version-id']).toBe(emulator.model.getObject('archive', 'd')?.versionId);
  });

  it('OSS-8 refuses parts of appendable objects and copies them only where there are no versions', async () => {
    await using emulator = await world({ buckets: ['raw', 'archive', { name: 'kept', versioning: 'suspended' }] });
    emulator.model.putObject('raw', 'log', Buffer.from('x'), { type: 'Appendable' });
    const part = await (await upload(emulator)).copy(1, undefined, {}, '/raw/log');
    expect([part.status, codeOf(part), pick(part, 'Message')]).toEqual([
      400,
      'OperationNotSupported',
      expect.stringContaining('Appendable'),
    ]);
    const whole = (bucket: string) =>
      send(emulator, { method: 'PUT', bucket, path: '/log', headers: { 'x-oss-copy-source': '/raw/log' } });
    expect((await whole('archive')).status).toBe(200);
    expect((await whole('kept')).status).toBe(400);
  });

  it('OSS-17 refuses archived sources and archive buckets in their own ways', async () => {
    await using emulator = await world({ buckets: ['raw', 'archive', { name: 'cold', storageClass: 'Archive' }] });
    emulator.model.putObject('raw', 'c', Buffer.from('x'), { storageClass: 'ColdArchive' });
    emulator.model.putObject('cold', 'c', Buffer.from('x'));
    const { copy } = await upload(emulator);
    const object = await copy(1, undefined, {}, '/raw/c');
    expect([object.status, codeOf(object)]).toEqual([403, 'InvalidObjectState']);
    const bucket = await copy(1, undefined, {}, '/cold/c');
    expect([bucket.status, codeOf(bucket)]).toEqual([400, 'OperationNotSupported']);
  });

  it('OSS-10 OSS-11 refuses other regions, absent sources and retention on either side', async () => {
    await using emulator = await world({
      buckets: ['raw', 'archive', { name: 'far', region: 'cn-beijing' }, { name: 'held', immutable: true }],
    });
    emulator.model.putObject('far', 'k', Buffer.from('x'));
    emulator.model.putObject('held', 'k', Buffer.from('x'));
    const { copy } = await upload(emulator);
    const far = await copy(1, undefined, {}, '/far/k');
    expect([far.status, pick(far, 'Message')]).toEqual([403, expect.stringContaining('data center')]);
    expect(codeOf(await copy(1, undefined, {}, '/none/k'))).toBe('NoSuchBucket');
    expect(codeOf(await copy(1, undefined, {}, 'no-key'))).toBe('InvalidArgument');
    expect(codeOf(await copy(1, undefined, {}, '/held/k'))).toBe('FileImmutable');
    const headers = { 'x-oss-copy-source': '/raw/s' };
    expect(codeOf(await send(emulator, { method: 'PUT', bucket: 'held', path: '/k', headers }))).toBe('FileImmutable');
  });

  it('OSS-1 OSS-5 one-shot copies: 1 GB between buckets, any size within one, directives', async () => {
    await using emulator = await world();
    emulator.model.putVirtualObject('raw', 'big', 2 ** 30 + 1, 1, { userMetadata: { a: '1' }, tags: [['t', '1']] });
    emulator.model.putVirtualObject('raw', 'limit', 2 ** 30);
    const copy = (bucket: string, source: string, headers: Record<string, string> = {}) =>
      send(emulator, { method: 'PUT', bucket, path: '/c', headers: { 'x-oss-copy-source': source, ...headers } });
    const refused = await copy('archive', '/raw/big');
    expect([refused.status, codeOf(refused)]).toEqual([400, 'EntityTooLarge']);
    expect(codeOf(await copy('raw', '/raw/big', { 'x-oss-storage-class': 'IA' }))).toBe('EntityTooLarge');
    expect((await copy('archive', '/raw/limit')).status).toBe(200);
    expect((await copy('raw', '/raw/big')).status).toBe(200);
    expect(emulator.model.getObject('raw', 'c')).toMatchObject({ userMetadata: { a: '1' }, tags: [['t', '1']] });
    const replace = {
      'x-oss-metadata-directive': 'REPLACE',
      'x-oss-tagging-directive': 'Replace',
      'x-oss-meta-b': '2',
    };
    await copy('raw', '/raw/big', replace);
    expect(emulator.model.getObject('raw', 'c')).toMatchObject({ userMetadata: { b: '2' }, tags: [] });
  });
});
