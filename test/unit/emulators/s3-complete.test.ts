import { describe, expect, it } from 'vitest';
import { etagIn, mib, pick, put, send, upload, verdict, world } from './s3-client.ts';

const range = (first: number, last: number) => `bytes=${first}-${last}`;

describe('complete, abort and list', () => {
  it('refuses parts in disorder, unknown or too small, and documents that are none', async () => {
    await using emulator = await world();
    const { copy, complete, uploadId } = await upload(emulator);
    const small = etagIn(await copy(1, range(0, 5 * mib - 2)));
    const last = etagIn(await copy(2, range(0, 9)));
    expect(
      verdict(
        await complete([
          [2, last],
          [1, small],
        ]),
      ),
    ).toEqual([400, 'InvalidPartOrder']);
    expect(
      verdict(
        await complete([
          [1, small],
          [3, last],
        ]),
      ),
    ).toEqual([400, 'InvalidPart']);
    expect(
      verdict(
        await complete([
          [1, last],
          [2, last],
        ]),
      ),
    ).toEqual([400, 'InvalidPart']);
    expect(
      verdict(
        await complete([
          [1, small],
          [2, last],
        ]),
      ),
    ).toEqual([400, 'EntityTooSmall']);
    expect(verdict(await complete([]))).toEqual([400, 'MalformedXML']);
    const path = `/d?uploadId=${uploadId}`;
    expect(verdict(await send(emulator, { method: 'POST', bucket: 'archive', path, body: 'no' }))).toEqual([
      400,
      'MalformedXML',
    ]);
    const enough = etagIn(await copy(1, range(0, 5 * mib - 1)));
    expect(
      (
        await complete([
          [1, enough],
          [2, last],
        ])
      ).status,
    ).toBe(200);
  });

  it('checks what Complete says of the whole object', async () => {
    await using emulator = await world();
    const { copy, complete } = await upload(emulator, { 'x-amz-checksum-algorithm': 'CRC64NVME' });
    const copied = await copy(1);
    const checksum = pick(copied, 'ChecksumCRC64NVME');
    const parts = [[1, etagIn(copied), `<ChecksumCRC64NVME>${checksum}</ChecksumCRC64NVME>`]] as const;
    expect(verdict(await complete(parts, { 'x-amz-mp-object-size': '1' }))).toEqual([400, 'InvalidRequest']);
    expect(verdict(await complete(parts, { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }))).toEqual([400, 'BadDigest']);
    expect(verdict(await complete(parts, { 'x-amz-checksum-type': 'COMPOSITE' }))).toEqual([400, 'InvalidRequest']);
    expect(verdict(await complete([[1, parts[0][1], '<ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME>']]))).toEqual([
      400,
      'InvalidPart',
    ]);
    await put(emulator, 'd', 'there');
    expect(verdict(await complete(parts, { 'if-none-match': '*' }))).toEqual([412, 'PreconditionFailed']);
    expect(verdict(await complete(parts, { 'if-match': '"x"' }))).toEqual([412, 'PreconditionFailed']);
    const claims = { 'x-amz-mp-object-size': String(16 * mib), 'x-amz-checksum-crc64nvme': checksum };
    expect(pick(await complete(parts, claims), 'ChecksumCRC64NVME')).toBe(checksum);
  });

  it('S3-4 makes composite checksums only of all parts, and refuses types that do not exist', async () => {
    await using emulator = await world();
    const { begun, copy, list, complete } = await upload(emulator, { 'x-amz-checksum-algorithm': 'SHA256' });
    expect(begun.headers['x-amz-checksum-type']).toBe('COMPOSITE');
    const copied = await copy(1);
    const sum = pick(copied, 'ChecksumSHA256');
    expect([pick(await list(), 'ChecksumSHA256'), pick(await list(), 'ChecksumAlgorithm')]).toEqual([sum, 'SHA256']);
    expect(verdict(await complete([[1, etagIn(copied)]]))).toEqual([400, 'InvalidRequest']);
    const done = await complete([[1, etagIn(copied), `<ChecksumSHA256>${sum}</ChecksumSHA256>`]]);
    expect(pick(done, 'ChecksumSHA256')).toMatch(/=-1$/);
    const begin = async (algorithm: string, type: string) =>
      verdict((await upload(emulator, { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type })).begun);
    expect(await begin('SHA256', 'FULL_OBJECT')).toEqual([400, 'InvalidRequest']);
    expect(await begin('CRC64NVME', 'COMPOSITE')).toEqual([400, 'InvalidRequest']);
    expect(await begin('CRC32', 'FULL_OBJECT')).toEqual([200, '']);
    expect(await begin('MD4', 'FULL_OBJECT')).toEqual([400, 'InvalidRequest']);
  });

  it('answers a second Complete as Amazon and as a clone', async () => {
    for (const [completeTwice, expected] of [
      ['repeat', [200, '']],
      ['no-such-upload', [404, 'NoSuchUpload']],
    ] as const) {
      await using emulator = await world({ quirks: { completeTwice } });
      const { copy, complete, abort, list } = await upload(emulator);
      const etag = etagIn(await copy(1));
      const first = await complete([[1, etag]]);
      const second = await complete([[1, etag]]);
      expect(verdict(second)).toEqual(expected);
      expect(second.text === first.text).toBe(completeTwice === 'repeat');
      expect(verdict(await complete([[1, 'other']]))).toEqual([404, 'NoSuchUpload']);
      expect([verdict(await abort()), verdict(await list())]).toEqual([
        [404, 'NoSuchUpload'],
        [404, 'NoSuchUpload'],
      ]);
    }
  });

  it('aborts, and lists open uploads in pages and by prefix', async () => {
    await using emulator = await world();
    const begun = [
      await upload(emulator, {}, 'a/1'),
      await upload(emulator, {}, 'a/2'),
      await upload(emulator, {}, 'b'),
    ];
    const list = (query: string) => send(emulator, { bucket: 'archive', path: `/?uploads${query}` });
    const first = await list('&max-uploads=2');
    expect([first.text.match(/<UploadId>/g)?.length, pick(first, 'NextKeyMarker')]).toEqual([2, 'a/2']);
    const rest = await list(`&key-marker=a%2F2&upload-id-marker=${pick(first, 'NextUploadIdMarker')}`);
    expect([pick(rest, 'Key'), pick(rest, 'IsTruncated')]).toEqual(['b', 'false']);
    expect((await list('&delimiter=%2F')).text).toContain('<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>');
    expect((await list('&prefix=a')).text.match(/<UploadId>/g)?.length).toBe(2);
    expect([(await begun[0]?.abort())?.status, (await begun[0]?.abort())?.status]).toEqual([204, 404]);
    expect((await list('')).text.match(/<UploadId>/g)?.length).toBe(2);
  });
});
