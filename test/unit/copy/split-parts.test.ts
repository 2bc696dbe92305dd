import { chosenParts } from '@objectferry/shared/copy/chosen-parts.ts';
import { digestOf } from '@objectferry/shared/copy/digest.ts';
import { checkParts } from '@objectferry/shared/copy/part-check.ts';
import { spansOf } from '@objectferry/shared/copy/plan.ts';
import { EMPTY_PROGRESS } from '@objectferry/shared/copy/progress.ts';
import {
  halvesOf,
  heldParts,
  type Piece,
  plannedPart,
  tileObject,
  wholeOf,
  wireNumbers,
  wireRange,
} from '@objectferry/shared/copy/wire-parts.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pinned } from './split-copy.ts';

const RUNS = { seed: 20261121, numRuns: 300 };
const SPARE = 3;

/** Sizes of every kind: parts of odd length, and a last one of a single byte, of half a part, and of all between. */
const shapes = fc
  .record({ partSize: fc.integer({ min: 2, max: 1000 }), parts: fc.integer({ min: 1, max: 40 }), cut: fc.nat(999) })
  .map(({ partSize, parts, cut }) => pinned(parts * partSize - (cut % partSize), partSize, SPARE));

/** Each part whole or in its halves. */
const mixes = fc.tuple(shapes, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 })).map(([copy, split]) => {
  const pieces = numbersTo(copy.partCount).map((part) => {
    const halves = halvesOf(copy, part);
    return split[part - 1] && halves.length > 0 ? halves : [wholeOf(copy, part)];
  });
  return { copy, pieces };
});

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

const listed = ({ partNumber, range }: Piece) => ({
  partNumber,
  size: range.length,
  etag: `"${partNumber.toString(16).padStart(32, '0')}"`,
});

describe('pieces of planned parts', () => {
  it('tile the object in order, whichever parts are split', () => {
    fc.assert(
      fc.property(mixes, ({ copy, pieces }) => {
        const flat = pieces.flat();
        let end = 0;
        for (const { partNumber, range } of flat) {
          expect([range.offset, range.length > 0]).toEqual([end, true]);
          expect(wireRange(copy, partNumber)).toEqual(range);
          end += range.length;
        }
        expect(end).toBe(copy.size);
        expect(tileObject(copy, flat)).toBe(true);
        expect(flat.map(({ partNumber }) => partNumber)).toEqual(
          flat.map(({ partNumber }) => partNumber).toSorted((a, b) => a - b),
        );
        expect(flat.map(({ partNumber }) => plannedPart(copy, partNumber))).toEqual(
          pieces.flatMap((way, index) => way.map(() => index + 1)),
        );
      }),
      RUNS,
    );
  });

  it('do not tile it when one is missing, twice there, or out of its place', () => {
    fc.assert(
      fc.property(mixes, fc.nat(), ({ copy, pieces }, at) => {
        const flat = pieces.flat();
        const index = at % flat.length;
        expect(tileObject(copy, flat.toSpliced(index, 1))).toBe(false);
        expect(tileObject(copy, [...flat, ...flat.slice(index, index + 1)])).toBe(false);
        expect(tileObject(copy, [...flat, wholeOf(copy, copy.partCount + 1)])).toBe(false);
        const stray = halvesOf(copy, plannedPart(copy, flat[index]?.partNumber ?? 0)).slice(0, 1);
        if (stray.length > 0) expect(tileObject(copy, flat.toSpliced(index, 0, ...stray))).toBe(false);
      }),
      RUNS,
    );
  });

  it('are listed by the numbers of their span and no other', () => {
    fc.assert(
      fc.property(mixes, fc.integer({ min: 1, max: 7 }), ({ copy, pieces }, spans) => {
        const dealt = spansOf({ partCount: copy.partCount, spanCount: Math.min(spans, copy.partCount) });
        const found = dealt.flatMap((span) => {
          const { after, last } = wireNumbers(copy, span);
          return pieces.flat().filter(({ partNumber }) => partNumber > after && partNumber <= last);
        });
        expect(found).toEqual(pieces.flat());
      }),
      RUNS,
    );
  });

  it('have the numbers that parts always had where a copy has none to spare', () => {
    const copy = pinned(10_500, 1000);
    for (const part of numbersTo(11)) {
      expect(wholeOf(copy, part)).toEqual({
        partNumber: part,
        range: { offset: (part - 1) * 1000, length: part === 11 ? 500 : 1000 },
      });
      expect([halvesOf(copy, part), plannedPart(copy, part)]).toEqual([[], part]);
    }
    expect(wireNumbers(copy, { first: 3, count: 4 })).toEqual({ after: 2, last: 6 });
    expect(wireRange(copy, 12)).toBeUndefined();
  });

  it('are no halves of a last part that is no longer than half of the others', () => {
    const copy = pinned(2500, 1000, SPARE);
    expect(halvesOf(copy, 2).map(({ range }) => range.length)).toEqual([500, 500]);
    expect(halvesOf(copy, 3)).toEqual([]);
    expect(halvesOf(pinned(2501, 1000, SPARE), 3).map(({ range }) => range.length)).toEqual([500, 1]);
  });
});

describe('what makes a planned part of what is listed', () => {
  const copy = pinned(3000, 1000, SPARE);
  const [whole, ...halves] = [wholeOf(copy, 2), ...halvesOf(copy, 2)].map(listed);
  const numbersOf = (parts: readonly (typeof whole)[]) =>
    heldParts(
      copy,
      parts.flatMap((part) => part ?? []),
    ).map(({ part, pieces }) => [part, pieces.map(({ partNumber }) => partNumber)]);

  it('is its halves where both are there, else the whole, else nothing', () => {
    expect(numbersOf([whole, ...halves])).toEqual([[2, [5, 6]]]);
    expect(numbersOf([whole, ...halves.slice(1)])).toEqual([[2, [4]]]);
    expect(numbersOf(halves)).toEqual([[2, [5, 6]]]);
    expect(numbersOf(halves.slice(0, 1))).toEqual([]);
  });

  it('is the way whose sizes are right', () => {
    const short = halves.map((half, index) => (half && index === 0 ? { ...half, size: half.size - 1 } : half));
    expect(numbersOf([whole, ...short])).toEqual([[2, [4]]]);
    expect(numbersOf(short)).toEqual([[2, [5, 6]]]);
  });

  it('is what the spans reported, also where the other way has landed since', () => {
    fc.assert(
      fc.property(mixes, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), ({ copy, pieces }, landed) => {
        const reported = pieces.flat().map(listed);
        const late = numbersTo(copy.partCount)
          .filter((part) => landed[part - 1])
          .flatMap((part) => [wholeOf(copy, part), ...halvesOf(copy, part)])
          .map(listed);
        const byNumber = new Map([...reported, ...late].map((part) => [part.partNumber, part]));
        const all = [...byNumber.values()].toSorted((a, b) => a.partNumber - b.partNumber);
        const progress = { ...EMPTY_PROGRESS, digest: digestOf(reported) };
        const chosen = chosenParts(copy, all, progress);
        expect(chosen).toEqual(reported);
        expect(checkParts(copy, chosen, progress)).toMatchObject({ result: 'equal' });
      }),
      RUNS,
    );
  });

  it('cannot be made to fit when somebody has replaced a part', () => {
    fc.assert(
      fc.property(mixes, fc.nat(), ({ copy, pieces }, at) => {
        const reported = pieces.flat().map(listed);
        const all = numbersTo(copy.partCount)
          .flatMap((part) => [wholeOf(copy, part), ...halvesOf(copy, part)])
          .map(listed);
        const replaced = reported[at % reported.length]?.partNumber;
        const theirs = all.map((part) =>
          part.partNumber === replaced ? { ...part, etag: `"${'f'.repeat(32)}"` } : part,
        );
        const progress = { ...EMPTY_PROGRESS, digest: digestOf(reported) };
        expect(() => checkParts(copy, chosenParts(copy, theirs, progress), progress)).toThrow('was replaced');
      }),
      RUNS,
    );
  });
});
