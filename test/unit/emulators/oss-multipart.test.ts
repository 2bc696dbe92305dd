import { describe, expect, it } from 'vitest';
import { codeOf, initiate, pick, send } from './oss-client.ts';
import { mib, upload, world } from './oss-world.ts';

describe('OSS multipart copy', () => {
  it('OSS-20 OSS-16 copies ranges and completes with CRC-64, encryption, metadata, tags and ACL', async () => {
    await using emulator = await world();
    const encryption = { 'x-oss-server-side-encryption': 'AES256' };
    const {
      copy,
      complete: finish,
      list,
    } = await upload(emulator, {
      ...encryption,
      'content-type': 'video/mp4',
      'x-oss-meta-copy-token': 't',
      'x-oss-tagging': 'a=1',
      'x-oss-storage-class': 'IA',
    });
    const first = await copy(1, `bytes=0-${2 * mib - 1}`);
    const second = await copy(2, `bytes=${2 * mib}-${3 * mib - 1}`);
    expect(first.headers).toMatchObject({ ...encryption, 'content-range': `bytes 0-${2 * mib - 1}/${3 * mib}` });
    expect(first.headers['etag']).toMatch(/^"[0-9A-F]{32}"$/);
    expect(pick(first, 'ETag')).toBe(first.headers['etag']);
    const parts = await list();
    expect(parts.text).toContain(`<Size>${2 * mib}</Size>`);
    expect(pick(parts, 'HashCrc64ecma')).toMatch(/^\d+$/);
    const done = await finish(
      [
        [1, pick(first, 'ETag')],
        [2, pick(second, 'ETag')],
      ],
      { 'x-oss-object-acl': 'private' },
    );
    const source = emulator.model.getObject('raw', 's');
    expect(done.status).toBe(200);
    expect(pick(done, 'ETag')).toMatch(/^"[0-9A-F]{32}-2"$/);
    expect(done.headers).toMatchObject({ ...encryption, 'x-oss-hash-crc64ecma': source?.crc64?.toString() });
    const head = await send(emulator, { method: 'HEAD', bucket: 'archive', path: '/d' });
    expect(head.headers).toMatchObject({
      ...encryption,
      'content-type': 'video/mp4',
      'content-length': String(3 * mib),
      'x-oss-meta-copy-token': 't',
      'x-oss-object-type': 'Multipart',
      'x-oss-storage-class': 'IA',
      'x-oss-tagging-count': '1',
      'x-oss-hash-crc64ecma': source?.crc64?.toString(),
    });
    expect(emulator.model.getObject('archive', 'd')?.acl).toBe('private');
    const again = await finish([[1, pick(first, 'ETag')]]);
    expect([again.status, codeOf(again)]).toEqual([404, 'NoSuchUpload']);
    expect(emulator.model.openUploads('archive')).toEqual([]);
  });

  it.each(['bytes=0-3145728', 'bytes=3145728-3145729', 'bytes=5-', 'bytes=-5', 'bytes=9-2', 'bytes 0-9', 'rubbish'])(
    'OSS-15 copies the whole object without a word for the range %s',
    async (range) => {
      await using emulator = await world();
      const { copy, list } = await upload(emulator);
      const reply = await copy(1, range);
      expect([reply.status, reply.headers['content-range']]).toEqual([200, undefined]);
      expect(pick(await list(), 'Size')).toBe(String(3 * mib));
    },
  );

  it('OSS-12 replaces a part that is sent again', async () => {
    await using emulator = await world();
    const { copy, list } = await upload(emulator);
    await copy(1, 'bytes=0-9');
    await copy(1, 'bytes=0-19');
    const parts = await list();
    expect([pick(parts, 'Size'), parts.text.match(/<Part>/g)?.length]).toEqual(['20', 1]);
  });

  it('OSS-14 checks parts at Complete: order, ETags, the minimum of 100 KB for all but the last', async () => {
    await using emulator = await world();
    const { copy, complete: finish } = await upload(emulator);
    const small = pick(await copy(1, 'bytes=0-102398'), 'ETag');
    const last = pick(await copy(3, 'bytes=0-9'), 'ETag');
    expect(
      codeOf(
        await finish([
          [3, last],
          [1, small],
        ]),
      ),
    ).toBe('InvalidPartOrder');
    expect(
      codeOf(
        await finish([
          [1, small],
          [1, small],
        ]),
      ),
    ).toBe('InvalidPartOrder');
    expect(codeOf(await finish([[1, last]]))).toBe('InvalidPart');
    expect(codeOf(await finish([[2, small]]))).toBe('InvalidPart');
    expect(codeOf(await finish([]))).toBe('MalformedXML');
    const tooSmall = await finish([
      [1, small],
      [3, last],
    ]);
    expect([tooSmall.status, codeOf(tooSmall)]).toEqual([400, 'EntityTooSmall']);
    const enough = pick(await copy(1, 'bytes=0-102399'), 'ETag');
    expect(
      (
        await finish([
          [1, enough.replaceAll('"', '')],
          [3, last],
        ])
      ).status,
    ).toBe(200);
  });

  it.each([0, 10_001, 'x'])('refuses part number %s', async (partNumber) => {
    await using emulator = await world();
    const reply = await (await upload(emulator)).copy(partNumber, 'bytes=0-9');
    expect([reply.status, codeOf(reply)]).toEqual([400, 'InvalidArgument']);
  });

  it('completes with all parts when asked to, but not with a body as well', async () => {
    await using emulator = await world();
    const { copy, complete: finish, uploadId } = await upload(emulator);
    const etag = pick(await copy(1, 'bytes=0-9'), 'ETag');
    const all = { 'x-oss-complete-all': 'yes' };
    expect((await finish([[1, etag]], all)).status).toBe(400);
    const reply = await send(emulator, {
      method: 'POST',
      bucket: 'archive',
      path: `/d?uploadId=${uploadId}`,
      headers: all,
    });
    expect([reply.status, emulator.model.getObject('archive', 'd')?.content.size]).toEqual([200, 10]);
  });

  it('leaves checksums of copied parts out when told to', async () => {
    await using emulator = await world({ quirks: { crcForCopiedParts: false } });
    const { copy, complete: finish, list } = await upload(emulator);
    const etag = pick(await copy(1), 'ETag');
    expect((await list()).text).not.toContain('HashCrc64ecma');
    expect((await finish([[1, etag]])).headers['x-oss-hash-crc64ecma']).toBeUndefined();
    const head = await send(emulator, { method: 'HEAD', bucket: 'archive', path: '/d' });
    expect(head.headers['x-oss-hash-crc64ecma']).toBeUndefined();
  });

  it('refuses to overwrite at Initiate and at Complete, unless there are versions', async () => {
    await using emulator = await world({ buckets: ['raw', 'archive', { name: 'kept', versioning: 'enabled' }] });
    const forbid = { 'x-oss-forbid-overwrite': 'true' };
    const { copy, complete: finish } = await upload(emulator, forbid);
    const etag = pick(await copy(1), 'ETag');
    emulator.model.putObject('archive', 'd', Buffer.from('meanwhile'));
    const reply = await finish([[1, etag]]);
    expect([reply.status, codeOf(reply)]).toEqual([409, 'FileAlreadyExists']);
    await expect(upload(emulator, forbid)).rejects.toThrow('FileAlreadyExists');
    emulator.model.putObject('kept', 'd', Buffer.from('x'));
    await expect(initiate(emulator, 'kept', 'd', forbid)).resolves.toMatch(/^[0-9A-F]{32}$/);
  });

  it('aborts once, and then knows no upload', async () => {
    await using emulator = await world();
    const { abort, list, copy } = await upload(emulator);
    expect((await abort()).status).toBe(204);
    for (const reply of [await abort(), await list(), await copy(1)]) {
      expect([reply.status, codeOf(reply)]).toEqual([404, 'NoSuchUpload']);
    }
  });

  it('lists parts and uploads by pages', async () => {
    await using emulator = await world();
    const { copy, list } = await upload(emulator, {}, '数 据/a&b');
    for (let n = 1; n <= 5; n += 1) {
      await copy(n, 'bytes=0-9');
    }
    const one = await list('&max-parts=2&part-number-marker=1&encoding-type=url');
    expect(pick(one, 'Key')).toBe(encodeURIComponent('数 据/a&b'));
    expect([pick(one, 'PartNumber'), pick(one, 'NextPartNumberMarker'), pick(one, 'IsTruncated')]).toEqual([
      '2',
      '3',
      'true',
    ]);
    expect(pick(await list('&max-parts=2&part-number-marker=3'), 'IsTruncated')).toBe('false');
    expect((await list('&max-parts=1001')).status).toBe(400);

    for (const key of ['p/1', 'p/1', 'p/2', 'q']) {
      await initiate(emulator, 'archive', key);
    }
    const uploads = (query: string) => send(emulator, { bucket: 'archive', path: `/?uploads${query}` });
    const seen: string[] = [];
    let markers = '';
    for (let page = 0; page < 5; page += 1) {
      const reply = await uploads(`&max-uploads=1&prefix=p%2F${markers}`);
      seen.push(`${pick(reply, 'Key')} ${pick(reply, 'UploadId')}`);
      if (pick(reply, 'IsTruncated') === 'false') {
        break;
      }
      markers = `&key-marker=${encodeURIComponent(pick(reply, 'NextKeyMarker'))}&upload-id-marker=${pick(reply, 'NextUploadIdMarker')}`;
    }
    expect(new Set(seen).size).toBe(3);
    expect(seen.map((line) => line.split(' ')[0])).toEqual(['p/1', 'p/1', 'p/2']);
    const grouped = await uploads('&delimiter=%2F&encoding-type=url');
    expect(grouped.text).toContain('<CommonPrefixes><Prefix>p%2F</Prefix></CommonPrefixes>');
    expect(pick(await uploads('&prefix=q'), 'Key')).toBe('q');
  });

  it('uploads parts of real bytes and refuses a wrong digest', async () => {
    await using emulator = await world();
    const { uploadId, complete: finish } = await upload(emulator);
    const put = (headers: Record<string, string>) =>
      send(emulator, {
        method: 'PUT',
        bucket: 'archive',
        path: `/d?partNumber=1&uploadId=${uploadId}`,
        headers,
        body: '123456789',
      });
    expect(codeOf(await put({ 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toBe('InvalidDigest');
    const part = await put({});
    expect(part.headers).toMatchObject({
      etag: '"25F9E794323B453885F5181F1B624D0B"',
      'x-oss-hash-crc64ecma': '11051210869376104954',
    });
    const done = await finish([[1, part.headers['etag'] ?? '']]);
    expect(done.headers['x-oss-hash-crc64ecma']).toBe('11051210869376104954');
  });

  it('repeats a Complete when told to', async () => {
    await using emulator = await world({ quirks: { completeTwice: 'repeat' } });
    const { copy, complete: finish } = await upload(emulator);
    const etag = pick(await copy(1), 'ETag');
    const first = await finish([[1, etag]]);
    expect((await finish([[1, etag]])).text).toBe(first.text);
  });
});
