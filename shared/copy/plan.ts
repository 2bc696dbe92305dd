import type { Span } from '../contract.ts';
import { shapeDollars } from '../prices/part-cost.ts';
import { pricesOf, type RequestPrices, requestDollars } from '../prices/tables.ts';
import type { Limits } from '../provider/provider.ts';
import type { ByteRange } from '../range.ts';
import { givenPartSize, keptPartSize, partSizes } from './plan-sizes.ts';
import { DEFAULT_RATE, partsSeconds, type Rate, requestSeconds, type Shape } from './plan-time.ts';

/** The inline Map runs 40 iterations at once; more spans would only wait. */
export const MAX_SPANS = 40;
/** Lambda allows about 1,000 file descriptors; 128 sockets leave room and keep one vCPU busy. */
const MAX_IN_FLIGHT_PER_SPAN = 128;
/** A copy waits gladly this long to save invocations; where they save more, more spans work side by side. */
const SPAN_SAVES_SECONDS = 1;
/** What a copy that runs alone may cost more for every second that it is faster: ten cents for a minute. */
export const DOLLARS_PER_SECOND = 0.1 / 60;

/**
 * What a request weighs at least, in dollars, whatever it costs: providers take so many a second (OSS 2,000 for keys in
 * sequence, Amazon 3,500 for a prefix), and others want their share.
 */
const REQUEST_WEIGHS = 5 / 1e6;

export interface PlanInput {
  /** Bytes. */
  readonly size: number;
  /** Limits of the destination's provider. */
  readonly limits: Limits;
  /** A part size that was asked for; it is kept or refused, never changed. */
  readonly partSizeMiB?: number | undefined;
  /** Bytes of the parts that the source was made of: kept where the limits allow it, because equal boundaries give an equal ETag. */
  readonly sourcePartSize?: number | undefined;
  /** Requests that the whole copy may have in flight. */
  readonly maxInFlight: number;
  readonly rate?: Rate | undefined;
  /** What the destination's store charges. */
  readonly prices?: RequestPrices | undefined;
  /** Copies like this one that run side by side: a second of one is worth less then, and a request as much. */
  readonly copiesAtOnce?: number | undefined;
  /** A cap: larger parts than usual are chosen to stay below, where the part size is not given. */
  readonly maxDollars?: number | undefined;
}

export type Plan = Shape;

/**
 * Cuts an object of one byte or more into equal parts, MiB-aligned unless the source's own boundaries are kept, and
 * these into the fewest spans that are as good as any: the fastest plan whose seconds are worth their price. With equal
 * input it answers the same.
 *
 * @throws CopyError TooLarge, or InvalidRequest when a part size that was asked for cannot work.
 */
export function plan(input: PlanInput): Plan {
  const { size, limits, partSizeMiB, sourcePartSize } = input;
  const fixed =
    partSizeMiB === undefined ? keptPartSize(size, limits, sourcePartSize) : givenPartSize(size, limits, partSizeMiB);
  return fixed === undefined ? choose(input) : shapeOf(input, fixed);
}

/** What the plan would be with this part size, whether or not it is a good one. */
export function shapeOf({ size, maxInFlight, rate = DEFAULT_RATE }: PlanInput, partSize: number): Plan {
  const partCount = Math.ceil(size / partSize);
  const spanCount = spansFor(partCount, requestSeconds(Math.min(size, partSize), rate), maxInFlight);
  const inFlight = Math.min(MAX_IN_FLIGHT_PER_SPAN, Math.max(1, Math.floor(maxInFlight / spanCount)));
  return { partSize, partCount, spanCount, inFlight };
}

/** The bytes of one part (1-based). */
export function partRange(
  { size, partSize }: { readonly size: number; readonly partSize: number },
  partNumber: number,
): ByteRange {
  const offset = (partNumber - 1) * partSize;
  return { offset, length: Math.min(partSize, size - offset) };
}

/** Deals part numbers 1..partCount out to spans whose lengths differ by at most one. */
export function spansOf({ partCount, spanCount }: { readonly partCount: number; readonly spanCount: number }): Span[] {
  return Array.from({ length: spanCount }, (_, index) => {
    const before = Math.floor((index * partCount) / spanCount);
    const after = Math.floor(((index + 1) * partCount) / spanCount);
    return { first: before + 1, count: after - before };
  });
}

/** The fewest spans that are at most a second slower than as many as could work. */
function spansFor(partCount: number, secondsPerPart: number, maxInFlight: number): number {
  const inFlight = Math.min(maxInFlight, MAX_IN_FLIGHT_PER_SPAN);
  // More spans than there are requests for would sit idle.
  const useful = Math.max(1, Math.min(MAX_SPANS, Math.ceil(maxInFlight / inFlight), Math.ceil(partCount / inFlight)));
  const secondsAlone = (partCount * secondsPerPart) / inFlight;
  return Math.min(useful, Math.ceil(secondsAlone / (secondsAlone / useful + SPAN_SAVES_SECONDS)));
}

/** Every size of a short list is weighed, and the lightest taken. */
function choose(input: PlanInput): Plan {
  const { size, limits, rate = DEFAULT_RATE, prices = pricesOf('s3'), copiesAtOnce = 1, maxDollars } = input;
  const secondIsWorth = DOLLARS_PER_SECOND / copiesAtOnce;
  const largest = maxDollars === undefined ? undefined : limits.maxPartBytes;
  const weighed = partSizes(size, limits, largest).map((partSize) => {
    const shape = shapeOf(input, partSize);
    const dollars = shapeDollars(size, shape, rate, prices);
    const scarcity = shape.partCount * Math.max(0, REQUEST_WEIGHS - requestDollars(prices, 'write'));
    const weight = dollars + scarcity + secondIsWorth * partsSeconds(size, shape, rate).expected;
    return { shape, dollars, weight };
  });
  const fitting = weighed.filter(({ dollars }) => maxDollars === undefined || dollars <= maxDollars);
  // Where nothing fits, the cheapest is what the refusal is about.
  const { shape } =
    fitting.length > 0 ? lightest(fitting, ({ weight }) => weight) : lightest(weighed, ({ dollars }) => dollars);
  return shape;
}

/** Of two that weigh the same the later one: larger parts are fewer requests. */
function lightest<Item>(items: readonly Item[], weightOf: (item: Item) => number): Item {
  return items.reduce((best, next) => (weightOf(next) <= weightOf(best) ? next : best));
}
