import type { StoredVersion } from '../object-types.ts';
import { Refusal } from '../refusal.ts';
import { header, type QingstorCall } from './context.ts';

/** Strips what clients put around an ETag: quotes, which some percent-encode, and a weakness mark. */
export function bareEtag(etag: string): string {
  return etag
    .trim()
    .replaceAll('%22', '"')
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** Whether two ETags are the same; their hex digits may be of either case. */
export function sameEtag(a: string, b: string): boolean {
  return bareEtag(a).toLowerCase() === bareEtag(b).toLowerCase();
}

function matchesAny(list: string, version: StoredVersion): boolean {
  return list.trim() === '*' || list.split(',').some((etag) => sameEtag(etag, version.etag));
}

/**
 * Checks the four conditions that stand under the given prefix: none for a read, `x-qs-copy-source-` for a copy, which answers
 * 412 for all of them. A time that cannot be read is no condition, as HTTP has it.
 */
export function checkConditions(
  call: QingstorCall,
  version: StoredVersion,
  prefix: string,
  unchangedStatus: 304 | 412,
): void {
  const given = (name: string) => header(call, `${prefix}${name}`);
  const modified = seconds(version.lastModified.getTime());
  const time = (name: string) => seconds(Date.parse(given(name) ?? ''));
  const ifMatch = given('if-match');
  const ifNoneMatch = given('if-none-match');
  if (ifMatch !== undefined && !matchesAny(ifMatch, version)) {
    throw failed(412, `${prefix}if-match`);
  }
  if (modified > time('if-unmodified-since')) {
    throw failed(412, `${prefix}if-unmodified-since`);
  }
  if (ifNoneMatch !== undefined && matchesAny(ifNoneMatch, version)) {
    throw failed(unchangedStatus, `${prefix}if-none-match`);
  }
  if (modified <= time('if-modified-since')) {
    throw failed(unchangedStatus, `${prefix}if-modified-since`);
  }
}

function failed(status: 304 | 412, condition: string): Refusal {
  return new Refusal(status, 'precondition_failed', `The precondition ${condition} did not hold.`);
}
