import { createHmac } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';
import type { QueryPair } from '../../http/encode.ts';
import { type Headers, headerLines, OSS_PREFIX, type SignableRequest, tokenHeader, trimBlanks } from './sign.ts';

/** Query names that are part of the resource; besides these, all that begin with `x-oss-`. */
const SUB_RESOURCES: ReadonlySet<string> = new Set([
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
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
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

/** Verb, MD5, type and date on a line each, the x-oss- headers, the resource. Needs `x-oss-date` among the headers. */
export function stringToSignV1({ method, bucket, key, query, headers }: SignableRequest): string {
  const [md5, type, date] = ['content-md5', 'content-type', 'x-oss-date'].map((name) =>
    trimBlanks(headers[name] ?? ''),
  );
  const ossHeaders = headerLines(headers, (name) => name.startsWith(OSS_PREFIX));
  return `${method}\n${md5}\n${type}\n${date}\n${ossHeaders}${canonicalResource(bucket, key, query)}`;
}

/** `/bucket/key` and the sub-resources, all decoded; the same for virtual-host and path style. */
export function canonicalResource(bucket: string, key: string, query: readonly QueryPair[]): string {
  const signed = query.filter(([name]) => SUB_RESOURCES.has(name) || name.startsWith(OSS_PREFIX));
  const parameters = signed
    .toSorted(([left], [right]) => (left < right ? -1 : Number(left > right)))
    .map(([name, value]) => (value === undefined || value === '' ? name : `${name}=${value}`))
    .join('&');
  return `/${bucket}/${key}${parameters === '' ? '' : `?${parameters}`}`;
}
