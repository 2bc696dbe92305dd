import { createHmac } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';
import type { QueryPair } from '../../http/encode.ts';
import type { Headers } from '../xml/request.ts';

/** The parts of a request that QingStor signs. */
export interface SignableRequest {
  readonly method: string;
  /** The bucket that stands in the host; undefined for path style, where the path begins with it. */
  readonly hostBucket: string | undefined;
  /** Percent-encoded, exactly as on the wire: QingStor signs what it received, and encodes nothing again. */
  readonly path: string;
  /** Raw. */
  readonly query: readonly QueryPair[];
  /** Names in lower case. */
  readonly headers: Headers;
}

/** Headers with it are signed. */
const PREFIX = 'x-qs-';

/** The parameters that are signed; `limit`, markers, `prefix` and `version_id` are in no list that QingStor has. */
const SUB_RESOURCES: ReadonlySet<string> = new Set([
  'acl',
  'append',
  'cname',
  'cors',
  'delete',
  'image',
  'lifecycle',
  'logging',
  'mirror',
  'notification',
  'part_number',
  'policy',
  'position',
  'replication',
  'stats',
  'upload_id',
  'uploads',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
]);

/**
 * Signs with `QS <id>:<signature>` (HMAC-SHA256, base64).
 *
 * @returns the headers of the request with `x-qs-date` and `authorization`.
 * @see https://docsv4.qingcloud.com/user_guide/storage/object_storage/api/
 */
export function sign(request: SignableRequest, credentials: Credentials, now: Date): Headers {
  const headers = { ...request.headers, 'x-qs-date': now.toUTCString() };
  const signed = signature(credentials.secretAccessKey, stringToSign({ ...request, headers }));
  return { ...headers, authorization: `QS ${credentials.accessKeyId}:${signed}` };
}

/** Base64 of the HMAC-SHA256 of the string to sign. */
export function signature(secretAccessKey: string, toSign: string): string {
  return createHmac('sha256', secretAccessKey).update(toSign, 'utf8').digest('base64');
}

/** Verb, MD5, type and date on a line each, the x-qs- headers, the resource; no date where `x-qs-date` is sent. */
export function stringToSign({ method, headers, ...request }: SignableRequest): string {
  const date = headers['x-qs-date'] === undefined ? headers['date'] : '';
  const lines = [method, headers['content-md5'], headers['content-type'], date].map((line) => trimBlanks(line ?? ''));
  return `${lines.join('\n')}\n${canonicalHeaders(headers)}${canonicalResource(request)}`;
}

/** The lines `name:value\n` of the x-qs- headers, sorted by name; nothing at all when there is none. */
export function canonicalHeaders(headers: Headers): string {
  return Object.entries(headers)
    .filter(([name]) => name.startsWith(PREFIX))
    .toSorted(([left], [right]) => compare(left, right))
    .map(([name, value]) => `${name}:${trimBlanks(value)}\n`)
    .join('');
}

/** `/bucket` and the path as sent, then the signed parameters, sorted by name, with decoded values. */
export function canonicalResource({
  hostBucket,
  path,
  query,
}: Pick<SignableRequest, 'hostBucket' | 'path' | 'query'>): string {
  const parameters = query
    .filter(([name]) => SUB_RESOURCES.has(name))
    .toSorted(([left], [right]) => compare(left, right))
    .map(([name, value]) => (value === undefined || value === '' ? name : `${name}=${value}`))
    .join('&');
  const resource = hostBucket === undefined ? path : `/${hostBucket}${path}`;
  return parameters === '' ? resource : `${resource}?${parameters}`;
}

/** By code unit, as QingStor sorts. */
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** Without the blanks and tabs that HTTP itself takes away at both ends. */
function trimBlanks(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}
