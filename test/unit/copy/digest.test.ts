import { digestOf, EMPTY_DIGEST, mergeDigests } from '@objectferry/shared/copy/digest.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const part = fc.record({
  partNumber: fc.integer({ min: 1, max: 10_000 }),
  etag: fc.stringMatching(/^[0-9a-f]{1,32}$/),
  size: fc.nat(),
});
const parts = fc.uniqueArray(part, { selector: ({ partNumber }) => partNumber, maxLength: 20 });
const options = { seed: 42, numRuns: 300 };

describe('digest of parts', () => {
  it('does not depend on the order or on how the parts were dealt out', () => {
    fc.assert(
      fc.property(parts, fc.nat(20), (all, cut) => {
        const merged = mergeDigests(digestOf(all.slice(0, cut)), digestOf(all.slice(cut)));
        expect(merged).toBe(digestOf(all.toReversed()));
      }),
      options,
    );
  });

  it('changes with a number, an ETag, a size and a missing part', () => {
    fc.assert(
      fc.property(parts, part, (others, one) => {
        const base = digestOf([...others, one]);
        expect(digestOf([...others, { ...one, partNumber: one.partNumber + 1 }])).not.toBe(base);
        expect(digestOf([...others, { ...one, etag: `${one.etag}0` }])).not.toBe(base);
        expect(digestOf([...others, { ...one, size: one.size + 1 }])).not.toBe(base);
        expect(digestOf(others)).not.toBe(base);
      }),
      options,
    );
  });

  it('reads the same ETag quoted or not, in either case', () => {
    const size = 1;
    const [a, b] = ['"ABCDEF"', 'abcdef'].map((etag) => digestOf([{ partNumber: 1, etag, size }]));
    expect(a).toBe(b);
    expect(digestOf([])).toBe(EMPTY_DIGEST);
  });
});
