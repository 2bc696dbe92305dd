import { isIP } from 'node:net';
import { decodePercent, parseQuery, type Query } from '../query.ts';
import { Refusal } from '../refusal.ts';

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
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  if (isIP(hostname) !== 0) {
    return;
  }
  const endpoint = endpointHosts.find((candidate) => hostname.endsWith(`.${candidate}`));
  return endpoint === undefined ? undefined : hostname.slice(0, -endpoint.length - 1);
}

/** Finds bucket and key in the raw target and the Host header: virtual host style in front of an endpoint, else path style. */
export function parseAddress(target: string, host: string, endpointHosts: readonly string[]): Address {
  const question = target.indexOf('?');
  const resource = (question < 0 ? target : target.slice(0, question)).slice(1);
  const query = parseQuery(question < 0 ? '' : target.slice(question + 1));
  const inHost = bucketInHost(host, endpointHosts);
  if (inHost !== undefined) {
    return { bucket: inHost, key: keyOf(resource), query };
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

/** Refuses names that S3 does not have: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function checkNames({ bucket, key }: { bucket?: string | undefined; key?: string | undefined }): void {
  if (bucket !== undefined && !bucketName.test(bucket)) {
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      fields: { BucketName: bucket },
    });
  }
  if (key !== undefined && Buffer.byteLength(key) > longestKeyBytes) {
    throw new Refusal(400, 'KeyTooLongError', 'Your key is too long.', {
      fields: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(longestKeyBytes) },
    });
  }
}
