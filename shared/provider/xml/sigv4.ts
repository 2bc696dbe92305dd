import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from '../../credentials.ts';
import { encodeRfc3986, type QueryPair } from '../../http/encode.ts';
import type { Headers } from './request.ts';
import { createSigningKeys } from './signing-keys.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** The parts of a request that SigV4 signs. */
export interface SignableV4Request {
  readonly method: string;
  /** As on the wire, percent-encoded once and never normalised: the exception that S3 makes. */
  readonly path: string;
  /** Raw, nothing percent-encoded. */
  readonly query: readonly QueryPair[];
  /** Names in lower case, with `host`; all of them are signed. */
  readonly headers: Headers;
  readonly body?: Uint8Array | undefined;
}

/**
 * Signs with SigV4 for S3, in headers.
 *
 * @returns the headers of the request with `x-amz-date`, `x-amz-content-sha256` (unless it is given), `authorization`
 * and, for temporary credentials, the token.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signSigV4(
  request: SignableV4Request,
  credentials: Credentials,
  { region, now }: { readonly region: string; readonly now: Date },
): Headers {
  const date = dateTime(now);
  const { sessionToken } = credentials;
  const headers = {
    'x-amz-content-sha256': payloadHash(request.body),
    ...request.headers,
    ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    'x-amz-date': date,
  };
  const scope = scopeOf(date, region);
  const toSign = stringToSign(date, scope, canonicalRequest({ ...request, headers }));
  const signature = signatureV4(credentials, { date, region }, toSign);
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `${ALGORITHM} ${credential}, SignedHeaders=${signedHeaders(headers)}, Signature=${signature}`,
  };
}

/** The request in the form that is hashed. Needs `x-amz-content-sha256` among the headers. */
export function canonicalRequest({ method, path, query, headers }: SignableV4Request): string {
  return [
    method,
    path,
    canonicalQuery(query),
    canonicalHeaders(headers),
    signedHeaders(headers),
    headers['x-amz-content-sha256'] ?? '',
  ].join('\n');
}

/** All parameters, encoded, sorted by encoded name and value, with a `=` even where there is no value. */
function canonicalQuery(query: readonly QueryPair[]): string {
  return query
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value ?? '')] as const)
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** The lines `name:value\n`, sorted by name; blanks at both ends fall away, runs of them inside become one. */
function canonicalHeaders(headers: Headers): string {
  return Object.keys(headers)
    .sort()
    .map((name) => `${name}:${folded(headers[name] ?? '')}\n`)
    .join('');
}

/** Every header is signed, so that none can be changed on the way. */
function signedHeaders(headers: Headers): string {
  return Object.keys(headers).sort().join(';');
}

/** Algorithm, time, scope and the hash of the canonical request. */
export function stringToSign(date: string, scope: string, canonical: string): string {
  return `${ALGORITHM}\n${date}\n${scope}\n${createHash('sha256').update(canonical, 'utf8').digest('hex')}`;
}

/** What the signature is valid for: day, region, service. */
export function scopeOf(date: string, region: string): string {
  return `${date.slice(0, 8)}/${region}/s3/aws4_request`;
}

/** Hex of the HMAC of the string to sign, under the key of its day and region. */
export function signatureV4(
  credentials: Credentials,
  { date, region }: { readonly date: string; readonly region: string },
  toSign: string,
): string {
  const key = signingKey(credentials, date.slice(0, 8), region);
  return createHmac('sha256', key).update(toSign, 'utf8').digest('hex');
}

/** The hash of the body, the empty one of a request without: bytes that were damaged on the way are refused. */
export function payloadHash(body: Uint8Array = new Uint8Array()): string {
  return createHash('sha256').update(body).digest('hex');
}

/** `20240305T060708Z` */
function dateTime(now: Date): string {
  return `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

function folded(value: string): string {
  return value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

const signingKey = createSigningKeys({ prefix: 'AWS4', service: 's3', terminator: 'aws4_request' });
