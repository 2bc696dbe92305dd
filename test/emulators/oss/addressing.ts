import type { Query } from '../query.ts';
import { Refusal } from '../refusal.ts';
import { checkBucketName, hostnameOf, inPath, keyOf, readTarget } from '../target.ts';

/** What a request is about. */
export interface Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: Query;
}

const longestKeyBytes = 1023;
const bucketName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * Finds bucket and key in the raw target and the Host header. A host that is an IP address or an endpoint itself means path
 * style; any other host begins with the bucket's name, which cannot hold a dot.
 */
export function parseAddress(target: string, host: string, endpointHosts: readonly string[]): Address {
  const { rawPath, query } = readTarget(target);
  const hostname = hostnameOf(host);
  if (hostname !== undefined && !endpointHosts.includes(hostname)) {
    return { bucket: hostname.split('.')[0], key: keyOf(rawPath.slice(1)), query };
  }
  return { ...inPath(rawPath), query };
}

/** Refuses names that OSS does not have: https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions */
export function checkNames({ bucket, key }: { bucket?: string | undefined; key?: string | undefined }): void {
  checkBucketName(bucket, bucketName);
  if (key !== undefined && (/^[/\\]/.test(key) || Buffer.byteLength(key) > longestKeyBytes)) {
    throw new Refusal(400, 'InvalidObjectName', 'The specified object is not valid.', { fields: { ObjectName: key } });
  }
}
