import { initiate } from '@objectferry/shared/copy/initiate.ts';
import { describe, expect, it } from 'vitest';
import { startEmulated } from '../emulated-world.ts';
import { EMULATED } from '../emulators/catalogue.ts';

const GIB = 1024 ** 3;

describe.each([
  ['OBS-12', 'obs'],
  ['QS-2', 'qingstor'],
  ['S3-2', 's3'],
])('%s the largest copy in one request of %s', (_, name) => {
  it.each([
    ['5 GiB go in one request', 5 * GIB, 'whole'],
    ['a byte more goes in parts', 5 * GIB + 1, 'parts'],
  ])('%s', async (_title, size, strategy) => {
    const provider = EMULATED[name];
    if (provider === undefined) return expect.fail(`${name} is not emulated`);
    const [source, destination] = provider.buckets;
    const emulator = await provider.start({ buckets: provider.buckets });
    await using world = startEmulated(name, emulator);
    emulator.model.putVirtualObject(source, 'key', size, 1, {
      etag: '0123456789abcdef'.repeat(2),
      crc64: undefined,
    });
    const step = await initiate(
      { ...world.runtime, remainingMs: () => 900_000 },
      {
        request: {
          source: `${name}://${source}/key`,
          destination: `${name}://${destination}/copy`,
          // With more than one in flight parts would be faster.
          options: { maxInFlight: 1 },
        },
        startedAt: new Date().toISOString(),
      },
    );
    expect(step).toMatchObject({ strategy, copy: { size } });
    const uploads = emulator.model.openUploads(destination);
    expect(uploads).toHaveLength(strategy === 'parts' ? 1 : 0);
    if (step.strategy !== 'parts') return;
    const { minPartBytes, maxPartBytes, maxParts } = world.client.limits;
    const { partSize = 0, partCount = 0 } = step.copy;
    expect(partSize).toBeGreaterThanOrEqual(minPartBytes);
    expect(partSize).toBeLessThanOrEqual(maxPartBytes);
    expect(partCount).toBe(Math.ceil(size / partSize));
    expect(partCount).toBeLessThanOrEqual(maxParts);
  });
});
