import { createHash, createHmac } from 'node:crypto';
import { encodePercent } from '../query.ts';
import type { OssCall } from './context.ts';

/** The parts of a V4 credential: `AK/date/region/oss/aliyun_v4_request`. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly product: string;
  readonly terminator: string;
}

/** What V4 calls its algorithm, in headers and in URLs. */
export const algorithmV4 = 'OSS4-HMAC-SHA256';

/** The only digest of the body that clients send. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

/** Takes a credential apart from its end; nothing where it does not have five parts. */
export function parseScope(credential: string): CredentialScope | undefined {
  const [terminator, product, region, date, ...id] = credential.split('/').reverse();
  if (
    terminator === undefined ||
    product === undefined ||
    region === undefined ||
    date === undefined ||
    id.length === 0
  ) {
    return;
  }
  return { accessKeyId: id.reverse().join('/'), date, region, product, terminator };
}

/** The canonical request: https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4 */
export function canonicalRequestV4(call: OssCall, additionalHeaders: readonly string[]): string {
  const { method } = call.request;
  return [
    method,
    canonicalPath(call),
    canonicalQuery(call),
    canonicalHeaders(call, additionalHeaders),
    additionalHeaders.join(';'),
    unsignedPayload,
  ].join('\n');
}

/** The bucket is part of the path, also where it stands in the host. */
function canonicalPath({ bucket, key }: OssCall): string {
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`;
  return encodePercent(path).replaceAll('%2F', '/');
}

function canonicalQuery({ query }: OssCall): string {
  return query.entries
    .filter(([name]) => name !== 'x-oss-signature')
    .map(([name, value]) => [encodePercent(name), encodePercent(value ?? '')] as const)
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
}

function canonicalHeaders({ request }: OssCall, additionalHeaders: readonly string[]): string {
  const additional = new Set(additionalHeaders);
  const signed = (name: string) =>
    name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-') || additional.has(name);
  return [...request.headers]
    .filter(([name]) => signed(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join('');
}

/** The string that V4 signs. */
export function stringToSignV4(time: string, scope: CredentialScope, canonicalRequest: string): string {
  const digest = createHash('sha256').update(canonicalRequest).digest('hex');
  return `${algorithmV4}\n${time}\n${scope.date}/${scope.region}/${scope.product}/${scope.terminator}\n${digest}`;
}

const keys = new Map<string, Buffer>();
const mostKeys = 64;

/** The V4 signature of a string. Keys are kept per secret and day: deriving one costs four times what using it does. */
export function signV4(secretAccessKey: string, scope: CredentialScope, stringToSign: string): string {
  const name = `${secretAccessKey}\n${scope.date}\n${scope.region}`;
  let key = keys.get(name);
  if (!key) {
    const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
    const day = hmac(`aliyun_v4${secretAccessKey}`, scope.date);
    key = hmac(hmac(hmac(day, scope.region), scope.product), scope.terminator);
    if (keys.size >= mostKeys) {
      keys.clear();
    }
    keys.set(name, key);
  }
  return createHmac('sha256', key).update(stringToSign).digest('hex');
}
