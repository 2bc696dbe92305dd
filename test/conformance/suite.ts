import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededBytes } from '../world.ts';
import { describeCopies } from './copies.ts';
import { createHarness, type Harness, PLAIN, type Target } from './harness.ts';
import { WEIRD_KEYS } from './weird-keys.ts';

/** What a target cannot do, each with its reason. Everything else has to work. */
export interface Exceptions {
  /** Error of a bucket that does not exist, where the target cannot tell it from a missing object. */
  readonly missingBucket?: 'BucketNotFound' | 'SourceNotFound';
  /** Tags are lost, whatever the dialect says. */
  readonly withoutTags?: string;
  /** Complete answers without an ETag, whatever the dialect says: the portable layer settles that by HEAD. */
  readonly etagAtComplete?: string;
}

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
    describeKeys(() => harness);
    describeCopies(() => harness);
  });
}

function describeObjects(at: () => Harness, { missingBucket = 'BucketNotFound', withoutTags }: Exceptions): void {
  it('head tells size, headers and metadata of what was written', async () => {
    const { client, put, source } = at();
    const headers = { contentType: 'text/plain', cacheControl: 'max-age=1' };
    await put(source, 'head', seededBytes(10), { headers, metadata: { owner: 'alice' } });
    const facts = await client.head({ object: { bucket: source, key: 'head' } });
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

  it('head of nothing is SourceNotFound, with a request id where the store has one', async () => {
    const { client, source } = at();
    await expect(client.head({ object: { bucket: source, key: 'nothing' } })).rejects.toMatchObject({
      name: 'SourceNotFound',
      facts: { provider: client.provider, status: 404 },
    });
  });

  it('a bucket that does not exist is said', async () => {
    const { client } = at();
    const upload = client.createUpload({ bucket: 'objectferry-no-such-bucket', key: 'k', object: PLAIN });
    await expect(upload).rejects.toMatchObject({ name: missingBucket });
  });

  it('a wrong secret is Unauthenticated, and not retryable', async () => {
    const { stranger, source } = at();
    await expect(stranger.listUploads({ bucket: source })).rejects.toMatchObject({ name: 'Unauthenticated' });
  });

  it('getRange gives exactly the bytes', async () => {
    const { client, put, source } = at();
    const bytes = seededBytes(1000);
    await put(source, 'range', bytes);
    const object = { bucket: source, key: 'range' };
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
    const { client, put, read, source, destination } = at();
    await put(source, 'whole', seededBytes(100), { metadata: { from: 'source' } });
    const object = { ...PLAIN, headers: { contentType: 'text/css' }, metadata: { to: 'destination' } };
    const copy = {
      source: { bucket: source, key: 'whole' },
      destination: { bucket: destination, key: 'whole' },
      object,
    };
    const { etag } = await client.copyObject(copy);
    if (!client.capabilities.etagMayBeAbsent) expect(etag).toBeDefined();
    expect((await read(destination, 'whole')).equals(seededBytes(100))).toBe(true);
    const facts = await client.head({ object: { bucket: destination, key: 'whole' } });
    expect(facts).toMatchObject({ headers: { contentType: 'text/css' }, metadata: { to: 'destination' } });
    expect(facts.metadata).not.toHaveProperty('from');
    const gone = { ...copy, source: { bucket: source, key: 'nothing' } };
    await expect(client.copyObject(gone)).rejects.toMatchObject({ name: 'SourceNotFound' });
    if (!client.capabilities.partConditions) return;
    const stale = { ...copy, conditions: { ifMatch: '"0123456789abcdef0123456789abcdef"' } };
    await expect(client.copyObject(stale)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('deleteObject deletes, and does not mind when there is nothing', async () => {
    const { client, put, source } = at();
    await put(source, 'deleted', seededBytes(1));
    const object = { bucket: source, key: 'deleted' };
    await client.deleteObject(object);
    await client.deleteObject(object);
    await expect(client.head({ object })).rejects.toMatchObject({ name: 'SourceNotFound' });
  });

  it('versions: each is read by its id, and a delete marker is SourceNotFound', async ({ skip }) => {
    const { client, put, read, versioned } = at();
    if (!client.capabilities.versions || versioned === undefined) return skip('the store has no versions');
    await put(versioned, 'v', seededBytes(10, 1));
    const { versionId } = await client.head({ object: { bucket: versioned, key: 'v' } });
    await put(versioned, 'v', seededBytes(10, 2));
    expect((await read(versioned, 'v', versionId)).equals(seededBytes(10, 1))).toBe(true);
    expect((await read(versioned, 'v')).equals(seededBytes(10, 2))).toBe(true);
    await client.deleteObject({ bucket: versioned, key: 'v' });
    await expect(client.head({ object: { bucket: versioned, key: 'v' } })).rejects.toMatchObject({
      name: 'SourceNotFound',
    });
  });

  it('tags are written with the object and read back', async ({ skip }) => {
    const { client, put, source } = at();
    if (!client.capabilities.tags) return skip('the store has no tags');
    if (withoutTags !== undefined) return skip(withoutTags);
    await put(source, 'tags', seededBytes(1), { tags: { kind: 'film', 'a b': 'c+d/=' } });
    expect(await client.getTagging({ bucket: source, key: 'tags' })).toEqual({ kind: 'film', 'a b': 'c+d/=' });
  });
}

function describeUploads(at: () => Harness, { etagAtComplete }: Exceptions): void {
  const whole = (size: number) => ({ offset: 0, length: size });

  it('parts are copied by range, replaced by number, listed by page, and joined', async () => {
    const { client, put, read, source, destination } = at();
    const min = client.limits.minPartBytes;
    const bytes = seededBytes(2 * min + 7);
    await put(source, 'parts', bytes);
    const { uploadId } = await client.createUpload({ bucket: destination, key: 'parts', object: PLAIN });
    const upload = { bucket: destination, key: 'parts', uploadId };
    const from = { bucket: source, key: 'parts' };
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
    expect((await read(destination, 'parts')).equals(bytes)).toBe(true);
    await expect(client.listParts({ upload })).rejects.toMatchObject({ name: 'UploadGone' });
  });

  it('a condition on the source of a part holds', async ({ skip }) => {
    const { client, put, source, destination } = at();
    if (!client.capabilities.partConditions) return skip('the dialect has no conditions on parts');
    await put(source, 'pinned', seededBytes(10));
    const { uploadId } = await client.createUpload({ bucket: destination, key: 'pinned', object: PLAIN });
    const upload = { bucket: destination, key: 'pinned', uploadId };
    const conditions = { ifMatch: '"0123456789abcdef0123456789abcdef"' };
    const request = { upload, partNumber: 1, source: { bucket: source, key: 'pinned' }, range: whole(10), conditions };
    await expect(client.uploadPartCopy(request)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await client.abortUpload(upload);
  });

  it('abort takes an upload away, for good', async () => {
    const { client, destination } = at();
    const { uploadId } = await client.createUpload({ bucket: destination, key: 'aborted', object: PLAIN });
    const upload = { bucket: destination, key: 'aborted', uploadId };
    await client.uploadPart({ upload, partNumber: 1, body: seededBytes(10) });
    await client.abortUpload(upload);
    await expect(client.listParts({ upload })).rejects.toMatchObject({ name: 'UploadGone' });
  });

  it('a part that was never copied cannot be completed', async () => {
    const { client, destination } = at();
    const { uploadId } = await client.createUpload({ bucket: destination, key: 'missing', object: PLAIN });
    const upload = { bucket: destination, key: 'missing', uploadId };
    await client.uploadPart({ upload, partNumber: 1, body: seededBytes(10) });
    const parts = [{ partNumber: 2, etag: '"0123456789abcdef0123456789abcdef"' }];
    await expect(client.completeUpload({ upload, parts, overwrite: true })).rejects.toThrow();
    await client.abortUpload(upload);
  });

  it('open uploads are listed by prefix and page, with their beginning', async () => {
    const { client, destination } = at();
    const keys = ['open/1', 'open/2', 'open/3'];
    const open = [];
    for (const key of keys)
      open.push({
        bucket: destination,
        key,
        ...(await client.createUpload({ bucket: destination, key, object: PLAIN })),
      });
    const found = [];
    let page = await client.listUploads({ bucket: destination, prefix: 'open/', limit: 2 });
    for (let pages = 1; ; pages += 1) {
      found.push(...page.uploads);
      if (page.next === undefined || pages > 5) break;
      page = await client.listUploads({ bucket: destination, prefix: 'open/', limit: 2, after: page.next });
    }
    expect(found.map(({ key, uploadId }) => [key, uploadId])).toEqual(open.map(({ key, uploadId }) => [key, uploadId]));
    for (const { initiated } of found) expect(Math.abs(initiated.getTime() - Date.now())).toBeLessThan(300_000);
    for (const upload of open) await client.abortUpload(upload);
    expect((await client.listUploads({ bucket: destination, prefix: 'open/' })).uploads).toEqual([]);
  });
}

function describeKeys(at: () => Harness): void {
  it.each(WEIRD_KEYS)('the key %j is written, read and copied as it is', async (key) => {
    const { client, put, read, source, destination } = at();
    await put(source, key, seededBytes(10));
    expect((await read(source, key)).equals(seededBytes(10))).toBe(true);
    const object = PLAIN;
    await client.copyObject({
      source: { bucket: source, key },
      destination: { bucket: destination, key },
      object,
    });
    expect((await read(destination, key)).equals(seededBytes(10))).toBe(true);
  });
}
