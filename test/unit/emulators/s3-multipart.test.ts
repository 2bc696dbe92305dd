import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cloneQuirks } from '#test/emulators/s3/emulator.ts';
import { etagIn, head, mib, pick, put, trio, upload, verdict, world } from './s3-client.ts';

const hour = 3_600_000;
const range = (first: number, last: number) => `bytes=${first}-${last}`;

describe('S3-2 a copy in parts', () => {
  it('copies ranges, lists them in pages, and completes with the ETag of the parts', async () => {
    await using emulator = await world();
    const { copy, list, complete } = await upload(emulator, {
      'x-amz-meta-token': 't',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-tagging': 'a=b',
      'x-amz-server-side-encryption': 'AES256',
    });
    const first = await copy(1, range(0, 6 * mib - 1));
    expect([first.status, first.headers['x-amz-server-side-encryption']]).toEqual([200, 'AES256']);
    await copy(3, range(0, 0));
    await copy(3, range(6 * mib, 16 * mib - 1));
    const page = await list('max-parts=1&');
    expect([pick(page, 'IsTruncated'), pick(page, 'NextPartNumberMarker'), pick(page, 'Size')]).toEqual([
      'true',
      '1',
      String(6 * mib),
    ]);
    const rest = await list('part-number-marker=1&');
    expect([pick(rest, 'IsTruncated'), pick(rest, 'PartNumber'), pick(rest, 'Size')]).toEqual([
      'false',
      '3',
      String(10 * mib),
    ]);
    const etags = [etagIn(first), etagIn(rest)];
    const done = await complete([
      [1, `"${etags[0]}"`],
      [3, etags[1] ?? ''],
    ]);
    const composite = createHash('md5')
      .update(Buffer.from(etags.join(''), 'hex'))
      .digest('hex');
    expect(pick(done, 'ETag')).toBe(`&quot;${composite}-2&quot;`);
    const source = await head(emulator, '/s', { 'x-amz-checksum-mode': 'ENABLED' }, 'raw');
    expect([pick(done, 'ChecksumCRC64NVME'), pick(done, 'ChecksumType')]).toEqual([
      source.headers['x-amz-checksum-crc64nvme'],
      'FULL_OBJECT',
    ]);
    const whole = await head(emulator, '/d');
    expect(whole.headers).toMatchObject({
      'content-length': String(16 * mib),
      'x-amz-meta-token': 't',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-tagging-count': '1',
      'x-amz-server-side-encryption': 'AES256',
    });
    const part = await head(emulator, '/d?partNumber=1');
    expect([
      part.status,
      part.headers['content-length'],
      part.headers['content-range'],
      part.headers['x-amz-mp-parts-count'],
    ]).toEqual([206, String(6 * mib), `bytes 0-${6 * mib - 1}/${16 * mib}`, '2']);
    expect((await head(emulator, '/d?partNumber=3')).status).toBe(416);
    expect((await head(emulator, '/s?partNumber=1', {}, 'raw')).headers).not.toHaveProperty('x-amz-mp-parts-count');
  });

  it.each([
    [undefined, 200, ''],
    ['bytes=0-9', 200, ''],
    ['bytes=0-', 400, 'InvalidArgument'],
    ['bytes=-5', 400, 'InvalidArgument'],
    ['bytes=5-4', 400, 'InvalidArgument'],
    [`bytes=0-${16 * mib}`, 400, 'InvalidArgument'],
    ['0-9', 400, 'InvalidArgument'],
  ] as const)('takes the range %s as Amazon and as a clone', async (value, status, code) => {
    await using amazon = await world();
    expect(verdict(await (await upload(amazon)).copy(1, value))).toEqual([status, code]);
    await using clone = await world({ quirks: cloneQuirks });
    expect(verdict(await (await upload(clone)).copy(1, value))).toEqual(
      status === 200 ? [200, ''] : [416, 'InvalidRange'],
    );
  });

  it('takes a range of a source up to 5 MiB only as a clone', async () => {
    for (const [quirks, expected] of [
      [{}, [400, 'InvalidRequest']],
      [cloneQuirks, [200, '']],
    ] as const) {
      await using emulator = await world({ quirks }, 5 * mib);
      const { copy } = await upload(emulator);
      expect(verdict(await copy(1, range(0, 9)))).toEqual(expected);
      expect(verdict(await copy(1))).toEqual([200, '']);
    }
  });

  it.each([
    ['if-match', '"x"'],
    ['if-none-match', '*'],
    ['if-modified-since', new Date(Date.now() + hour).toUTCString()],
    ['if-unmodified-since', new Date(Date.now() - hour).toUTCString()],
  ])('answers 412 to %s, unless it ignores conditions', async (name, value) => {
    for (const conditionsIgnored of [false, true]) {
      await using emulator = await world({ quirks: { conditionsIgnored } });
      const { copy } = await upload(emulator);
      const reply = await copy(1, undefined, { [`x-amz-copy-source-${name}`]: value });
      expect(reply.status).toBe(conditionsIgnored ? 200 : 412);
    }
  });

  it('lets if-match outrank if-unmodified-since, and if-none-match if-modified-since', async () => {
    await using emulator = await world();
    const etag = (await head(emulator, '/s', {}, 'raw')).headers['etag'] ?? '';
    const { copy } = await upload(emulator);
    const past = new Date(Date.now() - hour).toUTCString();
    const name = 'x-amz-copy-source-if';
    expect((await copy(1, undefined, { [`${name}-match`]: etag, [`${name}-unmodified-since`]: past })).status).toBe(
      200,
    );
    expect((await copy(1, undefined, { [`${name}-none-match`]: etag, [`${name}-modified-since`]: past })).status).toBe(
      412,
    );
  });

  it('refuses part numbers and sizes that S3 does not have', async () => {
    await using emulator = await world();
    emulator.model.putVirtualObject('raw', 'more', 5 * 2 ** 30 + 1);
    const { copy } = await upload(emulator);
    for (const number of [0, 10_001, 'x']) {
      expect(verdict(await copy(number))).toEqual([400, 'InvalidArgument']);
    }
    expect(verdict(await copy(1, undefined, {}, 'raw/more'))).toEqual([400, 'InvalidRequest']);
    expect((await copy(10_000, range(1, 5 * 2 ** 30), {}, 'raw/more')).status).toBe(200);
  });

  it('refuses a delete marker and a cold source', async () => {
    await using emulator = await world({ buckets: ['archive', { name: 'raw', versioning: 'enabled' }] });
    const { copy } = await upload(emulator);
    const { versionId = '' } = emulator.model.deleteObject('raw', 's');
    emulator.model.putVirtualObject('raw', 'cold', mib, 1, { storageClass: 'DEEP_ARCHIVE' });
    expect(verdict(await copy(1))).toEqual([404, 'NoSuchKey']);
    expect(verdict(await copy(1, undefined, {}, `/raw/s?versionId=${versionId}`))).toEqual([400, 'InvalidRequest']);
    expect(verdict(await copy(1, undefined, {}, '/raw/cold'))).toEqual([403, 'InvalidObjectState']);
  });

  it("needs the customer's key of the upload on every part, and that of the source", async () => {
    await using emulator = await world();
    const [key, sourceKey] = [randomBytes(32), randomBytes(32)];
    await put(emulator, 'secret', 'abc', trio(sourceKey));
    const { copy, put: putPart, complete } = await upload(emulator, trio(key));
    const fromSource = trio(sourceKey, 'x-amz-copy-source-server-side-encryption-customer-');
    expect(verdict(await copy(1, undefined, fromSource, 'archive/secret'))).toEqual([400, 'InvalidRequest']);
    expect(verdict(await copy(1, undefined, trio(key), 'archive/secret'))).toEqual([400, 'InvalidRequest']);
    expect(verdict(await putPart(1, 'abc', trio(sourceKey)))).toEqual([400, 'InvalidRequest']);
    const copied = await copy(1, undefined, { ...trio(key), ...fromSource }, 'archive/secret');
    expect(copied.headers['x-amz-server-side-encryption-customer-algorithm']).toBe('AES256');
    expect((await complete([[1, etagIn(copied)]])).status).toBe(200);
    expect([(await head(emulator, '/d')).status, (await head(emulator, '/d', trio(key))).status]).toEqual([400, 200]);
  });
});
