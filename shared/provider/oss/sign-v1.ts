import { createHmac } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';
import type { QueryPair } from '../../http/encode.ts';
import type { Headers } from '../xml/request.ts';
import { hmacStringToSign, RESPONSE_OVERRIDES, subResources } from '../xml/sign-hmac.ts';
import { OSS_PREFIX, type SignableRequest, tokenHeader } from './sign.ts';

/** Query names that are part of the resource; besides these, all that begin with `x-oss-`. */
const SUB_RESOURCES: ReadonlySet<string> = new Set([
  ...RESPONSE_OVERRIDES,
  'acl',
  'append',
  'bucketInfo',
  'callback',
  'callback-var',
  'continuation-token',
  'delete',
  'location',
  'objectMeta',
  'partNumber',
  'position',
  'restore',
  'security-token',
  'sequential',
  'stat',
  'symlink',
  'tagging',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
]);

/**
 * Signs with V1 (`OSS <id>:<signature>`, HMAC-SHA1).
 *
 * @returns the headers of the request with `x-oss-date`, `authorization` and, for temporary credentials, the token.
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header
 */
export function signV1(request: SignableRequest, credentials: Credentials, now: Date): Headers {
  const headers = { ...request.headers, ...tokenHeader(credentials), 'x-oss-date': now.toUTCString() };
  const signature = signatureV1(credentials.secretAccessKey, stringToSignV1({ ...request, headers }));
  return { ...headers, authorization: `OSS ${credentials.accessKeyId}:${signature}` };
}

/** Base64 of the HMAC-SHA1 of the string to sign. */
export function signatureV1(secretAccessKey: string, stringToSign: string): string {
  return createHmac('sha1', secretAccessKey).update(stringToSign, 'utf8').digest('base64');
}

/** In the form of {@link hmacStringToSign}, with `x-oss-date`, which has to be there, in the date's line too. */
export function stringToSignV1({ method, bucket, key, query, headers }: SignableRequest): string {
  const resource = canonicalResource(bucket, key, query);
  return hmacStringToSign({ method, headers, prefix: OSS_PREFIX, resource, date: headers['x-oss-date'] });
}

/** `/bucket/key` and the sub-resources, all decoded; the same for virtual-host and path style. */
export function canonicalResource(bucket: string, key: string, query: readonly QueryPair[]): string {
  return `/${bucket}/${key}${subResources(query, (name) => SUB_RESOURCES.has(name) || name.startsWith(OSS_PREFIX))}`;
}
