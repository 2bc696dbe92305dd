import { createHmac } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';
import type { QueryPair } from '../../http/encode.ts';
import type { Headers } from '../xml/request.ts';

/** The two header families of OBS: what its own headers begin with. */
export type HeaderPrefix = 'x-obs-' | 'x-amz-';

/** The parts of a request that the HMAC-SHA1 schemes of OBS sign. */
export interface SignableV2 {
  readonly method: string;
  /** `/bucket/key` percent-encoded exactly as on the wire; the same for virtual-host and path style. */
  readonly resource: string;
  /** Raw, nothing percent-encoded. */
  readonly query: readonly QueryPair[];
  /** Names in lower case. */
  readonly headers: Headers;
}

/** What the two schemes call themselves in `Authorization`; they differ in nothing else but the header prefix. */
export type SchemeV2 = 'OBS' | 'AWS';

/** Query names that are part of the resource; besides these, all that begin with the header prefix. */
const SUB_RESOURCES: ReadonlySet<string> = new Set([
  'acl',
  'append',
  'delete',
  'lifecycle',
  'location',
  'metadata',
  'modify',
  'name',
  'partNumber',
  'policy',
  'position',
  'rename',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'retention',
  'storageClass',
  'tagging',
  'truncate',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
]);

/**
 * Signs with `OBS <id>:<signature>` or `AWS <id>:<signature>`, HMAC-SHA1 (OBS-13).
 *
 * @returns the headers of the request with `date`, `authorization` and, for temporary credentials, the token.
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0010.html
 */
export function signV2(
  request: SignableV2,
  credentials: Credentials,
  { scheme, prefix, now }: { readonly scheme: SchemeV2; readonly prefix: HeaderPrefix; readonly now: Date },
): Headers {
  const headers = { ...request.headers, ...tokenHeader(prefix, credentials), date: now.toUTCString() };
  const signature = createHmac('sha1', credentials.secretAccessKey)
    .update(stringToSignV2({ ...request, headers }, prefix), 'utf8')
    .digest('base64');
  return { ...headers, authorization: `${scheme} ${credentials.accessKeyId}:${signature}` };
}

/**
 * Verb, MD5, type and date on a line each, the headers with the prefix, the resource. The date's line is empty when the
 * prefix's own date header is sent instead.
 */
export function stringToSignV2({ method, resource, query, headers }: SignableV2, prefix: HeaderPrefix): string {
  const value = (name: string): string => trimBlanks(headers[name] ?? '');
  const date = headers[`${prefix}date`] === undefined ? value('date') : '';
  // By name, not by line: `a-b:` comes before `a:` as a line, but after it as a name.
  const lines = Object.keys(headers)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => `${name}:${value(name)}\n`)
    .join('');
  return `${method}\n${value('content-md5')}\n${value('content-type')}\n${date}\n${lines}${resource}${subResources(query, prefix)}`;
}

/** The header of temporary credentials, signed as any other of its family (OBS-9); nothing for permanent ones. */
function tokenHeader(prefix: HeaderPrefix, { sessionToken }: Credentials): Headers {
  return sessionToken === undefined ? {} : { [`${prefix}security-token`]: sessionToken };
}

/** Sorted by name, values decoded, although the path in front of them stays encoded. */
function subResources(query: readonly QueryPair[], prefix: HeaderPrefix): string {
  const signed = query
    .filter(([name]) => SUB_RESOURCES.has(name) || name.startsWith(prefix))
    .toSorted(([left], [right]) => (left < right ? -1 : Number(left > right)))
    .map(([name, value]) => (value === undefined || value === '' ? name : `${name}=${value}`))
    .join('&');
  return signed === '' ? '' : `?${signed}`;
}

/** Without the blanks that HTTP itself takes away at both ends; Unicode's other blanks are content. */
function trimBlanks(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}
