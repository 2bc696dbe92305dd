import { describe, expect, it } from 'vitest';
import { putInParts, startEmulated } from '../../emulated-world.ts';
import { EMULATED } from '../../emulators/catalogue.ts';
import { Content } from '../../emulators/content.ts';
import type { Target } from '../../emulators/faults.ts';
import { startObsEmulator } from '../../emulators/obs/emulator.ts';
import { startOssEmulator } from '../../emulators/oss/emulator.ts';
import { startQingstorEmulator } from '../../emulators/qingstor/emulator.ts';
import { fullObjectChecksum } from '../../emulators/s3/checksums.ts';
import { startS3Emulator } from '../../emulators/s3/emulator.ts';
import { seededBytes } from '../../world.ts';

const MIB = 1024 * 1024;
const BYTES = seededBytes(10 * MIB + 7, 31);
const FLIPPED = Buffer.from(BYTES);
FLIPPED[6 * MIB] = (FLIPPED[6 * MIB] ?? 0) ^ 1;
const RIGHT = Content.ofBytes(BYTES);
const WRONG = Content.ofBytes(FLIPPED);
/** What a provider reads of the source is not what it says of it. */
const COPYING = ['CopyObject', 'UploadPartCopy'];

const STARTS = {
  oss: (onRequest: (target: Target) => void) => startOssEmulator({ buckets: ['raw', 'archive'], onRequest }),
  obs: (onRequest: (target: Target) => void) =>
    startObsEmulator({ buckets: ['raw', 'archive'], quirks: { crc64: 'told' }, onRequest }),
  obsWithoutCrc: (onRequest: (target: Target) => void) => startObsEmulator({ buckets: ['raw', 'archive'], onRequest }),
  qingstor: (onRequest: (target: Target) => void) =>
    startQingstorEmulator({ buckets: ['originals', 'archive'], onRequest }),
  s3: (onRequest: (target: Target) => void) => startS3Emulator({ buckets: ['raw', 'archive'], onRequest }),
};

/** A store that copies one bit wrong, whatever it says of the source, and the algorithm of the source's checksum on S3. */
async function start(kind: keyof typeof STARTS, algorithm: 'CRC64NVME' | 'CRC32C' | 'CRC32' = 'CRC64NVME') {
  const name = kind === 'obsWithoutCrc' ? 'obs' : kind;
  const { buckets, partSizeMiB } = EMULATED[name] ?? expect.fail(`${name} is not emulated`);
  const [raw] = buckets;
  const emulator = await STARTS[kind](({ operation }) => {
    const content = COPYING.includes(operation) ? WRONG : RIGHT;
    // The checksum and the ETag stay those of the right bytes.
    const { versionId } = emulator.model.getObject(raw, 'key') ?? {};
    if (versionId !== undefined) emulator.model.amend(raw, 'key', versionId, { content });
  });
  const checksums = kind === 's3' ? { checksums: fullObjectChecksum(RIGHT, algorithm) } : {};
  emulator.model.putObject(raw, 'key', BYTES, checksums);
  return { ...startEmulated(name, emulator), parts: { partSizeMiB } };
}

describe('a destination of the right size with one flipped bit', () => {
  it.each([
    ['OSS-20', 'oss', 'CRC64NVME'],
    ['S3-4 CRC-64/NVME:', 's3', 'CRC64NVME'],
    ['S3-4 CRC-32C:', 's3', 'CRC32C'],
    ['S3-4 CRC-32:', 's3', 'CRC32'],
  ] as const)('%s never stands at the destination of %s when it is copied in parts', async (_, kind, algorithm) => {
    await using world = await start(kind, algorithm);
    expect(await world.failed(world.parts)).toMatchObject({ name: 'ChecksumMismatch' });
    // The store has been told, or has told of its parts, what they have to make: nothing was put together.
    world.expectNothingLeft();
  });

  it.each([
    ['OSS-20', 'oss'],
    ['S3-4', 's3'],
    ['OBS, where HEAD tells a CRC-64:', 'obs'],
  ] as const)('%s fails the copy of %s by one request', async (_, kind) => {
    await using world = await start(kind);
    const failure = await world.failed();
    expect(failure.name).toBe('ChecksumMismatch');
    expect(failure.message).toContain('is not a copy of the source');
  });

  it('OBS, where HEAD tells a CRC-64: fails the copy in parts', async () => {
    await using world = await start('obs');
    expect(await world.failed(world.parts)).toMatchObject({ name: 'ChecksumMismatch' });
  });

  it.each([
    ['QS-4', 'qingstor'],
    ['OBS-1', 'obsWithoutCrc'],
  ] as const)('%s is claimed to be proven by nothing where %s has no checksum', async (_, kind) => {
    await using world = await start(kind);
    for (const options of [{}, world.parts]) {
      const { checks } = await world.copied(options);
      const results = Object.fromEntries(checks.map(({ name, result }) => [name, result]));
      expect(results).toMatchObject({ size: 'equal', etag: 'unavailable' });
      expect(results).not.toHaveProperty('crc64ecma', 'equal');
    }
  });
});

describe('a required checksum that nobody has', () => {
  const required = { requireChecksum: true };

  it.each([
    ['QS-4', 'qingstor'],
    ['OBS-1', 'obsWithoutCrc'],
  ] as const)('%s refuses a copy in parts of %s before an upload is open', async (_, kind) => {
    await using world = await start(kind);
    const failure = await world.failed({ ...world.parts, ...required });
    expect(failure.name).toBe('Unsupported');
    expect(failure.message).toContain('options.requireChecksum');
    expect(world.emulator.requests.count(world.provider.initiate)).toBe(0);
    world.expectNothingLeft();
  });

  it('refuses one request before it is sent, where the ETag of the source depends on its parts', async () => {
    await using world = await start('obsWithoutCrc');
    await putInParts(world.client, { bucket: 'raw', key: 'key' }, BYTES, 5 * MIB);
    const failure = await world.failed(required);
    expect(failure.name).toBe('Unsupported');
    expect(world.emulator.requests.count('CopyObject')).toBe(0);
    world.expectNothingLeft();
  });

  it('is met by an equal ETag, where one request keeps it', async () => {
    const provider = EMULATED['obs'] ?? expect.fail('obs is not emulated');
    const emulator = await provider.start({ buckets: provider.buckets });
    emulator.model.putObject('raw', 'key', BYTES);
    await using world = startEmulated('obs', emulator);
    const { checks } = await world.copied(required);
    expect(checks).toContainEqual(expect.objectContaining({ name: 'etag', result: 'equal' }));
  });
});
