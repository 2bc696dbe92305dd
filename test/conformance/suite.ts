import { isRetryable } from '@objectferry/shared/errors.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../world.ts';
import { describeCarried } from './carried.ts';
import { describeCopies } from './copies.ts';
import { describeEncryption } from './encryption.ts';
import type { Exceptions } from './exceptions.ts';
import { createHarness, type Harness, PLAIN, type Target } from './harness.ts';
import { describeKeys } from './keys.ts';
import { describeLimits } from './limits.ts';

/** Every operation, its errors, conditions and pages; then whole copies through the local machine. */
export function describeConformance(name: string, start: () => Promise<Target>, exceptions: Exceptions = {}): void {
  describe(`conformance of ${name}`, () => {
    let harness: Harness;
    beforeAll(async () => {
      harness = createHarness(await start());
    });
    afterAll(() => harness[Symbol.asyncDispose]());
    describeObjects(() => harness, exceptions);
    describeUploads(() => harness, exceptions);
    describeLimits(() => harness, exceptions);
    describeEncryption(() => harness, exceptions);
    describeKeys(() => harness, exceptions);
    describeCarried(() => harness, exceptions);
    describeCopies(() => harness);
  });
}

function describeObjects(at: () => Harness, { missingBucket = 'BucketNotFound', withoutTags }: Exceptions): void {
  it('head tells size, headers and metadata of what was written', async () => {
    const { client, put, source, keyOf } = at();
    const headers = { contentType: 'text/plain', cacheControl: 'max-age=1' };
    await put(source, keyOf('head'), seededBytes(10), { headers, metadata: { owner: 'alice' } });
    const facts = await client.head({ object: { bucket: source, key: keyOf('head') } });
    expect(facts).toMatchObject({
      size: 10,
      type: 'normal',
      access: 'readable',
      headers,
      metadata: { owner: 'alice' },
    });
    expect(facts.etag).toMatch(/^".+"$/);
    expect(Math.abs(facts.lastModified.getTime() - Date.now())).toBeLessThan(300_000);
  });

  it('head of nothing is SourceNotFound, with a request id', async () => {
    const { client, keyOf, source } = at();
    await expect(client.head({ object: { bucket: source, key: keyOf('nothing') } })).rejects.toMatchObject({
      name: 'SourceNotFound',
      facts: {
        provider: client.provider,
        status: 404,
        requestIds: expect.arrayContaining([expect.stringMatching(/\S/)]),
      },
    });
  });

  it('a bucket that does not exist is said', async () => {
    const { client } = at();
    const upload = client.createUpload({ bucket: 'objectferry-no-such-bucket', key: 'k', object: PLAIN });
    await expect(upload).rejects.toMatchObject({ name: missingBucket });
  });

  it('a wrong secret is Unauthenticated, and not retryable', async () => {
    const { stranger, source } = at();
    const error = await stranger.listUploads({ bucket: source }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'Unauthenticated' });
    expect(isRetryable(error)).toBe(false);
  });

  it('getRange gives exactly the bytes', async () => {
    const { client, put, source, keyOf } = at();
    const bytes = seededBytes(1000);
    await put(source, keyOf('range'), bytes);
    const object = { bucket: source, key: keyOf('range') };
    for (const [offset, length] of [
      [0, 1],
      [999, 1],
      [10, 500],
      [0, 1000],
    ] as const) {
      const read = await client.getRange({ object, range: { offset, length } });
      expect(Buffer.from(read).equals(bytes.subarray(offset, offset + length))).toBe(true);
    }
  });

  it('copyObject copies bytes and writes the headers and metadata it is given', async () => {
    const { client, put, read, source, destination, keyOf } = at();
    await put(source, keyOf('whole'), seededBytes(100), { metadata: { from: 'source' } });
    const object = { ...PLAIN, headers: { contentType: 'text/css' }, metadata: { to: 'destination' } };
    const copy = {
      source: { bucket: source, key: keyOf('whole') },
      destination: { bucket: destination, key: keyOf('whole') },
      object,
    };
    const { etag } = await client.copyObject(copy);
    if (!client.capabilities.etagMayBeAbsent) expect(etag).toBeDefined();
    expect((await read(destination, keyOf('whole'))).equals(seededBytes(100))).toBe(true);
    const facts = await client.head({ object: { bucket: destination, key: keyOf('whole') } });
    expect(facts).toMatchObject({ headers: { contentType: 'text/css' }, metadata: { to: 'destination' } });
    expect(facts.metadata).not.toHaveProperty('from');
    const gone = { ...copy, source: { bucket: source, key: keyOf('nothing') } };
    await expect(client.copyObject(gone)).rejects.toMatchObject({ name: 'SourceNotFound' });
  });

  it('a condition on the source of copyObject holds', async ({ skip }) => {
    const { client, put, keyOf, source, destination } = at();
    if (!client.capabilities.partConditions) return skip('the store declares no conditions on the source of a copy');
    const key = keyOf('whole-pinned');
    await put(source, key, seededBytes(100));
    const stale = client.copyObject({
      source: { bucket: source, key },
      destination: { bucket: destination, key },
      object: PLAIN,
      conditions: { ifMatch: '"0123456789abcdef0123456789abcdef"' },
    });
    await expect(stale).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('deleteObject deletes, and does not mind when there is nothing', async () => {
    const { client, put, source, keyOf } = at();
    await put(source, keyOf('deleted'), seededBytes(1));
    const object = { bucket: source, key: keyOf('deleted') };
    await client.deleteObject(object);
    await client.deleteObject(object);
    await expect(client.head({ object })).rejects.toMatchObject({ name: 'SourceNotFound' });
  });

  it('versions: each is read by its id, and a delete marker is SourceNotFound', async ({ skip }) => {
    const { client, put, read, versioned, keyOf } = at();
    if (!client.capabilities.versions) return skip('the store declares no versions');
    if (versioned === undefined) return skip('the target names no bucket with versioning');
    await put(versioned, keyOf('v'), seededBytes(10, 1));
    const { versionId } = await client.head({ object: { bucket: versioned, key: keyOf('v') } });
    await put(versioned, keyOf('v'), seededBytes(10, 2));
    expect((await read(versioned, keyOf('v'), versionId)).equals(seededBytes(10, 1))).toBe(true);
    expect((await read(versioned, keyOf('v'))).equals(seededBytes(10, 2))).toBe(true);
    await client.deleteObject({ bucket: versioned, key: keyOf('v') });
    await expect(client.head({ object: { bucket: versioned, key: keyOf('v') } })).rejects.toMatchObject({
      name: 'SourceNotFound',
    });
  });

  it('tags are written with the object and read back', async ({ skip }) => {
    const { client, put, source, keyOf } = at();
    if (!client.capabilities.tags) return skip('the store declares no tags');
    await put(source, keyOf('tags'), seededBytes(1), { tags: { kind: 'film', 'a b': 'c+d/=' } });
    const kept = withoutTags === undefined ? { kind: 'film', 'a b': 'c+d/=' } : {};
    expect(await client.getTagging({ bucket: source, key: keyOf('tags') })).toEqual(kept);
  });
}

function describeUploads(at: () => Harness, { etagAtComplete }: Exceptions): void {
  const whole = (size: number) => ({ offset: 0, length: size });

  it('parts are copied by range, replaced by number, listed by page, and joined', async () => {
    const { client, put, read, source, destination, keyOf } = at();
    const min = client.limits.minPartBytes;
    const bytes = seededBytes(2 * min + 7);
    await put(source, keyOf('parts'), bytes);
    const { uploadId } = await client.createUpload({ bucket: destination, key: keyOf('parts'), object: PLAIN });
    const upload = { bucket: destination, key: keyOf('parts'), uploadId };
    const from = { bucket: source, key: keyOf('parts') };
    const copyPart = (partNumber: number, offset: number, length: number) =>
      client.uploadPartCopy({ upload, partNumber, source: from, range: { offset, length } });
    await copyPart(1, 5, min);
    await Promise.all([copyPart(1, 0, min), copyPart(2, min, min), copyPart(3, 2 * min, 7)]);
    const first = await client.listParts({ upload, limit: 2 });
    expect(first.parts.map(({ partNumber, size }) => [partNumber, size])).toEqual([
      [1, min],
      [2, min],
    ]);
    const second = await client.listParts({ upload, after: first.next ?? 2, limit: 2 });
    expect(second.parts.map(({ partNumber, size }) => [partNumber, size])).toEqual([[3, 7]]);
    const written = await client.completeUpload({ upload, parts: [...first.parts, ...second.parts], overwrite: true });
    if (!client.capabilities.etagMayBeAbsent && etagAtComplete === undefined) expect(written.etag).toBeDefined();
    expect((await read(destination, keyOf('parts'))).equals(bytes)).toBe(true);
    await expect(client.listParts({ upload })).rejects.toMatchObject({ name: 'UploadGone' });
  });

  it('a condition on the source of a part holds', async ({ skip }) => {
    const { client, put, source, destination, keyOf } = at();
    if (!client.capabilities.partConditions) return skip('the store declares no conditions on parts');
    await put(source, keyOf('pinned'), seededBytes(10));
    const { uploadId } = await client.createUpload({ bucket: destination, key: keyOf('pinned'), object: PLAIN });
    const upload = { bucket: destination, key: keyOf('pinned'), uploadId };
    const conditions = { ifMatch: '"0123456789abcdef0123456789abcdef"' };
    const request = {
      upload,
      partNumber: 1,
      source: { bucket: source, key: keyOf('pinned') },
      range: whole(10),
      conditions,
    };
    await expect(client.uploadPartCopy(request)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await client.abortUpload(upload);
  });

  it('abort takes an upload away, for good', async () => {
    const { client, destination, keyOf } = at();
    const { uploadId } = await client.createUpload({ bucket: destination, key: keyOf('aborted'), object: PLAIN });
    const upload = { bucket: destination, key: keyOf('aborted'), uploadId };
    await client.uploadPart({ upload, partNumber: 1, body: seededBytes(10) });
    await client.abortUpload(upload);
    await expect(client.listParts({ upload })).rejects.toMatchObject({ name: 'UploadGone' });
  });

  it('a part that was never copied cannot be completed', async () => {
    const { client, destination, keyOf } = at();
    const { uploadId } = await client.createUpload({ bucket: destination, key: keyOf('missing'), object: PLAIN });
    const upload = { bucket: destination, key: keyOf('missing'), uploadId };
    await client.uploadPart({ upload, partNumber: 1, body: seededBytes(10) });
    const parts = [{ partNumber: 2, etag: '"0123456789abcdef0123456789abcdef"' }];
    await expect(client.completeUpload({ upload, parts, overwrite: true })).rejects.toThrow();
    await client.abortUpload(upload);
  });

  it('open uploads are listed by prefix and page, with their beginning', async () => {
    const { client, destination, keyOf } = at();
    const keys = ['open/1', 'open/2', 'open/3'].map(keyOf);
    const open = [];
    for (const key of keys)
      open.push({
        bucket: destination,
        key,
        ...(await client.createUpload({ bucket: destination, key, object: PLAIN })),
      });
    const found = [];
    let page = await client.listUploads({ bucket: destination, prefix: keyOf('open/'), limit: 2 });
    for (let pages = 1; ; pages += 1) {
      found.push(...page.uploads);
      if (page.next === undefined || pages > 5) break;
      page = await client.listUploads({ bucket: destination, prefix: keyOf('open/'), limit: 2, after: page.next });
    }
    expect(found.map(({ key, uploadId }) => [key, uploadId])).toEqual(open.map(({ key, uploadId }) => [key, uploadId]));
    for (const { initiated } of found) expect(Math.abs(initiated.getTime() - Date.now())).toBeLessThan(300_000);
    for (const upload of open) await client.abortUpload(upload);
    expect((await client.listUploads({ bucket: destination, prefix: keyOf('open/') })).uploads).toEqual([]);
  });
}
