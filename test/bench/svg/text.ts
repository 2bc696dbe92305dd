/** A logarithmic axis. */
export interface LogScale {
  /** Where a value lies, in pixels. */
  readonly at: (value: number) => number;
  /** Powers of ten to write at it. */
  readonly ticks: readonly number[];
}

/**
 * A logarithmic axis from the power of ten below the values to the largest of them; `from` and `to` are pixels.
 *
 * @throws RangeError for a value that has no logarithm.
 */
export function logScale(values: readonly number[], from: number, to: number): LogScale {
  const exponents = values.map(Math.log10);
  const first = Math.floor(Math.min(...exponents) + ROUNDING);
  const last = Math.max(first + 1, ...exponents);
  if (!Number.isFinite(first) || !Number.isFinite(last)) {
    throw new RangeError('A logarithmic axis takes values above 0.');
  }
  const ticks = Array.from({ length: Math.floor(last - first) + 1 }, (_, index) => 10 ** (first + index));
  return { at: (value) => from + ((to - from) * (Math.log10(value) - first)) / (last - first), ticks };
}

// 0.0999 lies on the axis of 0.1, which would otherwise begin a decade earlier for it.
const ROUNDING = 0.05;

/** A text as content of XML. */
export function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A coordinate. @throws RangeError for one that is nowhere. */
export function fixed(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('A coordinate of the plot is not a number.');
  return `${Math.round(value * 10) / 10}`;
}
