import { isIP } from 'node:net';
import { decodePercent, parseQuery, type Query } from '../query.ts';
import { Refusal } from '../refusal.ts';

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
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const query = parseQuery(question < 0 ? '' : target.slice(question + 1));
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  const pathStyle = isIP(hostname) !== 0 || endpointHosts.includes(hostname);
  const resource = path.slice(1);
  if (!pathStyle) {
    return { bucket: hostname.split('.')[0], key: keyOf(resource), query };
  }
  const slash = resource.indexOf('/');
  const bucket = decodePercent(slash < 0 ? resource : resource.slice(0, slash));
  return {
    bucket: bucket === '' ? undefined : bucket,
    key: slash < 0 ? undefined : keyOf(resource.slice(slash + 1)),
    query,
  };
}

function keyOf(encoded: string): string | undefined {
  return encoded === '' ? undefined : decodePercent(encoded);
}

/** Refuses names that OSS does not have: https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions */
export function checkNames({ bucket, key }: { bucket?: string | undefined; key?: string | undefined }): void {
  if (bucket !== undefined && !bucketName.test(bucket)) {
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      fields: { BucketName: bucket },
    });
  }
  if (key !== undefined && (/^[/\\]/.test(key) || Buffer.byteLength(key) > longestKeyBytes)) {
    throw new Refusal(400, 'InvalidObjectName', 'The specified object is not valid.', { fields: { ObjectName: key } });
  }
}
