import { createHmac } from 'node:crypto';
import type { OssCall } from './context.ts';

/**
 * Parameters that V1 signs: https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header
 */
const signedParameters = new Set(
  (
    'acl append asyncFetch bucketInfo callback callback-var continuation-token cors delete encryption endTime img inventory ' +
    'inventoryId lifecycle live location logging metaQuery objectInfo objectMeta partNumber policy position qos referer ' +
    'replication requestPayment resourceGroup response-cache-control response-content-disposition ' +
    'response-content-encoding response-content-language response-content-type response-expires restore security-token ' +
    'sequential startTime stat status style styleName symlink tagging transferAcceleration uploadId uploads versionId ' +
    'versioning versions vod website worm wormExtend wormId'
  ).split(' '),
);

/** What a V1 client signs for this request; `dateLine` is the date, or the expiry of a signed URL. */
export function stringToSignV1(call: OssCall, dateLine: string): string {
  const { method, headers } = call.request;
  const own = [...headers]
    .filter(([name]) => name.startsWith('x-oss-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`);
  const resource = canonicalResource(call);
  const contentMd5 = headers.get('content-md5') ?? '';
  const contentType = headers.get('content-type') ?? '';
  return `${method}\n${contentMd5}\n${contentType}\n${dateLine}\n${own.join('')}${resource}`;
}

/** `/bucket/key` with the key as plain text, then the signed parameters with their values as plain text. */
function canonicalResource({ bucket, key, query }: OssCall): string {
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`;
  const parameters = query.entries
    .filter(([name]) => signedParameters.has(name) || (name.startsWith('x-oss-') && name !== 'x-oss-signature'))
    .map(([name, value]) => (value === undefined || value === '' ? name : `${name}=${value}`))
    .sort();
  return parameters.length === 0 ? path : `${path}?${parameters.join('&')}`;
}

/** The V1 signature of a string. */
export function signV1(secretAccessKey: string, stringToSign: string): string {
  return createHmac('sha1', secretAccessKey).update(stringToSign).digest('base64');
}
