import { MAX_SPANS, partRange, plan, spansOf } from '@objectferry/shared/copy/plan.ts';
import { CopyError } from '@objectferry/shared/errors.ts';
import { PROVIDERS } from '@objectferry/shared/provider/registry.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const MIB = 1024 * 1024;
const SEED = 20_261_121;
/** 48.8 TB, the largest object of OSS and OBS. */
const LARGEST = 48.8e12;

/** Sizes of every magnitude, and those around every boundary that a plan knows. */
function sizes(max: number): fc.Arbitrary<number> {
  const magnitudes = fc
    .tuple(fc.double({ min: 0, max: Math.log2(max), noNaN: true }), fc.integer({ min: -1, max: 1 }))
    .map(([power, off]) => Math.min(max, Math.max(1, Math.round(2 ** power) + off)));
  const boundaries = fc
    .tuple(fc.integer({ min: 1, max: Math.floor(max / MIB) }), fc.integer({ min: -1, max: 1 }))
    .map(([parts, off]) => Math.min(max, Math.max(1, parts * MIB + off)));
  return fc.oneof(magnitudes, boundaries, fc.constantFrom(1, 2, MIB - 1, MIB, MIB + 1, max - 1, max));
}

describe.each(Object.values(PROVIDERS))('plan for $name', ({ limits }) => {
  const max = Math.min(LARGEST, limits.maxObjectBytes);
  const inFlight = fc.integer({ min: 1, max: 8000 });

  it('OSS-24 OSS-14 cuts every size into MiB-aligned parts inside the limits, never above 10,000', () => {
    fc.assert(
      fc.property(sizes(max), inFlight, (size, maxInFlight) => {
        const { partSize, partCount } = plan({ size, limits, maxInFlight });
        expect(partSize % MIB).toBe(0);
        expect(partSize).toBeGreaterThanOrEqual(limits.minPartBytes);
        expect(partSize).toBeLessThanOrEqual(limits.maxPartBytes);
        expect(partCount).toBeGreaterThanOrEqual(1);
        expect(partCount).toBeLessThanOrEqual(Math.min(10_000, limits.maxParts));
        expect((partCount - 1) * partSize).toBeLessThan(size);
        expect(partCount * partSize).toBeGreaterThanOrEqual(size);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('tiles the object exactly once with parts, and the parts exactly once with at most 40 spans', () => {
    fc.assert(
      fc.property(sizes(max), inFlight, (size, maxInFlight) => {
        const planned = plan({ size, limits, maxInFlight });
        const numbers = spansOf(planned).flatMap(({ first, count }) =>
          Array.from({ length: count }, (_, i) => first + i),
        );
        expect(numbers).toEqual(Array.from({ length: planned.partCount }, (_, index) => index + 1));
        expect(planned.spanCount).toBeLessThanOrEqual(MAX_SPANS);
        expect(planned.spanCount * planned.inFlight).toBeLessThanOrEqual(Math.max(maxInFlight, planned.spanCount));
        let next = 0;
        for (const partNumber of numbers) {
          const { offset, length } = partRange({ size, partSize: planned.partSize }, partNumber);
          if (offset !== next || length < 1) expect.fail(`part ${partNumber} begins at ${offset}, expected ${next}`);
          next += length;
        }
        expect(next).toBe(size);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('keeps a part size that was asked for, or refuses it with the nearest one that works', () => {
    fc.assert(
      fc.property(sizes(max), fc.integer({ min: 1, max: 5120 }), (size, partSizeMiB) => {
        try {
          const { partSize, partCount } = plan({ size, limits, partSizeMiB, maxInFlight: 100 });
          expect(partSize).toBe(partSizeMiB * MIB);
          expect(partCount).toBeLessThanOrEqual(limits.maxParts);
        } catch (error) {
          if (!(error instanceof CopyError)) throw error;
          expect(error.name).toBe('InvalidRequest');
          const [, advised] = /give (\d+) or/.exec(error.message) ?? [];
          const planned = plan({ size, limits, partSizeMiB: Number(advised), maxInFlight: 100 });
          expect(planned.partCount).toBeLessThanOrEqual(limits.maxParts);
        }
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('refuses an object above the largest one', () => {
    const tooLarge = { size: limits.maxObjectBytes + 1, limits, maxInFlight: 100 };
    expect(() => plan(tooLarge)).toThrow(expect.objectContaining({ name: 'TooLarge' }));
  });
});

describe('spans', () => {
  const limits = PROVIDERS['oss']?.limits;

  it('are as few as finish in the target time: one for a small copy, 40 for the largest', () => {
    if (limits === undefined) expect.fail('the registry has no oss');
    expect(plan({ size: 2e9, limits, maxInFlight: 5120 }).spanCount).toBe(1);
    expect(plan({ size: LARGEST, limits, maxInFlight: 5120 }).spanCount).toBe(40);
  });

  it('are never more than there are requests for', () => {
    if (limits === undefined) expect.fail('the registry has no oss');
    expect(plan({ size: LARGEST, limits, maxInFlight: 1 })).toMatchObject({ spanCount: 1, inFlight: 1 });
  });
});
