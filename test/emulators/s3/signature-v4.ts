import { createHash, createHmac } from 'node:crypto';
import type { WireRequest } from '../answer.ts';
import { encodePercent, type Query } from '../query.ts';

/** The only algorithm that S3 takes today. */
export const algorithm = 'AWS4-HMAC-SHA256';

/** What a credential says besides who signs. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

/** Takes `<access key>/<date>/<region>/<service>/<terminator>` apart; nothing where it is not of that form. */
export function parseScope(credential: string): CredentialScope | undefined {
  const [terminator, service, region, date, ...id] = credential.split('/').reverse();
  if (terminator === undefined || service === undefined || region === undefined || date === undefined || !id[0]) {
    return;
  }
  return { accessKeyId: id.reverse().join('/'), date, region, service, terminator };
}

/** The scope as it stands in everything that is signed. */
export function scopeText({ date, region, service, terminator }: CredentialScope): string {
  return `${date}/${region}/${service}/${terminator}`;
}

/** Hex SHA-256. */
export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/**
 * The canonical request: the path as sent, which is S3's exception, and of the headers those that the client lists.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function canonicalRequest(
  request: WireRequest,
  query: Query,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const [path = ''] = request.target.split('?', 1);
  return [
    request.method,
    path,
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${folded(request.headers.get(name) ?? '')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

function folded(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

function canonicalQuery({ entries }: Query): string {
  return entries
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodePercent(name), encodePercent(value ?? '')] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The string that is signed for a request. */
export function stringToSign(time: string, scope: CredentialScope, canonical: string): string {
  return `${algorithm}\n${time}\n${scopeText(scope)}\n${sha256(canonical)}`;
}

const keys = new Map<string, Buffer>();
const mostKeys = 64;

/** Signs a string. Keys are kept per secret and scope: deriving one costs four times what using it does. */
export function sign(secretAccessKey: string, scope: CredentialScope, text: string): string {
  const name = `${secretAccessKey}\n${scopeText(scope)}`;
  let key = keys.get(name);
  if (!key) {
    const hmac = (secret: string | Buffer, part: string) => createHmac('sha256', secret).update(part).digest();
    const day = hmac(`AWS4${secretAccessKey}`, scope.date);
    key = hmac(hmac(hmac(day, scope.region), scope.service), scope.terminator);
    if (keys.size >= mostKeys) {
      keys.clear();
    }
    keys.set(name, key);
  }
  return createHmac('sha256', key).update(text).digest('hex');
}
