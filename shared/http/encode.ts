import { CopyError } from '../errors.ts';

/**
 * One query parameter, raw. Without a value (or with an empty one) it goes out as the bare name, `uploads`
 * rather than `uploads=`: OSS V4 signs it that way, and every provider reads both forms alike.
 */
export type QueryPair = readonly [name: string, value?: string | undefined];

/** The five characters that encodeURIComponent leaves bare although RFC 3986 reserves them. */
const RESERVED = /[!'()*]/g;

/**
 * Percent-encodes everything but `A-Z a-z 0-9 - . _ ~`, in upper-case hex of UTF-8.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.3
 * @throws CopyError InvalidRequest when the text has a lone surrogate, which has no UTF-8 form.
 */
export function encodeRfc3986(text: string): string {
  if (!text.isWellFormed())
    throw new CopyError('InvalidRequest', 'A key or parameter is not well-formed Unicode text.');
  return encodeURIComponent(text).replace(RESERVED, percentEncoded);
}

/**
 * Like {@link encodeRfc3986}, but keeps every `/`. Nothing is normalised: leading and repeated slashes and
 * `.` segments are part of a key.
 */
export function encodePath(path: string): string {
  return encodeRfc3986(path).replaceAll('%2F', '/');
}

/** Name and value of one parameter, encoded, as it stands on the wire. */
function encodePair([name, value]: QueryPair): string {
  const encodedName = encodeRfc3986(name);
  return value === undefined || value === '' ? encodedName : `${encodedName}=${encodeRfc3986(value)}`;
}

/** The query of a request target in the order of its pairs, with its `?`; empty without pairs. */
export function encodeQuery(pairs: readonly QueryPair[]): string {
  return pairs.length === 0 ? '' : `?${pairs.map(encodePair).join('&')}`;
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
