import { expect, it } from 'vitest';
import { putInParts, startEmulated } from '../../emulated-world.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;
const BYTES = seededBytes(2 * 5 * MIB + 7);

/** A store whose part copies decode the source's key twice. */
async function start(key: string, quirks: object = { exactPartSource: false }) {
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'], quirks: { checksums: false } });
  const world = startEmulated('s3', emulator, { stores: { s3: { quirks: { checksums: false, ...quirks } } } });
  await putInParts(world.client, { bucket: 'raw', key }, BYTES, 5 * MIB);
  const encoded = key.split('/').map(encodeURIComponent).join('/');
  const copy = (options: object) =>
    world.copy(options, { source: `s3://raw/${encoded}`, destination: 's3://archive/copy' });
  const partCopies = () => emulator.requests.count('UploadPartCopy');
  return { ...world, copy, partCopies, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

it.each(['half%2Fb', '100%/half%20.txt', 'what?versionId=x'])(
  'the key %j is copied by one request where parts cannot',
  async (key) => {
    await using world = await start(key);
    // The ETag alone would prove this copy in parts.
    expect(await world.copy({})).toMatchObject({ status: 'SUCCEEDED', output: { strategy: 'whole' } });
    expect(world.written()?.equals(BYTES)).toBe(true);
    expect(world.partCopies()).toBe(0);
  },
);

it('such a key is refused before anything begins when only parts will do', async () => {
  await using world = await start('half%2Fb');
  const result = await world.copy({ partSizeMiB: 5 });
  expect(result).toMatchObject({ status: 'FAILED', error: 'Unsupported' });
  expect(result).toMatchObject({ cause: expect.stringContaining('leave options.partSizeMiB out') });
  expect([world.partCopies(), world.openUploads()]).toEqual([0, 0]);
  expect(world.emulator.requests.count('CreateMultipartUpload')).toBe(1);
});

it('every other key, and every other store, is copied in parts', async () => {
  await using plain = await start('plain?key');
  expect(await plain.copy({ partSizeMiB: 5 })).toMatchObject({ status: 'SUCCEEDED', output: { strategy: 'parts' } });
  await using usual = await start('half%2Fb', {});
  expect(await usual.copy({ partSizeMiB: 5 })).toMatchObject({ status: 'SUCCEEDED', output: { strategy: 'parts' } });
});
