import { describe, expect, it } from 'vitest';
import { startEmulated } from '../emulated-world.ts';
import type { Fault } from '../emulators/fault-plan.ts';
import { startS3Emulator } from '../emulators/s3/emulator.ts';
import { seededBytes } from '../world.ts';
import { startObsWorld, WAYS } from './obs-world.ts';

const SIZE = 6 * 1024 * 1024;
const PARTS = 2;

const startS3World = async () => {
  const emulator = await startS3Emulator({ buckets: ['raw', 'archive'] });
  return startEmulated('s3', emulator, { defaults: { partSizeMiB: 5, maxInFlight: 1 } });
};

/** Who answers 200 before the work is done. */
const STORES = [
  ...WAYS.map((way) => ({
    title: `OBS, dialect ${way.dialect}, signature ${way.signature}`,
    rows: { part: 'OBS-1 OBS-4', document: 'OBS-2' },
    start: () => startObsWorld(way),
  })),
  { title: 'S3', rows: { part: 'S3', document: 'S3-3' }, start: startS3World },
];

const error = (code: string): Fault => ({ kind: 'error-in-200', code });

describe.each(STORES)('a 200 that is no success, from $title', ({ rows, start }) => {
  it.each<readonly [row: string, what: string, fault: Fault]>([
    [rows.part, 'no ETag', { kind: 'missing-etag' }],
    [rows.part, 'an empty ETag', { kind: 'empty-etag' }],
    [rows.document, 'an error that passes', error('InternalError')],
    [rows.document, 'an empty body', { kind: 'empty-body' }],
    [rows.document, 'a body that is cut off', { kind: 'cut-body' }],
  ])('%s a copied part with %s failed, and is copied again; the source stays as it is', async (_, __, fault) => {
    await using world = await start();
    const before = world.emulator.model.putObject('raw', 'key', seededBytes(SIZE));
    world.emulator.faults.setPlan({ seed: 1, rules: [{ operation: 'UploadPartCopy', times: 1, fault }] });
    expect(await world.copied()).toMatchObject({ partCount: PARTS, retries: 1 });
    expect(world.emulator.requests.count('UploadPartCopy')).toBe(PARTS + 1);
    const stored = world.emulator.model.getObject('archive', 'copy')?.content.toBuffer();
    expect(stored?.equals(seededBytes(SIZE))).toBe(true);
    expect(world.emulator.model.getObject('raw', 'key')).toBe(before);
  });

  it.each([
    ['UploadPartCopy', {}],
    ['CompleteMultipartUpload', {}],
    ['CopyObject', { partSizeMiB: undefined }],
  ])(
    `${rows.document} %s: the code in the body decides, so that a refusal ends the copy`,
    async (operation, options) => {
      await using world = await start();
      world.emulator.model.putObject('raw', 'key', seededBytes(SIZE));
      const fault = error('AccessDenied');
      world.emulator.faults.setPlan({ seed: 1, rules: [{ operation, fault }] });
      const { name, message } = await world.failed(options);
      expect(name).toBe('AccessDenied');
      expect(message).toContain('status 200, AccessDenied');
      expect(world.emulator.requests.count(operation)).toBe(1);
      world.expectNothingLeft();
    },
  );

  it.each([
    ['CompleteMultipartUpload', {}],
    ['CopyObject', { partSizeMiB: undefined }],
  ])(`${rows.document} %s: an error that passes is repeated, and the copy is right`, async (operation, options) => {
    await using world = await start();
    world.emulator.model.putObject('raw', 'key', seededBytes(SIZE));
    world.emulator.faults.setPlan({ seed: 1, rules: [{ operation, times: 1, fault: error('InternalError') }] });
    await world.copied(options);
    expect(world.emulator.requests.count(operation)).toBe(2);
    const stored = world.emulator.model.getObject('archive', 'copy')?.content.toBuffer();
    expect(stored?.equals(seededBytes(SIZE))).toBe(true);
  });
});
