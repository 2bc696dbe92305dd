import { createHmac, hash } from 'node:crypto';
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
  // Every header is signed, so that none can be changed on the way.
  const names = sortedNames(headers);
  const toSign = stringToSign(date, scope, canonical({ ...request, headers }, names));
  const signature = signatureV4(credentials, { date, region }, toSign);
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `${ALGORITHM} ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

/** The request in the form that is hashed. Needs `x-amz-content-sha256` among the headers. */
export function canonicalRequest(request: SignableV4Request): string {
  return canonical(request, sortedNames(request.headers));
}

function canonical({ method, path, query, headers }: SignableV4Request, names: readonly string[]): string {
  const lines = canonicalHeaders(headers, names);
  const payload = headers['x-amz-content-sha256'] ?? '';
  return `${method}\n${path}\n${canonicalQuery(query)}\n${lines}\n${names.join(';')}\n${payload}`;
}

function sortedNames(headers: Headers): readonly string[] {
  return Object.keys(headers).sort();
}

/** All parameters, encoded, sorted by encoded name and value, with a `=` even where there is no value. */
function canonicalQuery(query: readonly QueryPair[]): string {
  return query
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value ?? '')] as const)
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** The lines `name:value\n` in the order of the names; blanks at both ends fall away, runs of them inside become one. */
function canonicalHeaders(headers: Headers, names: readonly string[]): string {
  let lines = '';
  for (const name of names) lines += `${name}:${folded(headers[name] ?? '')}\n`;
  return lines;
}

/** Algorithm, time, scope and the hash of the canonical request. */
export function stringToSign(date: string, scope: string, canonical: string): string {
  return `${ALGORITHM}\n${date}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
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
export function payloadHash(body?: Uint8Array): string {
  return body === undefined ? NO_PAYLOAD : hash('sha256', body, 'hex');
}

const NO_PAYLOAD = hash('sha256', '', 'hex');

/** `20240305T060708Z` */
function dateTime(now: Date): string {
  return `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

const FOLDABLE = /\t| {2}|^ | $/;

function folded(value: string): string {
  // Nearly no value has any.
  if (!FOLDABLE.test(value)) return value;
  return value.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

const signingKey = createSigningKeys({ prefix: 'AWS4', service: 's3', terminator: 'aws4_request' });
