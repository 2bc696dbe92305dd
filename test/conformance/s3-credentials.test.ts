import { describe, expect, it } from 'vitest';
import { startEmulated } from '../emulated-world.ts';
import { demoS3Account, startS3Emulator } from '../emulators/s3/emulator.ts';
import { seededBytes } from '../world.ts';

const SIZE = 6 * 1024 * 1024;

describe.each(['path', 'virtual'])('temporary credentials of S3, %s style', (addressing) => {
  it('S3-1 copy with their token, and not without it or with another one', async () => {
    const account = { ...demoS3Account, sessionToken: 'the-token' };
    const emulator = await startS3Emulator({ buckets: ['raw', 'archive'], accounts: [account] });
    const endpoint = addressing === 'path' ? emulator.endpoint : emulator.virtualHostEndpoint;
    const stores = { s3: { endpoint, addressing } };
    await using world = startEmulated('s3', emulator, { stores, defaults: { partSizeMiB: 5, maxInFlight: 1 } });
    emulator.model.putObject('raw', 'key', seededBytes(SIZE));
    expect(await world.copied()).toMatchObject({ size: SIZE, strategy: 'parts' });
    const object = { bucket: 'raw', key: 'key' };
    for (const wrong of [demoS3Account, { ...account, sessionToken: 'another-token' }]) {
      await expect(world.clientOf(wrong).getTagging(object)).rejects.toMatchObject({ name: 'Unauthenticated' });
    }
  });
});
