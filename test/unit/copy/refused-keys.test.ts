import { expect, it } from 'vitest';
import { startEmulated } from '../../emulated-world.ts';
import { startObsEmulator } from '../../emulators/obs/emulator.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;

it('keys that become wrong while parts are copied are sent no more often than requests are in flight', async () => {
  const inFlight = 6;
  let parts = 0;
  const emulator = await startObsEmulator({
    buckets: ['raw', 'archive'],
    onRequest: ({ operation }) => {
      parts += operation === 'UploadPartCopy' ? 1 : 0;
      if (parts === 20) world.env['OBS_SECRET_ACCESS_KEY'] = 'rotated-away';
    },
  });
  emulator.model.putVirtualObject('raw', 'key', 200 * 5 * MIB, 1);
  await using world = startEmulated('obs', emulator);
  expect(await world.failed({ partSizeMiB: 5, maxInFlight: inFlight })).toMatchObject({ name: 'Unauthenticated' });
  const refused = emulator.requests.recent.filter(
    ({ operation, status }) => operation === 'UploadPartCopy' && status === 403,
  );
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThanOrEqual(inFlight);
});

it('a wrong secret is not taken for a missing permission, although S3 refuses a HEAD without a word', async () => {
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'] });
  emulator.model.putObject('raw', 'key', seededBytes(7));
  await using world = startEmulated('s3', emulator);
  world.env['S3_SECRET_ACCESS_KEY'] = 'wrong';
  const { name, message } = await world.failed();
  expect(name).toBe('Unauthenticated');
  expect(message).toContain('SignatureDoesNotMatch');
});
