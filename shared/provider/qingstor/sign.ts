import { createHmac } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';
import type { QueryPair } from '../../http/encode.ts';
import type { Headers } from '../xml/request.ts';
import { headerLines, hmacStringToSign, RESPONSE_OVERRIDES, subResources } from '../xml/sign-hmac.ts';

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
  ...RESPONSE_OVERRIDES,
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

/** In the form of {@link hmacStringToSign}. */
export function stringToSign({ method, headers, ...request }: SignableRequest): string {
  return hmacStringToSign({ method, headers, prefix: PREFIX, resource: canonicalResource(request) });
}

/** The lines `name:value\n` of the x-qs- headers, sorted by name; nothing at all when there is none. */
export function canonicalHeaders(headers: Headers): string {
  return headerLines(headers, (name) => name.startsWith(PREFIX));
}

/** `/bucket` and the path as sent, then the signed parameters, sorted by name, with decoded values. */
export function canonicalResource({
  hostBucket,
  path,
  query,
}: Pick<SignableRequest, 'hostBucket' | 'path' | 'query'>): string {
  const resource = hostBucket === undefined ? path : `/${hostBucket}${path}`;
  return `${resource}${subResources(query, (name) => SUB_RESOURCES.has(name))}`;
}
