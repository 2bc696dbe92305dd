import { describe, expect, it } from 'vitest';
import { runCopy } from '#infra/local/local-copy.ts';
import { seededBytes } from '../world.ts';
import { type Harness, PLAIN, STORE } from './harness.ts';

const MIB = 1024 * 1024;
const MANY_PARTS = 101;

/** The smallest part that a request can ask for, in MiB. */
export function partMiB({ client }: Harness): number {
  return Math.max(1, Math.ceil(client.limits.minPartBytes / MIB));
}

/** Whole copies through the local machine, at every size where arithmetic goes wrong. */
export function describeCopies(at: () => Harness): void {
  describe('a copy through the machine', () => {
    it.each([
      ['no byte', () => 0],
      ['one byte', () => 1],
      ['the minimum part less one', () => at().client.limits.minPartBytes - 1],
      ['the minimum part', () => at().client.limits.minPartBytes],
      ['the minimum part and one', () => at().client.limits.minPartBytes + 1],
      ['a part less one', () => partMiB(at()) * MIB - 1],
      ['a part', () => partMiB(at()) * MIB],
      ['a part and one', () => partMiB(at()) * MIB + 1],
      ['three parts and seven bytes', () => 3 * partMiB(at()) * MIB + 7],
    ])('of %s is right by one request and in parts', async (_, sizeOf) => {
      const { put, read, copy, keyOf, source, destination, client } = at();
      const bytes = seededBytes(sizeOf(), 7);
      const key = keyOf('sized');
      await put(source, key, bytes, { headers: { contentType: 'video/mp4' }, metadata: { owner: 'alice' } });
      for (const options of [{}, { partSizeMiB: partMiB(at()) }]) {
        const receipt = await copy(key, options);
        expect(receipt.size).toBe(bytes.length);
        expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'size', result: 'equal' }));
        expect((await read(destination, key)).equals(bytes)).toBe(true);
        const facts = await client.head({ object: { bucket: destination, key } });
        expect(facts).toMatchObject({ headers: { contentType: 'video/mp4' }, metadata: { owner: 'alice' } });
        await client.deleteObject({ bucket: destination, key });
      }
    });

    it(`of ${MANY_PARTS} parts has every byte in its place`, async () => {
      const harness = at();
      const { client, copy, keyOf, put, source, destination } = harness;
      const [seed, key] = [keyOf('many-seed'), keyOf('many')];
      const partSizeMiB = partMiB(harness);
      const partBytes = partSizeMiB * MIB;
      const size = (MANY_PARTS - 1) * partBytes + 7;
      const block = seededBytes(partBytes + MANY_PARTS, 9);
      await put(source, seed, block);
      // The source is made where it is: each of its parts begins one byte later in the block, so that no two are equal.
      const { uploadId } = await client.createUpload({ bucket: source, key, object: PLAIN });
      const upload = { bucket: source, key, uploadId };
      const partOf = (offset: number) => ({ offset, length: offset < MANY_PARTS - 1 ? partBytes : 7 });
      const parts = [];
      for (let index = 0; index < MANY_PARTS; index += 1) {
        const request = { upload, partNumber: index + 1, source: { bucket: source, key: seed }, range: partOf(index) };
        await client.uploadPartCopy(request);
        parts.push(index + 1);
      }
      const listed = (await client.listParts({ upload })).parts;
      expect(listed.map(({ partNumber }) => partNumber)).toEqual(parts);
      await client.completeUpload({ upload, parts: listed, overwrite: true });

      const receipt = await copy(key, { partSizeMiB });
      expect(receipt).toMatchObject({ size, strategy: 'parts', partCount: MANY_PARTS });
      expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'parts', result: 'equal' }));
      const object = { bucket: destination, key };
      for (let index = 0; index < MANY_PARTS; index += 1) {
        const offset = index * partBytes;
        const length = Math.min(16, size - offset);
        const read = Buffer.from(await client.getRange({ object, range: { offset, length } }));
        expect(read.equals(block.subarray(index, index + length)), `part ${index + 1}`).toBe(true);
      }
    });

    it('with a wrong secret fails at once, without a retry', async () => {
      const { strangerRuntime, events, put, source, destination, keyOf } = at();
      await put(source, keyOf('secret'), seededBytes(1));
      const before = events.length;
      const request = {
        source: { store: STORE, bucket: source, key: keyOf('secret') },
        destination: { store: STORE, bucket: destination, key: keyOf('secret') },
      };
      const result = await runCopy({ request, runtime: strangerRuntime, retryIntervalMs: 1 });
      expect(result).toMatchObject({ status: 'FAILED' });
      if (result.status === 'FAILED') expect(['Unauthenticated', 'AccessDenied']).toContain(result.error);
      expect(events.slice(before)).toEqual([]);
    });

    it('of an older version copies what it was', async ({ skip }) => {
      const { client, put, read, copy, keyOf, versioned, destination } = at();
      if (!client.capabilities.versions) return skip('the store declares no versions');
      if (versioned === undefined) return skip('the target names no bucket with versioning');
      const key = keyOf('copied-version');
      await put(versioned, key, seededBytes(10, 1));
      const { versionId } = await client.head({ object: { bucket: versioned, key } });
      await put(versioned, key, seededBytes(10, 2));
      const receipt = await copy(key, {}, { bucket: versioned, key, versionId });
      expect(receipt.source.versionId).toBe(versionId);
      expect((await read(destination, key)).equals(seededBytes(10, 1))).toBe(true);
    });

    it('leaves no upload behind', async () => {
      const { client, keyOf, destination } = at();
      expect((await client.listUploads({ bucket: destination, prefix: keyOf('') })).uploads).toEqual([]);
    });
  });
}
