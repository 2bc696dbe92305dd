import type { CopyEstimate, Decided } from '@objectferry/shared/copy/estimate-copy.ts';
import { formatLocation } from '@objectferry/shared/location.ts';
import { AWS_PRICES } from '@objectferry/shared/prices/aws.ts';
import type { Estimate, EstimateDollars } from '@objectferry/shared/prices/estimate.ts';
import type { RequestCount } from '@objectferry/shared/prices/requests.ts';
import { pricesOf, type RequestPrices } from '@objectferry/shared/prices/tables.ts';

/** What `estimate --json` prints; `docs/estimate.md` describes it. Fields are added, never changed. */
export interface EstimateDocument {
  /** Null for an object that need not exist. */
  readonly source: string | null;
  readonly destination: string | null;
  readonly provider: string;
  /** Bytes. */
  readonly size: number;
  readonly strategy: 'whole' | 'parts';
  readonly why: string;
  /** True where one short request is tried before: when it succeeds, nothing below is needed. */
  readonly shallowFirst: boolean;
  /** Bytes. */
  readonly partSize: number;
  readonly partCount: number;
  readonly spans: number;
  /** Of each span. */
  readonly inFlight: number;
  readonly requests: readonly RequestCount[];
  readonly dollars: EstimateDollars;
  readonly prices: { readonly provider: RequestPrices; readonly aws: typeof AWS_PRICES };
  readonly seconds: { readonly best: number; readonly expected: number };
  readonly historyEvents: number;
  readonly historyEventLimit: number;
  readonly faster: Neighbour | null;
  readonly cheaper: Neighbour | null;
  readonly maxDollars: number | null;
  /** False when the copy would be refused for its price. */
  readonly fits: boolean;
}

/** The same copy with other parts. */
export interface Neighbour {
  readonly partSizeMiB: number;
  readonly dollars: number;
  /** As expected. */
  readonly seconds: number;
}

const HISTORY_EVENTS = 25_000;

/** @param exists False for an object that was imagined. */
export function documentOf(
  copy: Decided,
  { input, chosen, faster, cheaper }: CopyEstimate,
  exists: boolean,
): EstimateDocument {
  const { request, route, decided } = copy;
  const { provider } = route.destination;
  const { maxDollars } = request.options;
  return {
    source: exists ? formatLocation(request.source) : null,
    destination: exists ? formatLocation(request.destination) : null,
    provider: provider.name,
    size: chosen.size,
    strategy: chosen.strategy,
    why: decided.why,
    shallowFirst: decided.shallowFirst === true,
    partSize: chosen.shape.partSize,
    partCount: chosen.shape.partCount,
    spans: chosen.shape.spanCount,
    inFlight: chosen.shape.inFlight,
    requests: chosen.requests,
    dollars: chosen.dollars,
    prices: { provider: input.prices ?? pricesOf(provider.name), aws: AWS_PRICES },
    seconds: chosen.seconds,
    historyEvents: chosen.historyEvents,
    historyEventLimit: HISTORY_EVENTS,
    faster: neighbour(faster),
    cheaper: neighbour(cheaper),
    maxDollars: maxDollars ?? null,
    fits: maxDollars === undefined || chosen.dollars.total <= maxDollars,
  };
}

function neighbour(estimate: Estimate | undefined): Neighbour | null {
  if (estimate === undefined) return null;
  const { shape, dollars, seconds } = estimate;
  return { partSizeMiB: shape.partSize / 1024 ** 2, dollars: dollars.total, seconds: seconds.expected };
}
