import { isIP } from 'node:net';
import { decodePercent, parseQuery, type Query } from '../query.ts';
import { Refusal } from '../refusal.ts';

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
  const question = target.indexOf('?');
  const rawPath = question < 0 ? target : target.slice(0, question);
  const query = parseQuery(question < 0 ? '' : target.slice(question + 1));
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  if (isIP(hostname) === 0 && !endpointHosts.includes(hostname)) {
    const endpoint = endpointHosts.find((known) => hostname.endsWith(`.${known}`));
    const bucket = endpoint === undefined ? hostname : hostname.slice(0, -endpoint.length - 1);
    return {
      bucket,
      key: keyOf(rawPath.slice(1)),
      query,
      style: 'virtual',
      rawPath,
      resource: `/${bucket}${rawPath}`,
    };
  }
  const [first = '', ...rest] = rawPath.slice(1).split('/');
  const bucket = decodePercent(first);
  return {
    bucket: bucket === '' ? undefined : bucket,
    key: keyOf(rest.join('/')),
    query,
    style: 'path',
    rawPath,
    resource: rawPath,
  };
}

function keyOf(encoded: string): string | undefined {
  return encoded === '' ? undefined : decodePercent(encoded);
}

/** Refuses names that OBS does not have: https://support.huaweicloud.com/intl/en-us/ugobs-obs/obs_41_0012.html */
export function checkNames({ bucket, key }: { bucket?: string | undefined; key?: string | undefined }): void {
  if (bucket !== undefined && !bucketName.test(bucket)) {
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      fields: { BucketName: bucket },
    });
  }
  if (key !== undefined && Buffer.byteLength(key) > longestKeyBytes) {
    throw new Refusal(400, 'KeyTooLongError', 'Your key is too long.');
  }
}
