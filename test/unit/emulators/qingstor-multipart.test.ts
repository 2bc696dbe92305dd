import { describe, expect, it } from 'vitest';
import { head, pick, refusalOf, send, upload } from './qingstor-client.ts';
import { leastPart, mib, world } from './qingstor-world.ts';

describe('multipart copies', () => {
  it('QS-3 merges parts from 0 on, in ascending order, with gaps, whatever order they are listed in', async () => {
    await using emulator = await world();
    const { copy, complete } = await upload(emulator);
    await copy(10_000, `bytes=${2 * leastPart}-`);
    await copy(7, `bytes=${leastPart}-${2 * leastPart - 1}`);
    await copy(0, `bytes=0-${leastPart - 1}`);
    const done = await complete([{ part_number: 10_000 }, { part_number: 0 }, { part_number: 7 }]);
    expect([done.status, done.text, done.headers['content-length']]).toEqual([201, '', '0']);
    const copied = emulator.model.getObject('archive', 'd')?.content;
    expect(copied?.crc64()).toBe(emulator.model.getObject('raw', 's')?.content.crc64());
    expect(emulator.requests.recent[1]).toMatchObject({ operation: 'UploadPartCopy', partNumber: 10_000 });
    expect(emulator.requests.recent[3]).toMatchObject({ operation: 'UploadPartCopy', partNumber: 0 });
  });

  it('QS-2 takes the three forms of a range, says which one it copied, and copies all without one', async () => {
    await using emulator = await world({}, 100);
    const { copy, list } = await upload(emulator);
    for (const [range, said, size] of [
      ['bytes=0-9', 'bytes 0-9/100', 10],
      ['bytes=90-', 'bytes 90-99/100', 10],
      ['bytes=-7', 'bytes 93-99/100', 7],
      ['bytes=50-1000', 'bytes 50-99/100', 50],
      [undefined, undefined, 100],
    ] as const) {
      const reply = await copy(0, range);
      expect([range, reply.status, reply.headers['x-qs-content-copy-range']]).toEqual([range, 201, said]);
      expect(pick(await list(), 'object_parts')).toMatchObject([{ part_number: 0, size }]);
    }
  });

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=5-4', 'bytes=-', 'bytes=a-b', '0-9', 'bytes=0-1,3-4'])(
    'QS-2 refuses the range %s with 416 and stores nothing',
    async (range) => {
      await using emulator = await world({}, 100);
      const { copy, list } = await upload(emulator);
      expect(refusalOf(await copy(0, range))).toEqual([416, 'invalid_range']);
      expect(pick(await list(), 'count')).toBe(0);
    },
  );

  it('QS-4 answers 201 with an empty body and an ETag that List Parts repeats, or without one', async () => {
    for (const etagOnCopy of [true, false]) {
      await using emulator = await world({ quirks: { etagOnCopy } });
      const { copy, list } = await upload(emulator);
      const reply = await copy(0, 'bytes=0-9');
      expect([reply.status, reply.text]).toEqual([201, '']);
      const etag = emulator.model.openUploads('archive')[0]?.parts.get(0)?.etag;
      expect(etag).toMatch(/^[0-9a-f]{32}$/);
      expect(reply.headers['etag']).toBe(etagOnCopy ? `"${etag}"` : undefined);
      expect(pick(await list(), 'object_parts')).toMatchObject([{ etag: `"${etag}"` }]);
    }
  });

  it('replaces a part that is sent again, and keeps other uploads apart', async () => {
    await using emulator = await world();
    const first = await upload(emulator);
    const second = await upload(emulator);
    await first.copy(0, 'bytes=0-9');
    await first.copy(0, 'bytes=0-4');
    expect(pick(await first.list(), 'object_parts')).toMatchObject([{ size: 5 }]);
    expect(pick(await second.list(), 'object_parts')).toEqual([]);
  });

  it.each(['-1', '10001', '1.5', '', 'x'])('refuses the part number "%s"', async (part) => {
    await using emulator = await world();
    const { copy } = await upload(emulator);
    expect(refusalOf(await copy(part))).toEqual([400, 'invalid_argument']);
  });

  it('refuses a part above 5 GB, copies one of 5 GB, and an object of more in parts', async () => {
    const gib = 2 ** 30;
    await using emulator = await world({}, 6 * gib);
    const { copy, complete } = await upload(emulator);
    expect(refusalOf(await copy(0))).toEqual([400, 'entity_too_large']);
    expect((await copy(0, `bytes=0-${5 * gib - 1}`)).status).toBe(201);
    expect((await copy(1, `bytes=${5 * gib}-`)).status).toBe(201);
    expect((await complete([{ part_number: 0 }, { part_number: 1 }])).status).toBe(201);
    expect(emulator.model.getObject('archive', 'd')?.content.size).toBe(6 * gib);
  });

  it('checks the digest of uploaded bytes', async () => {
    await using emulator = await world();
    const { put } = await upload(emulator);
    expect(refusalOf(await put(0, 'abc', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toEqual([400, 'bad_digest']);
    const stored = await put(0, 'abc', { 'content-md5': 'kAFQmDzST7DWlj99KOF/cg==' });
    expect([stored.status, stored.headers['etag']]).toEqual([201, '"900150983cd24fb0d6963f7d28e17f72"']);
  });
});

describe('completing', () => {
  it('QS-4 gives the object the ETag that the client names, and keeps what Initiate was told', async () => {
    await using emulator = await world();
    const { copy, complete } = await upload(emulator, {
      'content-type': 'video/mp4',
      'cache-control': 'no-cache',
      'x-qs-meta-copy-token': 't1',
      'x-qs-storage-class': 'STANDARD_IA',
    });
    await copy(0);
    await complete([{ part_number: 0 }], { etag: '"0123abcd-1"' });
    const reply = await head(emulator, 'archive', '/d');
    expect(reply.headers).toMatchObject({
      etag: '"0123abcd-1"',
      'content-type': 'video/mp4',
      'cache-control': 'no-cache',
      'content-length': String(9 * mib),
      'x-qs-meta-copy-token': 't1',
      'x-qs-storage-class': 'STANDARD_IA',
      'x-qs-object-type': 'normal',
    });
  });

  it('gives an ETag that means nothing where the client names none', async () => {
    await using emulator = await world();
    const { copy, complete } = await upload(emulator);
    const part = (await copy(0)).headers['etag'];
    await complete([{ part_number: 0 }]);
    const { etag } = (await head(emulator, 'archive', '/d')).headers;
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect([part, `"${emulator.model.getObject('raw', 's')?.etag}"`]).not.toContain(etag);
  });

  it('QS-3 refuses a part below 4 MiB unless it is the last by number', async () => {
    await using emulator = await world();
    const { copy, complete } = await upload(emulator);
    await copy(0, `bytes=0-${leastPart - 2}`);
    await copy(1, 'bytes=0-0');
    expect(refusalOf(await complete([{ part_number: 0 }, { part_number: 1 }]))).toEqual([400, 'entity_too_small']);
    await copy(0, `bytes=0-${leastPart - 1}`);
    expect((await complete([{ part_number: 1 }, { part_number: 0 }])).status).toBe(201);
  });

  it('checks a part that it lists with an ETag, quoted or not, and refuses one that it lacks', async () => {
    await using emulator = await world();
    const { copy, complete } = await upload(emulator);
    const etag = (await copy(0)).headers['etag'] ?? '';
    const wrong = [[{ part_number: 0, etag: '"no"' }], [{ part_number: 1 }], [{ part_number: 0 }, { part_number: 0 }]];
    for (const parts of [...wrong, [], [{ etag }], [{ part_number: '0' }]]) {
      expect(refusalOf(await complete(parts))).toEqual([400, 'invalid_argument']);
    }
    expect((await complete([{ part_number: 0, etag: etag.replaceAll('"', '').toUpperCase() }])).status).toBe(201);
  });

  it('refuses a body that is no JSON, and too many parts', async () => {
    await using emulator = await world();
    const { completeWith, complete } = await upload(emulator);
    expect(refusalOf(await completeWith('{"object_parts":'))).toEqual([400, 'invalid_json']);
    expect(refusalOf(await completeWith('"text"'))).toEqual([400, 'invalid_argument']);
    const parts = Array.from({ length: 10_001 }, (_, n) => ({ part_number: n }));
    expect(refusalOf(await complete(parts))).toEqual([400, 'max_parts_exceeded']);
  });

  it('forgets an upload that is complete, with the status that is configured', async () => {
    for (const uploadMissingStatus of [400, 404] as const) {
      await using emulator = await world({ quirks: { uploadMissingStatus } });
      const { copy, complete, list } = await upload(emulator);
      await copy(0);
      await complete([{ part_number: 0 }]);
      for (const reply of [await complete([{ part_number: 0 }]), await copy(0), await list()]) {
        expect(refusalOf(reply)).toEqual([uploadMissingStatus, 'upload_not_exists']);
      }
    }
  });
});

describe('listing and aborting uploads', () => {
  it('pages parts by an exclusive marker, 200 if not said otherwise, and says nothing of more', async () => {
    await using emulator = await world({}, 10);
    const { uploadId, list } = await upload(emulator);
    const open = emulator.model.upload('archive', 'd', uploadId);
    const content = emulator.model.getObject('raw', 's')?.content;
    for (let partNumber = 0; open && content && partNumber < 1001; partNumber += 1) {
      emulator.model.putPart(open, { partNumber, content, etag: 'e', crc64: undefined });
    }
    const numbers = async (query: string) => {
      const reply = await list(query);
      expect(Object.keys(JSON.parse(reply.text)).sort()).toEqual(['count', 'object_parts']);
      return [...reply.text.matchAll(/"part_number":(\d+)/g)].map(([, number]) => Number(number));
    };
    expect(await numbers('')).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect((await numbers('&limit=1000')).length).toBe(1000);
    expect(await numbers('&limit=2&part_number_marker=0')).toEqual([1, 2]);
    expect(await numbers('&limit=1000&part_number_marker=999')).toEqual([1000]);
    expect(await numbers('&part_number_marker=1000')).toEqual([]);
    for (const query of ['&limit=0', '&limit=1001', '&limit=x', '&part_number_marker=x']) {
      expect(refusalOf(await list(query))).toEqual([400, 'invalid_argument']);
    }
  });

  it('pages uploads by key and id, groups by delimiter, and may leave out has_more', async () => {
    await using emulator = await world();
    const ids = [];
    for (const key of ['a/1', 'a/2', 'b', 'b', 'c']) {
      ids.push((await upload(emulator, {}, key)).uploadId);
    }
    const ask = (query: string) => send(emulator, { bucket: 'archive', path: `/?uploads${query}` });
    const seen: unknown[] = [];
    for (let query = '&limit=2', more: unknown = true; more === true; ) {
      const page = await ask(query);
      seen.push(...[...page.text.matchAll(/"upload_id":"(\w+)"/g)].map(([, id]) => id));
      more = pick(page, 'has_more');
      query = `&limit=2&key_marker=${encodeURIComponent(String(pick(page, 'next_key_marker')))}&upload_id_marker=${pick(page, 'next_upload_id_marker')}`;
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    const first = await ask('&delimiter=%2F&limit=1');
    expect([pick(first, 'common_prefixes'), pick(first, 'next_key_marker')]).toEqual([['a/'], 'a/']);
    const second = await ask('&delimiter=%2F&limit=9&key_marker=a%2F');
    expect([pick(second, 'common_prefixes'), second.text.match(/"key":"b"/g)?.length]).toEqual([[], 2]);
    expect(pick(await ask('&prefix=a'), 'uploads')).toMatchObject([{ key: 'a/1' }, { key: 'a/2' }]);

    await using older = await world({ quirks: { hasMore: false } });
    const page = await send(older, { bucket: 'archive', path: '/?uploads' });
    expect(pick(page, 'has_more')).toBeUndefined();
    expect([pick(page, 'next_key_marker'), pick(page, 'next_upload_id_marker')]).toEqual(['', '']);
  });

  it('aborts with 204, also what is gone', async () => {
    await using emulator = await world();
    const { abort, list } = await upload(emulator);
    expect([(await abort()).status, (await abort()).status]).toEqual([204, 204]);
    expect(refusalOf(await list())).toEqual([404, 'upload_not_exists']);
  });
});
