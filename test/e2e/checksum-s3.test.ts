import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { startEmulated } from '../emulated-world.ts';
import type { FaultRule } from '../emulators/fault-plan.ts';
import { startS3Emulator } from '../emulators/s3/emulator.ts';
import { seededBytes } from '../world.ts';

const MIB = 1024 * 1024;
const BYTES = seededBytes(2 * 5 * MIB + 7);
const inParts = { partSizeMiB: 5 };
const STRATEGIES: readonly (readonly [string, object])[] = [
  ['whole', {}],
  ['parts', inParts],
];

interface StartOptions {
  readonly rules?: readonly FaultRule[];
  readonly checksums?: boolean;
  readonly stores?: Readonly<Record<string, object>>;
  /** The checksum headers that the source has; its true ones if not given. */
  readonly planted?: Readonly<Record<string, string>>;
}

async function start({ rules = [], checksums = true, stores = { s3: {} }, planted }: StartOptions = {}) {
  const emulator = await startS3Emulator({
    buckets: ['raw', 'archive'],
    faults: { seed: 1, rules },
    quirks: { checksums },
  });
  emulator.model.putObject('raw', 'key', BYTES, planted === undefined ? {} : { checksums: planted });
  return startEmulated('s3', emulator, { stores });
}

describe('a checksum over the whole object', () => {
  it('S3-4 is asked for when the upload begins, and compared', async () => {
    await using world = await start();
    const receipt = await world.copied(inParts);
    const begun = world.emulator.requests.recent.find(({ operation }) => operation === 'CreateMultipartUpload');
    expect(begun?.headers.get('x-amz-checksum-algorithm')).toBe('CRC64NVME');
    expect(begun?.headers.get('x-amz-checksum-type')).toBe('FULL_OBJECT');
    const check = receipt.checks.find(({ name }) => name === 'crc64nvme');
    expect(check).toMatchObject({ result: 'equal', source: expect.stringMatching(/^[A-Za-z0-9+/]{11}=$/) });
    expect(check?.destination).toBe(check?.source);
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'etag', result: 'unavailable' }));
    expect(world.written()?.equals(BYTES)).toBe(true);
  });

  it.each(STRATEGIES)('S3-4 satisfies options.requireChecksum (%s)', async (strategy, more) => {
    await using world = await start();
    const receipt = await world.copied({ requireChecksum: true, ...more });
    expect(receipt.strategy).toBe(strategy);
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name: 'crc64nvme', result: 'equal' }));
  });

  it.each([
    ['CRC32', 'crc32'],
    ['CRC32C', 'crc32c'],
  ] as const)('S3-4 of kind %s is kept and compared as well', async (algorithm, name) => {
    await using world = await start();
    const [credentials] = world.emulator.accounts;
    if (credentials === undefined) return expect.fail('no account');
    const sdk = new S3Client({
      endpoint: world.emulator.endpoint,
      region: world.emulator.region,
      forcePathStyle: true,
      credentials,
    });
    await sdk.send(new PutObjectCommand({ Bucket: 'raw', Key: 'key', Body: BYTES, ChecksumAlgorithm: algorithm }));
    sdk.destroy();
    const receipt = await world.copied(inParts);
    const begun = world.emulator.requests.recent.find(({ operation }) => operation === 'CreateMultipartUpload');
    expect(begun?.headers.get('x-amz-checksum-algorithm')).toBe(algorithm);
    expect(receipt.checks).toContainEqual(expect.objectContaining({ name, result: 'equal' }));
  });

  it.each([
    ['whole', {}, 'The destination archive/copy is not a copy of the source: crc64nvme is', true],
    ['parts', inParts, 'do not have the checksum of the source, so S3 did not put them together', false],
  ])('S3-4 that differs fails the copy, and leaves no upload (%s)', async (_, more, told, isWritten) => {
    const planted = { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=', 'x-amz-checksum-type': 'FULL_OBJECT' };
    await using world = await start({ planted });
    const { name, message } = await world.failed(more);
    expect(name).toBe('ChecksumMismatch');
    expect(message).toContain(told);
    expect([world.written() !== undefined, world.openUploads()]).toEqual([isWritten, 0]);
  });

  it('S3-4 a part that lacks bytes is found before the object appears', async () => {
    const rules = [{ operation: 'UploadPartCopy', partNumbers: [2], fault: { kind: 'wrong-size', bytes: 1 } }] as const;
    await using world = await start({ rules });
    const { name } = await world.failed(inParts);
    expect(name).toBe('ChecksumMismatch');
    expect([world.written(), world.openUploads()]).toEqual([undefined, 0]);
  });
});

describe('a store without checksums', () => {
  const bare = { quirks: { checksums: false } };

  it('S3-4 copies without one: nothing of it stands in the receipt', async () => {
    await using world = await start({ checksums: false, stores: { s3: bare } });
    const { checks } = await world.copied(inParts);
    expect(checks.map(({ name }) => name)).toEqual(['size', 'parts', 'sourceUnchanged', 'etag']);
    expect(checks).toContainEqual(expect.objectContaining({ name: 'etag', result: 'unavailable' }));
    expect(world.emulator.requests.recent.some(({ headers }) => headers.has('x-amz-checksum-mode'))).toBe(false);
  });

  it('S3-4 refuses options.requireChecksum before anything is copied', async () => {
    await using world = await start({ checksums: false, stores: { s3: bare } });
    const { name, message } = await world.failed({ requireChecksum: true, ...inParts });
    expect(name).toBe('Unsupported');
    expect(message).toContain('options.requireChecksum is true, but');
    expect(world.emulator.requests.count('CreateMultipartUpload')).toBe(0);
  });

  const places = { source: 's3://raw/key', destination: 'plain://archive/copy' };
  const stores = { s3: {}, plain: bare };

  it('S3-4 as destination leaves the check of a source with a checksum unavailable', async () => {
    await using world = await start({ stores });
    const result = await world.copy(inParts, places);
    expect(result).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        checks: expect.arrayContaining([
          { name: 'crc64nvme', result: 'unavailable', source: expect.stringMatching(/^[A-Za-z0-9+/]{11}=$/) },
        ]),
      },
    });
    expect(world.written()?.equals(BYTES)).toBe(true);
  });

  it('S3-4 as destination fails options.requireChecksum where the ETag proves nothing either', async () => {
    await using world = await start({ stores });
    const options = { requireChecksum: true, encryption: { kind: 'kms' } };
    const result = await world.copy(options, places);
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'Unsupported',
      cause: expect.stringContaining('options.requireChecksum is true, but the source has no checksum'),
    });
    expect(world.written()).toBeUndefined();
  });

  it('S3-4 as destination refuses options.requireChecksum before anything is copied in parts', async () => {
    await using world = await start({ stores });
    const result = await world.copy({ requireChecksum: true, ...inParts }, places);
    expect(result).toMatchObject({ status: 'FAILED', error: 'Unsupported' });
    expect(world.emulator.requests.count('CreateMultipartUpload')).toBe(0);
  });
});
