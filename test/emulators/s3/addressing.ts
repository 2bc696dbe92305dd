import type { Query } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { checkBucketName, hostnameOf, inPath, keyOf, readTarget } from '../target.ts';

/** What a request is about. */
export interface Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: Query;
}

const longestKeyBytes = 1024;
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The bucket that stands in front of an endpoint's name; buckets may have dots, so the endpoints have to be known. */
function bucketInHost(host: string, endpointHosts: readonly string[]): string | undefined {
  const hostname = hostnameOf(host);
  const endpoint = endpointHosts.find((candidate) => hostname?.endsWith(`.${candidate}`));
  return endpoint === undefined ? undefined : hostname?.slice(0, -endpoint.length - 1);
}

/** Finds bucket and key in the raw target and the Host header: virtual host style in front of an endpoint, else path style. */
export function parseAddress(target: string, host: string, endpointHosts: readonly string[]): Address {
  const { rawPath, query } = readTarget(target);
  const inHost = bucketInHost(host, endpointHosts);
  return inHost === undefined ? { ...inPath(rawPath), query } : { bucket: inHost, key: keyOf(rawPath.slice(1)), query };
}

/** Refuses names that S3 does not have: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function checkNames({ bucket, key }: { bucket?: string | undefined; key?: string | undefined }): void {
  checkBucketName(bucket, bucketName);
  if (key !== undefined && Buffer.byteLength(key) > longestKeyBytes) {
    throw new Refusal(400, 'KeyTooLongError', 'Your key is too long.', {
      fields: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(longestKeyBytes) },
    });
  }
}
