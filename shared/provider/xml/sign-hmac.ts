import type { QueryPair } from '../../http/encode.ts';
import type { Headers } from './request.ts';

/** Query names that every provider signs which lets a request replace headers of the answer. */
export const RESPONSE_OVERRIDES = [
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
] as const;

/** What the older schemes of OSS, OBS and QingStor sign, which differ in prefix, sub-resources and resource alone. */
export interface SignableHmac {
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Headers;
  /** What the provider's own headers begin with, for example `x-oss-`. */
  readonly prefix: string;
  /** The canonical resource, with its sub-resources. */
  readonly resource: string;
  /** The date's line. Absent: the Date header, or nothing where the prefix's own date header is sent instead. */
  readonly date?: string | undefined;
}

/** Verb, MD5, type and date on a line each, the headers with the prefix, the resource. */
export function hmacStringToSign({ method, headers, prefix, resource, ...own }: SignableHmac): string {
  const date = own.date ?? (headers[`${prefix}date`] === undefined ? headers['date'] : '');
  const lines = [method, headers['content-md5'], headers['content-type'], date].map((line) => trimBlanks(line ?? ''));
  return `${lines.join('\n')}\n${headerLines(headers, (name) => name.startsWith(prefix))}${resource}`;
}

/**
 * The lines `name:value\n` of some headers, sorted by name and not by line: `a-b:` comes before `a:` as a line, but
 * after it as a name. Values lose the blanks that HTTP itself takes away at both ends, and nothing else.
 */
export function headerLines(headers: Headers, isSigned: (name: string) => boolean): string {
  return Object.keys(headers)
    .filter(isSigned)
    .sort()
    .map((name) => `${name}:${trimBlanks(headers[name] ?? '')}\n`)
    .join('');
}

/** The signed parameters with their `?`, sorted by name, values raw; empty when there are none. */
export function subResources(query: readonly QueryPair[], isSigned: (name: string) => boolean): string {
  const parameters = query
    .filter(([name]) => isSigned(name))
    .toSorted(([left], [right]) => compare(left, right))
    .map(([name, value]) => (value === undefined || value === '' ? name : `${name}=${value}`))
    .join('&');
  return parameters === '' ? '' : `?${parameters}`;
}

/** By code unit, as the providers sort. */
function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** Without blanks and tabs at both ends; Unicode's other blanks are content. */
function trimBlanks(value: string): string {
  // Not by a pattern, which would look for the end from every blank inside.
  let [from, to] = [0, value.length];
  while (from < to && isBlank(value[from])) from += 1;
  while (to > from && isBlank(value[to - 1])) to -= 1;
  return value.slice(from, to);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
