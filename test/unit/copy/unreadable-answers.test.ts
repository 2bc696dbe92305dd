import { expect, it } from 'vitest';
import { startEmulated } from '../../emulated-world.ts';
import type { Fault } from '../../emulators/fault-plan.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;
const BYTES = seededBytes(2 * 5 * MIB + 7);
const UNREADABLE: Fault = { kind: 'malformed-xml' };

async function start(...operations: readonly string[]) {
  const rules = operations.map((operation) => ({ operation, fault: UNREADABLE }));
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'], faults: { seed: 1, rules } });
  emulator.model.putObject('raw', 'key', BYTES);
  return startEmulated('s3', emulator);
}

it('a new upload whose id cannot be read is aborted before another one is begun', async () => {
  await using world = await start('CreateMultipartUpload');
  expect(await world.failed({ partSizeMiB: 5 })).toMatchObject({ name: 'IncompleteAnswer' });
  expect(world.openUploads()).toBe(0);
});

it('where the list of uploads cannot be read either, no second one is begun', async () => {
  await using world = await start('CreateMultipartUpload', 'ListMultipartUploads');
  const { name, message } = await world.failed({ partSizeMiB: 5 });
  expect(name).toBe('Unknown');
  expect(message).toContain('neither its id nor the list of uploads can be read');
  expect(message).toMatch(/an upload may be open since \S+Z until \S+Z/);
  expect(world.emulator.requests.count('CreateMultipartUpload')).toBe(1);
});

it('an upload whose id was lost is looked for again at the end when the first look was refused', async () => {
  const refused: Fault = { kind: 'status', status: 403, code: 'AccessDenied' };
  const emulator = await startS3Emulator({
    buckets: ['raw', 'archive'],
    faults: {
      seed: 1,
      rules: [
        { operation: 'CreateMultipartUpload', times: 1, fault: { kind: 'lost-answer' } },
        { operation: 'ListMultipartUploads', times: 1, fault: refused },
      ],
    },
  });
  emulator.model.putObject('raw', 'key', BYTES);
  await using world = await startEmulated('s3', emulator);
  await world.copied({ partSizeMiB: 5 });
  expect(emulator.requests.count('CreateMultipartUpload')).toBe(2);
  expect(world.openUploads()).toBe(0);
});

it('an Abort that is refused for a while leaves nothing behind all the same', async () => {
  const refused: Fault = { kind: 'status', status: 403, code: 'AccessDenied' };
  const emulator = await startS3Emulator({
    buckets: ['raw', 'archive'],
    faults: {
      seed: 1,
      rules: [
        { operation: 'UploadPartCopy', fault: refused },
        { operation: 'AbortMultipartUpload', times: 3, fault: refused },
      ],
    },
  });
  emulator.model.putObject('raw', 'key', BYTES);
  await using world = await startEmulated('s3', emulator);
  expect(await world.failed({ partSizeMiB: 5 })).toMatchObject({ name: 'AccessDenied' });
  expect(world.openUploads()).toBe(0);
});
