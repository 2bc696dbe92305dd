import { createHmac, hash } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';
import { encodePath, encodeRfc3986, type QueryPair } from '../../http/encode.ts';
import type { Headers } from '../xml/request.ts';
import { headerLines } from '../xml/sign-hmac.ts';
import { createSigningKeys } from '../xml/signing-keys.ts';
import { OSS_PREFIX, type SignableRequest, tokenHeader } from './sign.ts';

const ALGORITHM = 'OSS4-HMAC-SHA256';
const PAYLOAD = 'UNSIGNED-PAYLOAD';

export interface SignV4Options {
  /** The bare region id, for example `cn-hangzhou`. */
  readonly region: string;
  readonly now: Date;
  /** Names, in lower case, of headers to sign besides those that OSS always signs. */
  readonly additionalHeaders?: readonly string[] | undefined;
}

/**
 * Signs with V4 (`OSS4-HMAC-SHA256`).
 *
 * @returns the headers of the request with `x-oss-date`, `x-oss-content-sha256`, `authorization` and, for temporary
 * credentials, the token.
 * @see https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4
 */
export function signV4(request: SignableRequest, credentials: Credentials, options: SignV4Options): Headers {
  const date = dateTime(options.now);
  const headers = {
    ...request.headers,
    ...tokenHeader(credentials),
    'x-oss-content-sha256': PAYLOAD,
    'x-oss-date': date,
  };
  const additional = additionalNames(options.additionalHeaders ?? []);
  const scope = scopeOf(date, options.region);
  const toSign = stringToSignV4(date, scope, canonicalRequest({ ...request, headers }, additional));
  const signature = createHmac('sha256', signingKey(credentials, date.slice(0, 8), options.region))
    .update(toSign)
    .digest('hex');
  const listed = additional.length === 0 ? '' : `AdditionalHeaders=${additional.join(';')},`;
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  return { ...headers, authorization: `${ALGORITHM} ${credential},${listed}Signature=${signature}` };
}

/** The request in the form that is hashed; `/bucket` stands in front of the key even with a virtual host. */
export function canonicalRequest(request: SignableRequest, additionalHeaders: readonly string[] = []): string {
  const { method, bucket, key, query, headers } = request;
  const additional = additionalNames(additionalHeaders);
  const lines = headerLines(headers, (name) => isAlwaysSigned(name) || additional.includes(name));
  return [method, encodePath(`/${bucket}/${key}`), canonicalQuery(query), lines, additional.join(';'), PAYLOAD].join(
    '\n',
  );
}

/** All parameters, encoded, sorted by encoded name; one without a value is its bare name. */
export function canonicalQuery(query: readonly QueryPair[]): string {
  return query
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value ?? '')] as const)
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
}

/** Algorithm, time, scope and the hash of the canonical request. */
export function stringToSignV4(date: string, scope: string, canonical: string): string {
  return `${ALGORITHM}\n${date}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
}

/** What the signature is valid for: day, region, service. */
export function scopeOf(date: string, region: string): string {
  return `${date.slice(0, 8)}/${region}/oss/aliyun_v4_request`;
}

/** `20240305T060708Z` */
function dateTime(now: Date): string {
  return `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** OSS lets only names outside its own set be listed. */
function additionalNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => !isAlwaysSigned(name)).sort();
}

function isAlwaysSigned(name: string): boolean {
  return name === 'content-type' || name === 'content-md5' || name.startsWith(OSS_PREFIX);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

const signingKey = createSigningKeys({ prefix: 'aliyun_v4', service: 'oss', terminator: 'aliyun_v4_request' });
