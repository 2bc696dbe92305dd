import type { Query } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { checkBucketName, hostnameOf, inPath, keyOf, readTarget } from '../target.ts';

/** What a request is about, and how it says so. */
export interface Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: Query;
  readonly style: 'path' | 'virtual';
  readonly rawPath: string;
  readonly resource: string;
}

const longestKeyBytes = 1024;
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Finds bucket and key in the raw target and the Host header. An IP address or an endpoint itself means path style; what stands
 * in front of an endpoint is the bucket, dots included; any other host is a domain of the bucket's own.
 */
export function parseAddress(target: string, host: string, endpointHosts: readonly string[]): Address {
  const { rawPath, query } = readTarget(target);
  const hostname = hostnameOf(host);
  if (hostname === undefined || endpointHosts.includes(hostname)) {
    return { ...inPath(rawPath), query, style: 'path', rawPath, resource: rawPath };
  }
  const endpoint = endpointHosts.find((known) => hostname.endsWith(`.${known}`));
  const bucket = endpoint === undefined ? hostname : hostname.slice(0, -endpoint.length - 1);
  return { bucket, key: keyOf(rawPath.slice(1)), query, style: 'virtual', rawPath, resource: `/${bucket}${rawPath}` };
}

/** Refuses names that OBS does not have: https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0021.html */
export function checkNames({ bucket, key }: { bucket?: string | undefined; key?: string | undefined }): void {
  checkBucketName(bucket, bucketName);
  if (key !== undefined && Buffer.byteLength(key) > longestKeyBytes) {
    throw new Refusal(400, 'KeyTooLongError', 'Your key is too long.');
  }
}
