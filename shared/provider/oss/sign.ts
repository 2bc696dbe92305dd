import type { Credentials } from '../../credentials.ts';
import type { QueryPair } from '../../http/encode.ts';

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

/** Header values by lower-case name. */
export type Headers = Readonly<Record<string, string>>;

/** Headers in front of which every signature of OSS puts its own prefix. */
export const OSS_PREFIX = 'x-oss-';

/** The header of temporary (STS) credentials, signed as any other x-oss- header; nothing for permanent ones. */
export function tokenHeader({ sessionToken }: Credentials): Headers {
  return sessionToken === undefined ? {} : { 'x-oss-security-token': sessionToken };
}

/**
 * The lines `name:value\n` of some headers, sorted by name. Values lose the blanks that HTTP itself takes away at both
 * ends, and nothing else.
 */
export function headerLines(headers: Headers, isSigned: (name: string) => boolean): string {
  return Object.keys(headers)
    .filter(isSigned)
    .sort()
    .map((name) => `${name}:${trimBlanks(headers[name] ?? '')}\n`)
    .join('');
}

/** Without blanks and tabs at both ends; Unicode's other blanks are content. */
export function trimBlanks(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}
