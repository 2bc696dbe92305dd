import { describe, expect, test } from 'vitest';
import { costOf } from '../../bench/commands.ts';
import { ratiosOf } from '../../bench/section.ts';
import { fitLine, largestResidual, median } from '../../bench/statistics.ts';

test('the median is the middle, or lies between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(median([])).toBeUndefined();
});

test('a ratio is made within one run, and a run that somebody lacks makes none', () => {
  const ours = { name: 'ours', runs: [{ s: 1 }, { s: 9 }, { s: 4 }] };
  const theirs = { name: 'theirs', runs: [{ s: 2 }, { s: 3 }] };
  expect(ratiosOf(ours, theirs, 's')).toEqual([0.5, 3]);
  expect(ratiosOf(ours, theirs, 'ms')).toEqual([]);
});

describe('the line through points', () => {
  const line = { intercept: 0.1, slope: 0.0004 };
  const exact = [10, 272, 1040, 10_000].map((x) => ({ x, y: line.intercept + line.slope * x }));

  test('is the line on which they lie', () => {
    const { intercept, slope } = fitLine(exact);
    expect(intercept).toBeCloseTo(line.intercept, 10);
    expect(slope).toBeCloseTo(line.slope, 10);
    expect(largestResidual(exact, { intercept, slope })).toBeLessThan(1e-9);
  });

  test('weighs every point by its share, so that a small one is not lost', () => {
    const bent = exact.map(({ x, y }) => ({ x, y: x === 10 ? 2 * y : y }));
    expect(largestResidual(bent, fitLine(bent))).toBeGreaterThan(0.2);
  });

  test('tells what grows with the square', () => {
    const square = exact.map(({ x, y }) => ({ x, y: y + (x / 10_000) ** 2 * 4 }));
    expect(largestResidual(square, fitLine(square))).toBeGreaterThan(0.1);
  });

  test.each([
    [[]],
    [[{ x: 1, y: 1 }]],
    [
      [
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ],
    ],
  ])('is not drawn through %j', (points) => {
    expect(() => fitLine(points)).toThrow(RangeError);
  });
});

test("what a command spent is the last line of the shell's clock, whatever the command said", () => {
  expect(costOf('warning: 1 2 3\n1.250 0.500 0.250\n')).toEqual({ seconds: 1.25, cpuMs: 750 });
  expect(() => costOf('no such file\n')).toThrow('Not a line of times: no such file');
});
