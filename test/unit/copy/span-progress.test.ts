import { digestOf } from '@objectferry/shared/copy/digest.ts';
import { SpanProgress } from '@objectferry/shared/copy/span-progress.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const TALLY = { retries: 2, throttles: 1 };
const pieceOf = (part: number) => ({ partNumber: part, etag: `"${part}"`, size: 10 * part });

describe('the progress of a span', () => {
  test('tells what is done up to the first gap, and the rest', () => {
    const progress = new SpanProgress({ first: 5, count: 4 });
    expect(progress.finish(6, [pieceOf(6)], { adopted: true })).toBe(60);
    expect(progress.report(TALLY)).toMatchObject({ copied: 0, adopted: 0, bytes: 0, rest: { first: 5, count: 4 } });
    progress.finish(5, [pieceOf(5)], { adopted: false });
    progress.finish(8, [pieceOf(8)], { adopted: false });
    expect(progress.report(TALLY)).toEqual({
      ...{ copied: 1, adopted: 1, bytes: 110, ...TALLY, rest: { first: 7, count: 2 } },
      digest: digestOf([pieceOf(5), pieceOf(6)]),
    });
    expect([progress.copied, progress.isWhole]).toEqual([2, false]);
    expect([4, 5, 6, 7, 8, 9].map((part) => progress.has(part))).toEqual([true, true, true, false, true, false]);
    progress.finish(7, [pieceOf(7)], { adopted: false });
    expect(progress.report(TALLY).rest).toBeNull();
    expect(progress.isWhole).toBe(true);
  });

  test('comes to the same whatever the order, and whatever the pieces', () => {
    const order = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 30 });
    fc.assert(
      fc.property(order, fc.integer({ min: 0, max: 30 }), (parts, adoptedUpTo) => {
        const progress = new SpanProgress({ first: 1, count: 30 });
        const piecesOf = (part: number) => (part % 3 === 0 ? [pieceOf(part), pieceOf(100 + part)] : [pieceOf(part)]);
        for (const part of parts) progress.finish(part, piecesOf(part), { adopted: part <= adoptedUpTo });
        const gap = Array.from({ length: 31 }, (_, index) => index + 1).find((part) => !parts.includes(part)) ?? 31;
        const counted = Array.from({ length: gap - 1 }, (_, index) => index + 1);
        const adopted = counted.filter((part) => part <= adoptedUpTo).length;
        expect(progress.report(TALLY)).toEqual({
          ...{ copied: counted.length - adopted, adopted, ...TALLY },
          bytes: counted.flatMap(piecesOf).reduce((sum, { size }) => sum + size, 0),
          digest: digestOf(counted.flatMap(piecesOf)),
          rest: gap === 31 ? null : { first: gap, count: 31 - gap },
        });
      }),
    );
  });
});
