import { expect, it } from 'vitest';
import { startEmulated } from '../../emulated-world.ts';
import { startQingstorEmulator } from '../../emulators/qingstor/emulator.ts';
import { seededBytes, startWorld } from '../../world.ts';

const MIB = 1024 * 1024;

it('an upload whose id was lost is aborted although the first tries of that fail, too', async () => {
  await using world = await startWorld({
    faultRules: [
      { operation: 'InitiateMultipartUpload', times: 1, fault: { kind: 'cut-body' } },
      { operation: 'AbortMultipartUpload', times: 2, fault: { kind: 'reset' } },
    ],
  });
  world.oss.model.putObject('raw', 'key', seededBytes(2 * MIB));
  await world.copied({ options: { partSizeMiB: 1 } });
  expect(world.oss.requests.count('InitiateMultipartUpload')).toBe(2);
  world.expectNoUploads();
});

it('a receipt names the ETag of the object where the answer to the write had an empty one', async () => {
  const emulator = await startQingstorEmulator({
    buckets: ['originals', 'archive'],
    faults: { seed: 1, rules: [{ operation: 'CopyObject', fault: { kind: 'empty-etag' } }] },
  });
  emulator.model.putObject('originals', 'key', seededBytes(1000));
  await using world = startEmulated('qingstor', emulator);
  const { destination } = await world.copied();
  expect(destination.etag).toBe(`"${emulator.model.getObject('archive', 'copy')?.etag}"`);
});
