import { expect, it } from 'vitest';
import { putInParts, startEmulated } from '../../emulated-world.ts';
import type { Fault } from '../../emulators/fault-plan.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;
const BYTES = seededBytes(2 * 5 * MIB + 7);
const LOST: Fault = { kind: 'lost-answer' };

/** A store that forgets completed uploads, and a source whose checksum it computed. */
async function start(operation: string, checksum: 'crc64nvme' | 'crc32c' | 'crc32' | undefined) {
  const emulator = await startS3Emulator({
    buckets: ['raw', 'archive'],
    quirks: { completeTwice: 'no-such-upload', checksums: checksum !== undefined },
    faults: { seed: 1, rules: [{ operation, bucket: 'archive', times: 1, fault: LOST }] },
  });
  const stores = { s3: { quirks: { checksums: checksum !== undefined } } };
  const world = startEmulated('s3', emulator, { stores });
  await putInParts(world.client, { bucket: 'raw', key: 'key' }, BYTES, 5 * MIB, { checksum });
  return world;
}

it.each([
  ['CompleteMultipartUpload', 'crc64nvme', { partSizeMiB: 5 }],
  ['CompleteMultipartUpload', 'crc32c', { partSizeMiB: 5 }],
  ['CompleteMultipartUpload', 'crc32', { partSizeMiB: 5 }],
  ['CopyObject', 'crc64nvme', {}],
] as const)('a lost answer of %s is settled by any checksum of both sides: %s', async (operation, checksum, more) => {
  await using world = await start(operation, checksum);
  const { checks } = await world.copied({ token: false, ...more });
  expect(checks).toContainEqual(expect.objectContaining({ name: checksum, result: 'equal' }));
  expect(world.written()?.equals(BYTES)).toBe(true);
  expect(world.openUploads()).toBe(0);
});

it('a lost answer of CopyObject without any checksum is not sent again', async () => {
  await using world = await start('CopyObject', undefined);
  // In one piece, so that the ETag is no reason to copy in parts.
  world.emulator.model.putObject('raw', 'key', BYTES);
  expect(await world.failed({ token: false })).toMatchObject({ name: 'Unknown' });
  expect(world.emulator.requests.count('CopyObject')).toBe(1);
});
