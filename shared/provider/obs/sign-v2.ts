import { createHmac } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';
import type { QueryPair } from '../../http/encode.ts';
import type { Headers } from '../xml/request.ts';
import { hmacStringToSign, RESPONSE_OVERRIDES, subResources } from '../xml/sign-hmac.ts';

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
  ...RESPONSE_OVERRIDES,
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

/** In the form of {@link hmacStringToSign}; values of sub-resources are decoded, although the path stays encoded. */
export function stringToSignV2({ method, resource, query, headers }: SignableV2, prefix: HeaderPrefix): string {
  const signed = subResources(query, (name) => SUB_RESOURCES.has(name) || name.startsWith(prefix));
  return hmacStringToSign({ method, headers, prefix, resource: `${resource}${signed}` });
}

/** The header of temporary credentials, signed as any other of its family (OBS-9); nothing for permanent ones. */
function tokenHeader(prefix: HeaderPrefix, { sessionToken }: Credentials): Headers {
  return sessionToken === undefined ? {} : { [`${prefix}security-token`]: sessionToken };
}
