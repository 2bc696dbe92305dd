import { expect, it } from 'vitest';
import { startEmulated } from '../../emulated-world.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;
const BYTES = seededBytes(2 * 5 * MIB);
const STRATEGIES = [{}, { partSizeMiB: 5 }];

/** A source with metadata that no header can hold, as other ways into S3 allow. */
async function start() {
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'] });
  const userMetadata = { owner: 'alice', poem: 'two\nlines', table: 'a\r\nb' };
  emulator.model.putObject('raw', 'key', BYTES, { userMetadata });
  return startEmulated('s3', emulator);
}

it.each(STRATEGIES)('metadata that S3 does not show is not lost without a word: %j', async (options) => {
  await using world = await start();
  const { name, message } = await world.failed(options);
  expect(name).toBe('Unsupported');
  expect(message).toContain('The source has 2 entries of user metadata that no header can hold');
  expect(message).toContain('say in options.metadata what the destination is to have');
  expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
});

it.each(STRATEGIES)('metadata that S3 does not show may be replaced: %j', async (options) => {
  await using world = await start();
  await world.copied({ metadata: { user: { owner: 'bob' } }, ...options });
  expect(world.emulator.model.getObject('archive', 'copy')?.userMetadata).toMatchObject({ owner: 'bob' });
  expect(world.written()?.equals(BYTES)).toBe(true);
});

it('a destination with such metadata may be overwritten', async () => {
  await using world = await start();
  world.emulator.model.putObject('raw', 'key', BYTES);
  world.emulator.model.putObject('archive', 'copy', Buffer.from('old'), { userMetadata: { poem: 'two\nlines' } });
  await world.copied();
  expect(world.written()?.equals(BYTES)).toBe(true);
});
