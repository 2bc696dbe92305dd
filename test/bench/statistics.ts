/** The middle of some numbers; undefined of none. */
export function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** A point of a measured curve. */
export interface Point {
  readonly x: number;
  /** Above 0. */
  readonly y: number;
}

/** A straight line. */
export interface Line {
  readonly intercept: number;
  readonly slope: number;
}

/**
 * The line with the least squares of relative residuals, (y - line) / y: every point weighs the same, the one of 0.1 s
 * as much as the one of 4 s.
 *
 * @throws RangeError where the points lie on no line: fewer than two, or all above the same x.
 */
export function fitLine(points: readonly Point[]): Line {
  const weighted = points.map(({ x, y }) => ({ x, y, weight: 1 / (y * y) }));
  const sum = (value: (point: (typeof weighted)[number]) => number) =>
    weighted.reduce((total, point) => total + point.weight * value(point), 0);
  const weight = sum(() => 1);
  const [meanX, meanY] = [sum(({ x }) => x) / weight, sum(({ y }) => y) / weight];
  const spread = sum(({ x }) => (x - meanX) ** 2);
  if (!(spread > 0)) throw new RangeError('A line takes two points with different x.');
  const slope = sum(({ x, y }) => (x - meanX) * (y - meanY)) / spread;
  return { slope, intercept: meanY - slope * meanX };
}

/** How far the farthest point lies from the line, as a share of the line's own value there. */
export function largestResidual(points: readonly Point[], { intercept, slope }: Line): number {
  return Math.max(...points.map(({ x, y }) => Math.abs(y / (intercept + slope * x) - 1)));
}
