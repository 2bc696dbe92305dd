import type { Credentials } from '../../credentials.ts';
import type { QueryPair } from '../../http/encode.ts';
import type { Headers } from '../xml/request.ts';

/** The parts of a request that OSS signs: all raw, nothing percent-encoded. */
export interface SignableRequest {
  readonly method: string;
  readonly bucket: string;
  /** Empty for an operation on the bucket itself. */
  readonly key: string;
  readonly query: readonly QueryPair[];
  /** Names in lower case. */
  readonly headers: Headers;
}

/** Headers in front of which every signature of OSS puts its own prefix. */
export const OSS_PREFIX = 'x-oss-';

/** The header of temporary (STS) credentials, signed as any other x-oss- header; nothing for permanent ones. */
export function tokenHeader({ sessionToken }: Credentials): Headers {
  return sessionToken === undefined ? {} : { 'x-oss-security-token': sessionToken };
}
