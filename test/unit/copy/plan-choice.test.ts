import { partsPay } from '@objectferry/shared/copy/crossover.ts';
import { DOLLARS_PER_SECOND, type PlanInput, plan, shapeOf } from '@objectferry/shared/copy/plan.ts';
import { partSizes } from '@objectferry/shared/copy/plan-sizes.ts';
import { DEFAULT_RATE, partsSeconds, rateOf } from '@objectferry/shared/copy/plan-time.ts';
import { shapeDollars } from '@objectferry/shared/prices/part-cost.ts';
import { pricesOf } from '@objectferry/shared/prices/tables.ts';
import { S3_LIMITS } from '@objectferry/shared/provider/s3/limits.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;
const SEED = 20_261_121;
const S3: Omit<PlanInput, 'size'> = { limits: S3_LIMITS, maxInFlight: 1024, prices: pricesOf('s3') };

function secondsOf(input: PlanInput): number {
  return partsSeconds(input.size, plan(input), input.rate ?? DEFAULT_RATE).expected;
}

function dollarsOf(input: PlanInput): number {
  return shapeDollars(input.size, plan(input), input.rate ?? DEFAULT_RATE, input.prices ?? pricesOf('s3'));
}

const inputs = fc.record({
  size: fc.double({ min: 20, max: Math.log2(40e12), noNaN: true }).map((power) => Math.round(2 ** power)),
  maxInFlight: fc.integer({ min: 1, max: 5120 }),
  copiesAtOnce: fc.constantFrom(1, 10, 1000),
});

describe('the size of a part', () => {
  it('is such that no other one is faster for a worthwhile price, or cheaper for a bearable time', () => {
    fc.assert(
      fc.property(inputs, (drawn) => {
        const input = { ...S3, ...drawn };
        const worth = DOLLARS_PER_SECOND / drawn.copiesAtOnce;
        const [seconds, dollars] = [secondsOf(input), dollarsOf(input)];
        for (const partSize of partSizes(input.size, input.limits)) {
          const other = shapeOf(input, partSize);
          const faster = seconds - partsSeconds(input.size, other, DEFAULT_RATE).expected;
          const dearer = shapeDollars(input.size, other, DEFAULT_RATE, pricesOf('s3')) - dollars;
          if (faster * worth - dearer > 1e-9) expect.fail(`${partSize} is better: ${faster} s for $${dearer}`);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('is small for one copy that runs alone and 256 to 512 MiB for many, which send four times fewer requests', () => {
    const alone = plan({ ...S3, size: 10 * GIB });
    const many = plan({ ...S3, size: 10 * GIB, copiesAtOnce: 200 });
    expect(alone.partSize).toBeLessThanOrEqual(64 * MIB);
    expect(many.partSize).toBeGreaterThanOrEqual(256 * MIB);
    expect(many.partSize).toBeLessThanOrEqual(512 * MIB);
    expect(many.partCount * 4).toBeLessThanOrEqual(alone.partCount);
  });

  it('grows where requests are dear or slow to begin, shrinks where bytes are slow, and stays where requests are free', () => {
    const size = 100 * GIB;
    const { partSize } = plan({ ...S3, size });
    const dear = { ...pricesOf('s3'), writesPerMillion: 50 };
    const free = { ...pricesOf('s3'), writesPerMillion: 0, readsPerMillion: 0 };
    expect(plan({ ...S3, size, prices: dear }).partSize).toBeGreaterThan(partSize);
    expect(plan({ ...S3, size, prices: free }).partSize).toBe(partSize);
    expect(plan({ ...S3, size, rate: rateOf({ mibPerSecond: 5 }) }).partSize).toBeLessThan(partSize);
    expect(plan({ ...S3, size, rate: rateOf({ secondsPerRequest: 30 }) }).partSize).toBeGreaterThan(partSize);
  });

  it('grows beyond the usual to stay below a cap, and is the cheapest where none does', () => {
    const size = 2 * TIB;
    const usual = dollarsOf({ ...S3, size });
    expect(dollarsOf({ ...S3, size, maxDollars: usual / 2 })).toBeLessThanOrEqual(usual / 2);
    expect(plan({ ...S3, size, maxDollars: usual / 2 }).partSize).toBeGreaterThan(512 * MIB);
    expect(plan({ ...S3, size, maxDollars: 1e-9 }).partSize).toBeGreaterThan(512 * MIB);
  });

  it('is found in less than a millisecond', () => {
    const input = { ...S3, size: TIB };
    for (let warm = 0; warm < 50; warm += 1) plan(input);
    const begun = process.cpuUsage().user;
    for (let run = 0; run < 200; run += 1) plan(input);
    expect((process.cpuUsage().user - begun) / 200 / 1000).toBeLessThan(1);
  });
});

it('a part size above the largest part is refused with one that works', () => {
  const limits = { ...S3_LIMITS, maxPartBytes: 100 * MIB };
  expect(() => plan({ ...S3, limits, size: GIB, partSizeMiB: 101 })).toThrow('give 100 or less');
  expect(plan({ ...S3, limits, size: 1_000_000 * MIB, copiesAtOnce: 1000 }).partSize).toBe(100 * MIB);
});

describe('parts instead of one request', () => {
  it.each([
    [100 * MIB, 1, false],
    [300 * MIB, 1, false],
    [GIB, 1, true],
    [4 * GIB, 1, true],
    // A second of one of so many is worth nothing.
    [4 * GIB, 100_000, false],
  ])('of %d bytes, %d copies at once: %s', (size, copiesAtOnce, pay) => {
    expect(partsPay({ ...S3, size, copiesAtOnce })).toBe(pay);
  });

  it('do not pay with one request in flight, at a fast store, or above the cap', () => {
    expect(partsPay({ ...S3, size: 4 * GIB, maxInFlight: 1 })).toBe(false);
    expect(partsPay({ ...S3, size: 4 * GIB, rate: rateOf({ mibPerSecond: 1000 }) })).toBe(false);
    expect(partsPay({ ...S3, size: 4 * GIB, maxDollars: 1e-6 })).toBe(false);
  });
});
