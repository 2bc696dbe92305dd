import { createHash, createHmac } from 'node:crypto';
import { encodePercent } from '../query.ts';
import type { ObsCall } from './context.ts';

/** What version 4 calls its algorithm. */
export const algorithmV4 = 'AWS4-HMAC-SHA256';

/** What the Authorization header of version 4 claims. */
export interface V4Claim {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Takes the Authorization header apart; nothing where a piece is missing. */
export function parseClaim(authorization: string): V4Claim | undefined {
  const fields = new Map(
    authorization
      .slice(algorithmV4.length)
      .split(',')
      .map((field) => {
        const [name = '', ...value] = field.trim().split('=');
        return [name, value.join('=')];
      }),
  );
  const credential = /^(.+)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/.exec(fields.get('Credential') ?? '');
  const signedHeaders = fields.get('SignedHeaders');
  const signature = fields.get('Signature');
  if (!credential || signedHeaders === undefined || signature === undefined) {
    return;
  }
  const [, accessKeyId = '', date = '', region = ''] = credential;
  return { accessKeyId, date, region, signedHeaders: signedHeaders.split(';'), signature };
}

/**
 * The canonical request, with the path exactly as sent. `bareSlash` leaves `/` in values of parameters alone, as the SigV4 code of
 * Huawei's Node SDK does: https://docs.otc.t-systems.com/object-storage-service/api-ref/
 */
export function canonicalRequestV4(call: ObsCall, claim: V4Claim, bareSlash: boolean): string {
  const { method, headers } = call.request;
  const encode = (text: string) => (bareSlash ? encodePercent(text).replaceAll('%2F', '/') : encodePercent(text));
  const query = call.query.entries
    .map(([name, value]) => [encodePercent(name), encode(value ?? '')] as const)
    .sort(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const lines = claim.signedHeaders.map((name) => `${name}:${(headers.get(name) ?? '').trim().replace(/ +/g, ' ')}\n`);
  const payload = headers.get('x-amz-content-sha256') ?? '';
  return [method, call.rawPath, query, lines.join(''), claim.signedHeaders.join(';'), payload].join('\n');
}

/** The string that version 4 signs. */
export function stringToSignV4(time: string, { date, region }: V4Claim, canonicalRequest: string): string {
  const digest = createHash('sha256').update(canonicalRequest).digest('hex');
  return `${algorithmV4}\n${time}\n${date}/${region}/s3/aws4_request\n${digest}`;
}

/** The signature of a string in version 4. */
export function signV4(secretAccessKey: string, { date, region }: V4Claim, stringToSign: string): string {
  const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date), region), 's3'), 'aws4_request');
  return hmac(key, stringToSign).toString('hex');
}
