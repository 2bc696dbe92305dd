import { DEFAULT_RATE } from '@objectferry/shared/copy/plan-time.ts';
import { estimate } from '@objectferry/shared/prices/estimate.ts';
import { pricesOf } from '@objectferry/shared/prices/tables.ts';

const PARTS = 10_000;
/** The size that parts have where nobody asks for another. */
const PART_BYTES = 64 * 2 ** 20;
const SPAN_IN_FLIGHT = 128;

/**
 * What Step Functions and Lambda cost for a copy of 10,000 parts of 64 MiB in so many spans, by the project's own model
 * and its tables of prices, as a share of what the provider charges for the requests.
 */
export function controlPlaneShare(provider: 's3' | 'oss', spanCount: number): number {
  const { dollars } = estimate({
    size: PARTS * PART_BYTES,
    strategy: 'parts',
    shape: { partSize: PART_BYTES, partCount: PARTS, spanCount, inFlight: SPAN_IN_FLIGHT },
    rate: DEFAULT_RATE,
    prices: pricesOf(provider),
    facts: {
      pageItems: 1000,
      overwrite: 'always',
      looksAtBoundaries: false,
      looksAgain: false,
      readsTags: true,
      givesTags: false,
      readsAcl: false,
      readRanges: 0,
    },
    readSpanCount: 0,
  });
  return (dollars.total - dollars.requests) / dollars.requests;
}
