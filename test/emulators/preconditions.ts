import type { StoredVersion } from './object-types.ts';

/** The conditions of a read, and of the source of a copy, in the order in which they are looked at. */
export type ConditionName = 'if-match' | 'if-unmodified-since' | 'if-none-match' | 'if-modified-since';

/** Strips what clients put around an ETag: quotes and a weakness mark. */
export function bareEtag(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}

/** Whether two ETags are the same; their hex digits may be of either case. */
export function sameEtag(a: string, b: string): boolean {
  return bareEtag(a).toLowerCase() === bareEtag(b).toLowerCase();
}

/** Whether a list of ETags, or `*`, names the one of this version. */
export function matchesAny(list: string, { etag }: StoredVersion): boolean {
  return list.trim() === '*' || list.split(',').some((one) => sameEtag(one, etag));
}

/**
 * The first condition that does not hold; all have to. A time that cannot be read is no condition, as HTTP has it.
 *
 * @param given the value of a condition; a service that lets one outrank another does not give the other.
 */
export function failedCondition(
  version: StoredVersion,
  given: (name: ConditionName) => string | undefined,
): ConditionName | undefined {
  const modified = seconds(version.lastModified.getTime());
  const time = (name: ConditionName) => seconds(Date.parse(given(name) ?? ''));
  const ifMatch = given('if-match');
  const ifNoneMatch = given('if-none-match');
  if (ifMatch !== undefined && !matchesAny(ifMatch, version)) {
    return 'if-match';
  }
  if (modified > time('if-unmodified-since')) {
    return 'if-unmodified-since';
  }
  if (ifNoneMatch !== undefined && matchesAny(ifNoneMatch, version)) {
    return 'if-none-match';
  }
  return modified <= time('if-modified-since') ? 'if-modified-since' : undefined;
}

/** True for the conditions of somebody who has the object already, which a read answers with 304. */
export function asksForChange(name: ConditionName): boolean {
  return name === 'if-none-match' || name === 'if-modified-since';
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
