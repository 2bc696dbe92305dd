import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { initiate } from '../../../shared/copy/initiate.ts';
import { startEmulated } from '../../emulated-world.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const KEY = seededBytes(32, 21);

/** A virtual source in three parts, on a store without checksums. */
async function start(partBytes: number, encryption: Readonly<Record<string, string>> = {}) {
  const checksums = false;
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'], quirks: { checksums } });
  emulator.model.putVirtualObject('raw', 'key', 3 * partBytes, 1, {
    etag: `${'0123456789abcdef'.repeat(2)}-3`,
    crc64: undefined,
    type: 'Multipart',
    partSizes: [partBytes, partBytes, partBytes],
    encryption,
  });
  const stores = { s3: { quirks: { checksums } } };
  const world = startEmulated('s3', emulator, { stores, env: { KEY: KEY.toString('base64') } });
  const begin = (options: object) =>
    initiate(
      { ...world.runtime, remainingMs: () => 900_000 },
      {
        request: { source: 's3://raw/key', destination: 's3://archive/copy', options },
        startedAt: new Date().toISOString(),
      },
    );
  const looksAtParts = () =>
    emulator.requests.recent.filter(
      ({ operation, target }) => operation === 'HeadObject' && target.includes('partNumber=1'),
    );
  return { ...world, begin, looksAtParts, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

describe('the part boundaries of a source', () => {
  it('are asked for once when they are the reason to copy in parts', async () => {
    await using world = await start(700 * MIB);
    expect(await world.begin({})).toMatchObject({
      strategy: 'parts',
      copy: { partSize: 700 * MIB, partCount: 3 },
    });
    expect(world.looksAtParts()).toHaveLength(1);
  });

  it('are asked for once when the source is too large for one request', async () => {
    await using world = await start(2 * GIB);
    expect(await world.begin({})).toMatchObject({ strategy: 'parts', copy: { partSize: 2 * GIB, partCount: 3 } });
    expect(world.looksAtParts()).toHaveLength(1);
  });

  it('are not asked for when a part size is given', async () => {
    await using world = await start(2 * GIB);
    expect(await world.begin({ partSizeMiB: 1024 })).toMatchObject({ copy: { partSize: GIB, partCount: 6 } });
    expect(world.looksAtParts()).toHaveLength(0);
  });

  it('are shown with the customer key of the source only', async () => {
    await using world = await start(2 * GIB, {
      'x-amz-server-side-encryption-customer-algorithm': 'AES256',
      'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(KEY).digest('base64'),
    });
    expect(await world.begin({ sourceEncryption: { kind: 'customer', keySecret: 'key' } })).toMatchObject({
      copy: { partSize: 2 * GIB, partCount: 3 },
    });
    const [look] = world.looksAtParts();
    expect(look?.status).toBe(206);
    expect(look?.headers.get('x-amz-server-side-encryption-customer-key')).toBe(KEY.toString('base64'));
  });

  it.each([
    ['aws:kms', { 'x-amz-server-side-encryption': 'aws:kms' }, {}],
    ['a destination key', {}, { encryption: { kind: 'kms' } }],
  ])('are no reason to copy in parts under %s: the ETag cannot be equal', async (_, encryption, options) => {
    await using world = await start(700 * MIB, encryption);
    // With one request in flight nothing else speaks for parts.
    expect(await world.begin({ ...options, maxInFlight: 1 })).toMatchObject({ strategy: 'whole' });
    expect(world.looksAtParts()).toHaveLength(0);
  });
});
