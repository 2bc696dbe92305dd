import { type Endpoint, parseEndpoint } from '../../http/endpoint.ts';
import type { StoreConfig } from '../provider.ts';

/** True for an endpoint of Amazon itself. */
function isAmazon({ host }: Endpoint): boolean {
  return /(?:^|\.)amazonaws\.(?:com|com\.cn|eu)$/.test(host);
}

/**
 * The region that an endpoint of Amazon names; undefined for the global and the acceleration endpoint and for everybody
 * else's.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/s3.html
 */
export function regionOf(endpoint: Endpoint): string | undefined {
  if (!isAmazon(endpoint)) return undefined;
  return /(?:^|\.)s3(?:-fips)?(?:\.dualstack)?[.-]([a-z]{2,4}(?:-[a-z]+)+-\d+)\./.exec(endpoint.host)?.[1];
}

/**
 * The bucket that stands in front of Amazon's own name in a bucket's address; undefined for an endpoint. Those of a
 * private link really have something there.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
 */
export function bucketInFront(endpoint: Endpoint): string | undefined {
  if (!isAmazon(endpoint) || endpoint.host.includes('vpce')) return undefined;
  return /^(.+?)\.s3[.-]/.exec(endpoint.host)?.[1];
}

/**
 * The partition of Amazon that a store is in: the world inside which copies may cross regions and bucket names are
 * unique; undefined outside Amazon.
 *
 * @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
export function partitionOf({ endpoint: text, region }: StoreConfig): string | undefined {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined || !isAmazon(endpoint)) return undefined;
  if (endpoint.host.endsWith('.cn')) return 'aws-cn';
  if (endpoint.host.endsWith('.eu')) return 'aws-eusc';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
