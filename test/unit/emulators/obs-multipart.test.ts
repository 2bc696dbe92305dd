import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demoObsAccount } from '#test/emulators/obs/emulator.ts';
import { codeOf, outcome, type Scheme, send, upload, world } from './obs-client.ts';
import { pick } from './oss-client.ts';

const mib = 2 ** 20;
const gib = 2 ** 30;
const dialects: readonly Scheme[] = ['OBS', 'AWS4'];

function md5(text: string | Buffer): Buffer {
  return createHash('md5').update(text).digest();
}

describe.each(dialects)('OBS uploads, %s', (scheme) => {
  const prefix = scheme === 'OBS' ? 'x-obs-' : 'x-amz-';

  it('OBS-1 OBS-4 copy ranges: 200 first, then a body without a length, whose ETag is the only sign of success', async () => {
    await using emulator = await world();
    const before = emulator.model.getObject('raw', 's');
    const { copy, list } = await upload(emulator, {}, scheme);
    const part = await copy(3, `bytes=5-${mib}`);
    expect([part.status, part.headers['transfer-encoding'], part.headers['content-length']]).toEqual([
      200,
      'chunked',
      undefined,
    ]);
    expect(part.headers['etag']).toBeUndefined();
    expect(pick(part, 'ETag')).toMatch(/^"[0-9a-f]{32}"$/);
    expect(part.headers[`${prefix}request-id`]).toMatch(/^[0-9A-F]{32}$/);
    expect(part.headers[`${prefix}id-2`]).toMatch(/.+/);
    expect([pick(await list(), 'PartNumber'), pick(await list(), 'Size')]).toEqual(['3', String(mib - 4)]);
    expect((await copy(4, 'bytes=5-5')).status).toBe(200);
    expect(emulator.model.getObject('raw', 's')).toBe(before);
  });

  it('OBS-3 replace a part that is sent again, and list only the newest', async () => {
    await using emulator = await world();
    const { copy, list } = await upload(emulator, {}, scheme);
    await copy(1, 'bytes=0-9');
    await copy(1, 'bytes=0-19');
    const listed = await list();
    expect([...listed.text.matchAll(/<Size>(\d+)/g)].map(([, size]) => size)).toEqual(['20']);
  });

  it('OBS-12 refuse part numbers outside 1 to 10,000 and parts above 5 GB', async () => {
    await using emulator = await world({}, 6 * gib);
    const { copy } = await upload(emulator, {}, scheme);
    for (const number of [0, 10_001, -1, 'x']) {
      expect(outcome(await copy(number, 'bytes=0-9'))).toEqual([400, 'InvalidArgument']);
    }
    expect((await copy(10_000, 'bytes=0-9')).status).toBe(200);
    expect((await copy(1, `bytes=0-${5 * gib - 1}`)).status).toBe(200);
    expect(outcome(await copy(1, `bytes=0-${5 * gib}`))).toEqual([400, 'EntityTooLarge']);
    expect(outcome(await copy(1))).toEqual([400, 'EntityTooLarge']);
  });

  it('refuse ranges that are not inside the source', async () => {
    await using emulator = await world();
    const { copy } = await upload(emulator, {}, scheme);
    for (const range of [`bytes=0-${3 * mib}`, `bytes=${3 * mib}-${3 * mib}`, 'bytes=5-4']) {
      expect(outcome(await copy(1, range))).toEqual([416, 'InvalidRange']);
    }
    for (const range of ['0-9', 'bytes=0-', 'bytes=-9', 'bytes=a-b']) {
      expect(outcome(await copy(1, range))).toEqual([400, 'InvalidArgument']);
    }
  });

  it('OBS-5 refuse cold sources until they are restored, and delete markers', async () => {
    let time = new Date('2026-01-01T00:00:00Z');
    await using emulator = await world({
      clock: () => time,
      buckets: [{ name: 'raw', versioning: 'enabled' }, 'archive'],
    });
    emulator.model.putObject('raw', 'cold', Buffer.from('ice'), { storageClass: 'COLD' });
    const { copy } = await upload(emulator, {}, scheme);
    const get = () => send(emulator, { bucket: 'raw', path: '/cold', scheme });
    expect(outcome(await copy(1, undefined, {}, '/raw/cold'))).toEqual([403, 'InvalidObjectState']);
    expect(outcome(await get())).toEqual([403, 'InvalidObjectState']);
    const head = () => send(emulator, { method: 'HEAD', bucket: 'raw', path: '/cold', scheme });
    expect((await head()).headers[`${prefix}storage-class`]).toBe(scheme === 'OBS' ? 'COLD' : 'GLACIER');
    const body = '<RestoreRequest><Days>1</Days></RestoreRequest>';
    const restore = () => send(emulator, { method: 'POST', bucket: 'raw', path: '/cold?restore', scheme, body });
    expect((await restore()).status).toBe(202);
    expect(outcome(await restore())).toEqual([409, 'RestoreAlreadyInProgress']);
    expect((await head()).headers[`${prefix}restore`]).toBe('ongoing-request="true"');
    time = new Date(time.getTime() + 60_000);
    expect((await copy(1, undefined, {}, '/raw/cold')).status).toBe(200);
    expect((await get()).text).toBe('ice');

    const marker = emulator.model.deleteObject('raw', 'cold').versionId;
    expect(outcome(await copy(1, undefined, {}, '/raw/cold'))).toEqual([404, 'NoSuchKey']);
    expect((await copy(1, undefined, {}, `/raw/cold?versionId=${marker}`)).status).toBe(404);
  });

  it('OBS-10 name what is missing or forbidden', async () => {
    await using emulator = await world({
      accounts: [{ ...demoObsAccount, deniedActions: [{ action: 'obs:object:GetObject', bucket: 'closed' }] }],
      buckets: ['raw', 'archive', 'closed', { name: 'far', region: 'eu-de' }],
    });
    const { copy, abort, list } = await upload(emulator, {}, scheme);
    expect(outcome(await copy(1, undefined, {}, '/raw/none'))).toEqual([404, 'NoSuchKey']);
    expect(outcome(await copy(1, undefined, {}, '/nowhere/s'))).toEqual([404, 'NoSuchBucket']);
    expect(outcome(await copy(1, undefined, {}, '/raw/s?versionId=none'))).toEqual([404, 'NoSuchVersion']);
    expect(outcome(await copy(1, undefined, {}, '/closed/s'))).toEqual([403, 'AccessDenied']);
    expect(outcome(await copy(1, undefined, {}, '/far/s'))).toEqual([403, 'AccessDenied']);
    expect(outcome(await copy(1, undefined, {}, 'raw'))).toEqual([400, 'InvalidArgument']);
    expect(outcome(await copy(1, undefined, {}, '/raw/s', { body: 'x' }))).toEqual([400, 'UnexpectedContent']);
    expect(outcome(await send(emulator, { bucket: 'far', path: '/s', scheme }))).toEqual([301, 'PermanentRedirect']);
    expect((await abort()).status).toBe(204);
    for (const gone of [await abort(), await list(), await copy(1)]) {
      expect(outcome(gone)).toEqual([404, 'NoSuchUpload']);
    }
  });

  it('OBS-11 let only the initiator add parts', async () => {
    const other = { accessKeyId: 'OTHER', secretAccessKey: 'other' };
    const same = { accessKeyId: 'SAME', secretAccessKey: 'same', principal: demoObsAccount.accessKeyId };
    await using emulator = await world({ accounts: [demoObsAccount, other, same] });
    const { copy, begin } = await upload(emulator, {}, scheme);
    expect(begin.status).toBe(200);
    expect(outcome(await copy(1, undefined, {}, '/raw/s', other))).toEqual([403, 'AccessDenied']);
    expect((await copy(1, undefined, {}, '/raw/s', { accessKeyId: 'SAME', secretAccessKey: 'same' })).status).toBe(200);
  });

  it.each([
    ['if-match', '"0"'],
    ['if-none-match', 'ETAG'],
    ['if-unmodified-since', 'Mon, 01 Jan 2001 00:00:00 GMT'],
    ['if-modified-since', 'NOW'],
  ])('answer a failed %s with 412, and ignore times to come', async (name, given) => {
    await using emulator = await world();
    const etag = `"${emulator.model.getObject('raw', 's')?.etag}"`;
    // Asked for anew: an object of a world that is made later is younger.
    const value = () => (given === 'ETAG' ? etag : given === 'NOW' ? new Date().toUTCString() : given);
    const { copy } = await upload(emulator, {}, scheme);
    expect(outcome(await copy(1, undefined, { [`copy-source-${name}`]: value() }))).toEqual([
      412,
      'PreconditionFailed',
    ]);
    const future = { 'copy-source-if-match': etag, 'copy-source-if-unmodified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' };
    expect((await copy(1, undefined, future)).status).toBe(200);
    const mixed = { 'copy-source-if-match': etag, 'copy-source-if-none-match': '"0"' };
    expect(outcome(await copy(1, undefined, mixed))).toEqual([400, 'InvalidRequest']);
    await using deaf = await world({ quirks: { amzCopyConditions: 'ignored' } });
    const unheard = await (await upload(deaf, {}, scheme)).copy(1, undefined, { [`copy-source-${name}`]: value() });
    expect(unheard.status).toBe(scheme === 'OBS' ? 412 : 200);
  });
});

describe('OBS completes', () => {
  it('join what is listed and forget the rest; HEAD names the upload', async () => {
    await using emulator = await world({ buckets: ['raw', { name: 'archive', versioning: 'enabled' }] });
    const { put, complete, list, uploadId } = await upload(emulator, { 'meta-token': 't', 'storage-class': 'WARM' });
    const bodies = [Buffer.alloc(102_400, 1), Buffer.alloc(102_400, 2), Buffer.from('last')];
    for (const [index, body] of bodies.entries()) {
      expect((await put(index + 1, body)).headers['etag']).toBe(`"${md5(body).toString('hex')}"`);
    }
    const listed = [0, 2].map((index) => bodies[index] ?? Buffer.alloc(0));
    const done = await complete([
      [1, `&quot;${md5(listed[0] ?? '').toString('hex')}&quot;`],
      [3, md5(listed[1] ?? '').toString('hex')],
    ]);
    const composite = `"${md5(Buffer.concat(listed.map(md5))).toString('hex')}-2"`;
    expect([done.status, pick(done, 'ETag')]).toEqual([200, composite]);
    const stored = emulator.model.getObject('archive', 'd');
    expect(stored?.content.size).toBe(102_404);
    expect(done.headers['x-obs-version-id']).toBe(stored?.versionId);
    expect(codeOf(await list())).toBe('NoSuchUpload');
    const head = await send(emulator, { method: 'HEAD', bucket: 'archive', path: '/d' });
    expect(head.headers).toMatchObject({
      'x-obs-uploadid': uploadId,
      'x-obs-meta-token': 't',
      'x-obs-storage-class': 'WARM',
      'content-length': '102404',
      etag: composite,
    });
    const amz = await send(emulator, { method: 'HEAD', bucket: 'archive', path: '/d', scheme: 'AWS' });
    expect(amz.headers).toMatchObject({
      'x-amz-uploadid': uploadId,
      'x-amz-meta-token': 't',
      'x-amz-storage-class': 'STANDARD_IA',
    });
  });

  it('refuse lists that are wrong, and parts that are too small for their dialect', async () => {
    await using emulator = await world();
    const { copy, complete } = await upload(emulator);
    const etags = [await copy(1, 'bytes=0-102398'), await copy(2, 'bytes=0-9')].map((part) => pick(part, 'ETag'));
    const [first = '', second = ''] = etags;
    expect(outcome(await complete([]))).toEqual([400, 'MalformedXML']);
    expect(
      outcome(
        await complete([
          [2, second],
          [1, first],
        ]),
      ),
    ).toEqual([400, 'InvalidPartOrder']);
    expect(outcome(await complete([[1, second]]))).toEqual([400, 'InvalidPart']);
    expect(
      outcome(
        await complete([
          [1, first],
          [3, second],
        ]),
      ),
    ).toEqual([400, 'InvalidPart']);
    expect(
      outcome(
        await complete([
          [1, first],
          [2, second],
        ]),
      ),
    ).toEqual([400, 'EntityTooSmall']);
    const enough = pick(await copy(1, 'bytes=0-102399'), 'ETag');
    expect(
      (
        await complete([
          [1, enough],
          [2, second],
        ])
      ).status,
    ).toBe(200);

    for (const least of [undefined, 102_400]) {
      const quirks = least === undefined ? {} : { leastPartBytes: { native: least, amz: least } };
      await using strict = await world({ quirks });
      const amz = await upload(strict, {}, 'AWS');
      const parts = [await amz.copy(1, 'bytes=0-102399'), await amz.copy(2, 'bytes=0-9')];
      const named = parts.map((part, index) => [index + 1, pick(part, 'ETag')] as const);
      expect(codeOf(await amz.complete(named))).toBe(least === undefined ? 'EntityTooSmall' : undefined);
    }
  });

  it('count as writes of the moment when they were begun', async () => {
    let time = new Date('2026-01-01T00:00:00Z');
    for (const versioning of ['never', 'enabled'] as const) {
      await using emulator = await world({ clock: () => time, buckets: ['raw', { name: 'archive', versioning }] });
      const { copy, complete } = await upload(emulator);
      const etag = pick(await copy(1), 'ETag');
      time = new Date(time.getTime() + 1000);
      await send(emulator, { method: 'PUT', bucket: 'archive', path: '/d', body: 'put since then' });
      expect((await complete([[1, etag]])).status).toBe(200);
      expect(emulator.model.getObject('archive', 'd')?.content.size).toBe(14);
      expect(emulator.model.listVersions('archive', 'd')).toHaveLength(versioning === 'enabled' ? 2 : 1);
    }
  });

  it('are answered again only where the emulator is told so', async () => {
    for (const completeTwice of ['no-such-upload', 'repeat'] as const) {
      await using emulator = await world({ quirks: { completeTwice } });
      const { copy, complete } = await upload(emulator);
      const etag = pick(await copy(1), 'ETag');
      expect((await complete([[1, etag]])).status).toBe(200);
      expect((await complete([[1, etag]])).status).toBe(completeTwice === 'repeat' ? 200 : 404);
    }
  });

  it('list uploads and parts in pages', async () => {
    await using emulator = await world();
    for (const key of ['a', 'a', 'dir/1', 'dir/2', 'z']) {
      emulator.model.createUpload('archive', key, { initiator: 'x' });
    }
    const page = (query: string) => send(emulator, { bucket: 'archive', path: `/?uploads${query}` });
    const names = (text: string, tag: string) =>
      [...text.matchAll(new RegExp(`<${tag}>([^<]*)<`, 'g'))].map(([, n]) => n);
    const first = await page('&delimiter=/&max-uploads=1');
    expect([names(first.text, 'Key'), pick(first, 'IsTruncated')]).toEqual([['a'], 'true']);
    const next = `&key-marker=a&upload-id-marker=${pick(first, 'NextUploadIdMarker')}`;
    const rest = await page(`&delimiter=/${next}`);
    expect([names(rest.text, 'Key'), names(rest.text, 'Prefix')]).toEqual([
      ['a', 'z'],
      ['', 'dir/'],
    ]);
    expect(outcome(await page('&max-uploads=0'))).toEqual([400, 'InvalidArgument']);
    const { copy, list } = await upload(emulator);
    for (const number of [1, 2, 3]) {
      await copy(number, 'bytes=0-9');
    }
    const parts = await list('max-parts=2&part-number-marker=1&');
    expect([names(parts.text, 'PartNumber'), pick(parts, 'NextPartNumberMarker'), pick(parts, 'IsTruncated')]).toEqual([
      ['2', '3'],
      '3',
      'false',
    ]);
  });
});
