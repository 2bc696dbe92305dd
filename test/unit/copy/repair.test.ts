import { describe, expect, it } from 'vitest';
import type { FaultRule } from '#test/emulators/fault-plan.ts';
import { seededBytes, startWorld } from '#test/world.ts';

const MIB = 1024 * 1024;
const options = { partSizeMiB: 1, maxInFlight: 2 };

function short(partNumbers: readonly number[], timesPerPart: number): FaultRule {
  return { operation: 'UploadPartCopy', partNumbers, timesPerPart, fault: { kind: 'wrong-size', bytes: 1 } };
}

describe('parts that the provider holds with another size than it was asked for', () => {
  it.each([
    ['one part', [3]],
    ['a run', [2, 3]],
    ['the first and the last', [1, 6]],
    ['every part', [1, 2, 3, 4, 5, 6]],
  ])('are copied again before Complete: %s', async (_, numbers) => {
    await using world = await startWorld({ faultRules: [short(numbers, 1)] });
    world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB + 7));
    const receipt = await world.copied({ options });
    expect(receipt).toMatchObject({ partCount: 6, adopted: 0 });
    expect(world.oss.requests.count('UploadPartCopy')).toBe(6 + numbers.length);
    expect(world.oss.requests.count('CompleteMultipartUpload')).toBe(1);
    world.expectSameBytes();
    world.expectNoUploads();
  });

  it('fail the copy when two rounds more did not help', async () => {
    await using world = await startWorld({ faultRules: [short([2], 3)] });
    world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB + 7));
    expect((await world.failed({ options })).name).toBe('ChecksumMismatch');
    expect(world.oss.requests.count('UploadPartCopy')).toBe(6 + 2);
    expect(world.oss.requests.count('CompleteMultipartUpload')).toBe(0);
    world.expectNoUploads();
  });

  it('are not a reason to trust a part that somebody replaced', async () => {
    let listed = 0;
    await using world = await startWorld({
      faultRules: [short([2], 1)],
      onRequest: ({ operation }) => {
        listed += operation === 'ListParts' ? 1 : 0;
        const [upload] = world.oss.model.openUploads('archive');
        const part = upload?.parts.get(5);
        // One listing by each of the spans comes before that of Complete.
        if (listed < 2 || operation !== 'ListParts' || upload === undefined || part === undefined) return;
        upload.parts.set(5, { ...part, etag: '0'.repeat(32) });
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB + 7));
    expect((await world.failed({ options })).name).toBe('ChecksumMismatch');
    expect(world.oss.requests.count('CompleteMultipartUpload')).toBe(0);
    world.expectNoUploads();
  });
});

describe('parts that are listed late', () => {
  it('are waited for', async () => {
    let hidden: { readonly number: number; restore: () => void } | undefined;
    let listings = 0;
    await using world = await startWorld({
      onRequest: ({ operation }) => {
        if (operation !== 'ListParts') return;
        listings += 1;
        const [upload] = world.oss.model.openUploads('archive');
        const part = upload?.parts.get(4);
        hidden?.restore();
        // Hidden from the first listing of Complete only.
        if (listings !== 2 || upload === undefined || part === undefined) return;
        upload.parts.delete(4);
        hidden = { number: 4, restore: () => upload.parts.set(4, part) };
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB + 7));
    const receipt = await world.copied({ options });
    expect(hidden?.number).toBe(4);
    expect(receipt.retries).toBe(1);
    expect(world.oss.requests.count('UploadPartCopy')).toBe(6);
    world.expectSameBytes();
  });

  it('count as lost when they never appear', async () => {
    await using world = await startWorld({
      onRequest: ({ operation }) => {
        if (operation === 'ListParts') world.oss.model.openUploads('archive')[0]?.parts.delete(4);
      },
    });
    world.oss.model.putObject('raw', 'key', seededBytes(5 * MIB + 7));
    const { name, message } = await world.failed({ options });
    expect(name).toBe('ChecksumMismatch');
    expect(message).toContain('does not fit the plan of 6 parts');
    world.expectNoUploads();
  });
});
