import { describe, expect, it } from 'vitest';
import { putInParts, startEmulated } from '../emulated-world.ts';
import { startS3Emulator } from '../emulators/s3/emulator.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;
const PART = 6 * MIB + 3;
const BYTES = seededBytes(2 * PART + 1);

/** A store without checksums, where nothing but the ETag can prove a copy, or Amazon. */
async function start({ checksums }: { readonly checksums: boolean }) {
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'], quirks: { checksums } });
  const world = startEmulated('s3', emulator, { stores: { s3: { quirks: { checksums } } } });
  await putInParts(world.client, { bucket: 'raw', key: 'key' }, BYTES, PART);
  const etagOf = (bucket: string, key: string) => emulator.model.getObject(bucket, key)?.etag;
  return { ...world, etagOf, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

describe('the parts of a source that was made in parts', () => {
  it('S3-4 are kept where the ETag is the only proof, so that the ETag is equal', async () => {
    await using world = await start({ checksums: false });
    const receipt = await world.copied();
    expect(receipt).toMatchObject({ strategy: 'parts', partSize: PART, partCount: 3 });
    const etag = world.etagOf('raw', 'key');
    expect(etag).toMatch(/^[0-9a-f]{32}-3$/);
    expect(world.etagOf('archive', 'copy')).toBe(etag);
    expect(receipt.checks).toContainEqual({ name: 'etag', result: 'equal', source: etag, destination: etag });
    expect(world.written()?.equals(BYTES)).toBe(true);
  });

  it('S3-4 are not kept when another part size is asked for: the ETag then proves nothing', async () => {
    await using world = await start({ checksums: false });
    const receipt = await world.copied({ partSizeMiB: 5 });
    expect(receipt).toMatchObject({ strategy: 'parts', partSize: 5 * MIB, partCount: 3 });
    expect(world.etagOf('archive', 'copy')).not.toBe(world.etagOf('raw', 'key'));
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'etag', result: 'unavailable' }));
    expect(world.written()?.equals(BYTES)).toBe(true);
  });

  it('S3-4 need not be kept where a checksum proves the copy: one request does it', async () => {
    await using world = await start({ checksums: true });
    const receipt = await world.copied();
    expect(receipt.strategy).toBe('whole');
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'crc64nvme', result: 'equal' }));
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'etag', result: 'unavailable' }));
  });

  it.each([{ encryption: { kind: 'kms' } }, { encryption: { kind: 'customer', keySecret: 'key' } }])(
    'are not worth more than one request under a key, whose ETag says nothing: %j',
    async (options) => {
      await using world = await start({ checksums: false });
      world.env['KEY'] = seededBytes(32, 5).toString('base64');
      const receipt = await world.copied(options);
      expect(receipt.strategy).toBe('whole');
      const asked = world.emulator.requests.recent.filter(({ target }) => target.includes('partNumber='));
      expect(asked.filter(({ operation }) => operation === 'HeadObject')).toEqual([]);
    },
  );
});
