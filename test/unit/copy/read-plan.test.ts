import { byteSpansOf, pairsPerSpan, READ_BYTES, READ_PAIRS, readRanges } from '@objectferry/shared/copy/read-plan.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const MIB = 1024 * 1024;
const SEED = 20_261_121;
/** 48.8 TB, the largest object of OSS and OBS. */
const LARGEST = 48.8e12;

const sizes = fc
  .tuple(fc.double({ min: 0, max: Math.log2(LARGEST), noNaN: true }), fc.integer({ min: -1, max: 1 }))
  .map(([power, off]) => Math.min(LARGEST, Math.max(1, Math.round(2 ** power) + off)));
const copies = fc.record({
  size: fc.oneof(sizes, fc.constantFrom(1, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, LARGEST)),
  inFlight: fc.integer({ min: 1, max: 5120 }),
  spanCount: fc.integer({ min: 1, max: 40 }),
});

describe('reading back', () => {
  it('covers every byte once, in at most 40 spans whose borders are those of requests', () => {
    fc.assert(
      fc.property(copies, (copy) => {
        const spans = byteSpansOf(copy);
        expect(spans.length).toBeGreaterThanOrEqual(1);
        expect(spans.length).toBeLessThanOrEqual(40);
        let end = 0;
        for (const { offset, length } of spans) {
          expect(offset).toBe(end);
          expect(offset % READ_BYTES).toBe(0);
          expect(length).toBeGreaterThan(0);
          end += length;
        }
        expect(end).toBe(copy.size);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('has no more requests in flight than the copy had, and no more ranges in memory than 64 MiB', () => {
    fc.assert(
      fc.property(copies, (copy) => {
        const pairs = pairsPerSpan(copy);
        expect(pairs).toBeGreaterThanOrEqual(1);
        expect(pairs * 2 * READ_BYTES).toBeLessThanOrEqual(64 * MIB);
        // One pair is two requests, and without a pair nothing can be read.
        expect(pairs * 2 * byteSpansOf(copy).length).toBeLessThanOrEqual(Math.max(2, copy.inFlight * copy.spanCount));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it.each([
    [1, 1],
    [1024 * MIB, 1],
    [1024 * MIB + 1, 2],
    [39 * 1024 * MIB, 39],
    [40e12, 40],
  ])('%d bytes take %d spans', (size, spans) => {
    expect(byteSpansOf({ size, inFlight: 128, spanCount: 8 })).toHaveLength(spans);
  });

  it('a copy that may have few requests in flight is read by few spans', () => {
    expect(byteSpansOf({ size: 40e12, inFlight: 3, spanCount: 2 })).toHaveLength(3);
    expect(byteSpansOf({ size: 40e12, inFlight: 1, spanCount: 1 })).toHaveLength(1);
    expect(pairsPerSpan({ size: 40e12, inFlight: 128, spanCount: 40 })).toBe(READ_PAIRS);
  });

  it('reads a span in ranges of one request', () => {
    const offset = 8 * READ_BYTES;
    expect([...readRanges({ offset, length: READ_BYTES + 7 })]).toEqual([
      { offset, length: READ_BYTES },
      { offset: offset + READ_BYTES, length: 7 },
    ]);
  });
});
