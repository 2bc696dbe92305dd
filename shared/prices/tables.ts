import type { PricesConfig } from '../provider/provider.ts';

/** What a provider charges for requests, and how well that is known. */
export interface RequestPrices {
  readonly provider: string;
  /** Where these prices hold; elsewhere they are the nearest that is known. */
  readonly region: string;
  readonly currency: 'USD' | 'CNY';
  /** PUT, COPY, POST and LIST: what makes or lists something. */
  readonly writesPerMillion: number;
  /** GET and HEAD. */
  readonly readsPerMillion: number;
  /** When the page was read. */
  readonly date: string;
  readonly source: string;
  /** True when the number was read in the vendor's own page, or in two that do not depend on each other. */
  readonly confirmed: boolean;
  readonly note?: string | undefined;
}

/** Dollars for one unit; an exchange rate is only ever roughly right. */
const DOLLARS_PER = { USD: 1, CNY: 0.14 } as const;

const OSS: RequestPrices = {
  provider: 'oss',
  region: 'cn-hangzhou',
  currency: 'CNY',
  writesPerMillion: 1,
  readsPerMillion: 1,
  date: '2026-11-21',
  source: 'https://www.alibabacloud.com/help/en/oss/api-operation-calling-fees',
  confirmed: false,
  note: 'The page says which requests count and that refused ones are free; 0.01 CNY for 10,000 is second-hand, and other storage classes cost ten times as much.',
};

/** One line per provider; the storage class is the standard one. */
export const REQUEST_PRICES: Readonly<Record<string, RequestPrices>> = {
  oss: OSS,
  obs: {
    ...OSS,
    provider: 'obs',
    region: 'cn-north-4',
    source: 'https://support.huaweicloud.com/intl/en-us/price-obs/obs_42_0004.html',
    note: 'The page says that all types of requests cost the same; 0.01 CNY for 10,000 is assumed.',
  },
  qingstor: {
    ...OSS,
    provider: 'qingstor',
    region: 'pek3a',
    source: 'https://www.qingcloud.com/pricing/',
    note: 'No page with the price was found: 0.01 CNY for 10,000, as others in the country charge, is assumed.',
  },
  s3: {
    provider: 's3',
    region: 'us-east-1',
    currency: 'USD',
    writesPerMillion: 5,
    readsPerMillion: 0.4,
    date: '2026-11-21',
    source: 'https://aws.amazon.com/s3/pricing/',
    confirmed: true,
    note: 'Amazon in us-east-1, class STANDARD: colder classes cost two to ten times as much, other stores mostly nothing.',
  },
};

const UNKNOWN: RequestPrices = {
  provider: 'unknown',
  region: 'unknown',
  currency: 'USD',
  writesPerMillion: 5,
  readsPerMillion: 0.4,
  date: '2026-11-21',
  source: 'https://aws.amazon.com/s3/pricing/',
  confirmed: false,
  note: 'Nothing is known of this provider: the prices of Amazon S3 stand in.',
};

/** The prices of a store: its own where the stores file has some, else those of its provider. */
export function pricesOf(provider: string, own?: PricesConfig): RequestPrices {
  const table = Object.hasOwn(REQUEST_PRICES, provider) ? REQUEST_PRICES[provider] : undefined;
  if (own === undefined) return table ?? UNKNOWN;
  const { date = 'undated', ...prices } = own;
  return { provider, region: 'as configured', source: 'the stores file', confirmed: true, date, ...prices };
}

/** Dollars of one request. */
export function requestDollars(prices: RequestPrices, kind: 'write' | 'read'): number {
  const perMillion = kind === 'write' ? prices.writesPerMillion : prices.readsPerMillion;
  return (perMillion * DOLLARS_PER[prices.currency]) / 1e6;
}
