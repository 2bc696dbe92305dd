/** A run of bytes inside an object. Only {@link rangeHeader} and {@link parseContentRange} know that HTTP ends are inclusive. */
export interface ByteRange {
  /** First byte, zero-based. */
  readonly offset: number;
  /** Number of bytes, at least one. */
  readonly length: number;
}

/** `bytes=first-last`, as `Range` and every copy-source-range header want it. */
export function rangeHeader({ offset, length }: ByteRange): string {
  return `bytes=${offset}-${offset + length - 1}`;
}

/**
 * Reads `bytes first-last/total` (also without a total, `/*`); undefined when the text is anything else, or has numbers
 * beyond what a Number holds exactly.
 */
export function parseContentRange(text: string): (ByteRange & { readonly total?: number }) | undefined {
  const match = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(text.trim());
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  if (last < first || !Number.isSafeInteger(last + 1)) return undefined;
  const range = { offset: first, length: last - first + 1 };
  if (match[3] === '*') return range;
  const total = Number(match[3]);
  return Number.isSafeInteger(total) ? { ...range, total } : undefined;
}
